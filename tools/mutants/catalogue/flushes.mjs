// P1, P2, P3, P12, P13, P16: what is on the disk, and what is said of it.
import { consensus, edit, mutant } from '../mutant.mjs';
import { SIMULATOR, tests } from '../places.mjs';

const DISK = 'libs/testkit/src/simulated-disk.ts';

export const FLUSH_MUTANTS = [
  mutant({
    id: 'p1-accepted-before-flush',
    title: 'an acceptor tells that it accepted while its flush is still under way',
    quietBecause: 'the flush is done a moment later, unless the process dies in between',
    edits: [
      edit(
        consensus('acceptor.ts'),
        "if (slots.length > 0) this.env.outbox.sendAfterFlush(from, { type: 'accepted', ballot, slots });",
        "if (slots.length > 0) this.env.outbox.send(from, { type: 'accepted', ballot, slots });",
      ),
    ],
    smoke: true,
  }),
  mutant({
    id: 'p1-promised-before-flush',
    title: 'an acceptor tells its promise while its flush is still under way',
    quietBecause: 'the flush is done a moment later, unless the process dies in between',
    edits: [
      edit(
        consensus('acceptor.ts'),
        "this.env.outbox.sendAfterFlush(from, { type: 'promised',",
        "this.env.outbox.send(from, { type: 'promised',",
      ),
    ],
  }),
  mutant({
    id: 'p1-leader-votes-before-flush',
    title: 'the leader counts its own vote before its own disk has it',
    quietBecause: 'the other vote of the quorum is nearly always the later one',
    edits: [
      edit(
        consensus('leader/phase2.ts'),
        'if (flush === undefined || flush.token > this.env.outbox.durableToken) return;',
        'if (flush === undefined) return;',
      ),
    ],
  }),
  mutant({
    id: 'p1-token-of-the-step-before',
    title: 'a reply waits for the writes of earlier steps and not for those of its own',
    quietBecause: 'under load an earlier flush is under way anyway, and holds the reply back',
    edits: [
      edit(
        consensus('outbox.ts'),
        'return this.writes.length > 0 ? this.issuedToken + 1 : this.issuedToken;',
        'return this.issuedToken;',
      ),
    ],
  }),
  mutant({
    id: 'p1-applies-before-flush',
    title: 'a slot is applied, and answered, when it is chosen, flushed here or not',
    quietBecause: 'a quorum has it; only an image of the applied state could get ahead of the log',
    edits: [edit(consensus('acceptor.ts'), 'if (held.token > outbox.durableToken) break;', '')],
  }),
  mutant({
    id: 'p2-prepare-before-flush',
    title: "a candidate's Prepare leaves before its own promise is on its disk",
    quietBecause: 'the ballot is used twice only when the process dies within that flush and stands again',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        "this.env.outbox.sendAfterFlush(peer, { type: 'prepare',",
        "this.env.outbox.send(peer, { type: 'prepare',",
      ),
    ],
  }),
  mutant({
    id: 'p2-own-ballot-again',
    title: 'after a restart a node stands with the ballot that it had before',
    quietBecause: 'it takes a restart of a node that led or stood, and an election before anybody else stands',
    edits: [
      edit(
        consensus('election.ts'),
        'this.highestRound = promised.round;',
        'this.highestRound = promised.nodeId === env.nodeId ? promised.round - 1 : promised.round;',
      ),
      edit(
        consensus('paxos-replica.ts'),
        'this.acceptor.promise(ballot);\n    const phase1',
        'if (compareBallots(ballot, this.acceptor.promised) !== 0) this.acceptor.promise(ballot);\n    const phase1',
      ),
    ],
  }),
  mutant({
    id: 'p2-promise-by-accept-not-written',
    title: 'an accept at a higher ballot raises the promise in memory alone',
    quietBecause: 'without loss a Prepare, whose promise is written, comes before every accept',
    edits: [
      edit(
        consensus('acceptor.ts'),
        'if (order > 0) this.promise(ballot);\n    const slots',
        'if (order > 0) this.promisedBallot = ballot;\n    const slots',
      ),
    ],
  }),
  mutant({
    id: 'p3-replay-stops-at-a-gap',
    title: 'at start the log is read up to its first gap',
    quietBecause: 'without loss a log has no gaps, and without restarts it is not read',
    edits: [
      edit(
        consensus('acceptor.ts'),
        'if (slot > this.knownChosenSlot) this.log.put(slot, ballot, entry, entrySizeBytes(entry), 0);',
        'if (slot > this.knownChosenSlot && (slot === this.knownChosenSlot + 1 || this.log.get(slot - 1) !== undefined)) this.log.put(slot, ballot, entry, entrySizeBytes(entry), 0);',
      ),
    ],
  }),
  mutant({
    id: 'p3-older-ballots-forgotten',
    title: 'at start only what was accepted at the promised ballot is read',
    quietBecause: 'without restarts the log is not read, and mostly the last ballot wrote it all',
    edits: [
      edit(
        consensus('acceptor.ts'),
        'if (slot > this.knownChosenSlot) this.log.put(slot, ballot, entry, entrySizeBytes(entry), 0);',
        'if (slot > this.knownChosenSlot && equalBallots(ballot, this.promisedBallot)) this.log.put(slot, ballot, entry, entrySizeBytes(entry), 0);',
      ),
    ],
  }),
  mutant({
    id: 'p12-batch-in-two-writes',
    title: 'the writes of a step are two commits, and the first of them releases the replies',
    quietBecause: 'the second commit follows at once, unless the process dies in between',
    edits: [
      edit(
        consensus('outbox.ts'),
        "this.effects.push({ type: 'persist', token: this.issuedToken, writes: this.writes });",
        `if (this.writes.length > 1) {
          this.effects.push({ type: 'persist', token: this.issuedToken, writes: this.writes.slice(0, 1) });
          this.issuedToken += 1;
          this.writes = this.writes.slice(1);
        }
        this.effects.push({ type: 'persist', token: this.issuedToken, writes: this.writes });`,
      ),
    ],
  }),
  mutant({
    id: 'p12-later-flush-vouches',
    title: 'a flush that is done counts for those before it, which may still be under way',
    quietBecause: 'most disks finish in order',
    edits: [
      edit(
        consensus('outbox.ts'),
        'while (this.doneOutOfOrder.delete(this.durableThroughToken + 1)) this.durableThroughToken += 1;',
        'this.doneOutOfOrder.delete(token);\n    this.durableThroughToken = token;',
      ),
    ],
    dies: [tests('libs/consensus', 'outbox.spec', 'pitfalls.spec')],
  }),
  mutant({
    id: 'p13-disk-answers-first',
    title: 'the simulated disk says done when a batch is queued, and not when it is durable',
    quietBecause: 'a batch that is queued gets durable, unless there is a crash',
    edits: [
      edit(
        DISK,
        'this.queue.push({ writes, done });',
        'this.queue.push({ writes, done: () => undefined });\n    done(true);',
      ),
    ],
    dies: [SIMULATOR, tests('libs/testkit')],
  }),
  mutant({
    id: 'p13-disk-keeps-all',
    title: 'a crash of the simulated disk keeps what was queued: no run loses anything, and simulations prove nothing',
    quietBecause: 'nothing crashes',
    edits: [
      edit(
        DISK,
        'this.queue = [];\n    this.busy = false;',
        'for (const { writes } of this.queue) this.modules.store(writes);\n    this.queue = [];\n    this.busy = false;',
      ),
    ],
    dies: [tests('libs/testkit')],
  }),
  mutant({
    id: 'p16-failed-flush-ignored',
    title: 'after a failed flush a replica goes on as if it had been done',
    quietBecause: 'no flush fails',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        "if (input.type === 'storageDone' && !input.ok) {",
        "if (input.type === 'storageDone' && !input.ok && this.stopped) {",
      ),
    ],
    smoke: true,
  }),
];
