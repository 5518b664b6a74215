// P17, P18, P19, P20: what no longer moves.
import { consensus, CORE_TESTS_FIRST, edit, mutant } from '../mutant.mjs';

export const LIVENESS_MUTANTS = [
  mutant({
    id: 'p17-unwell-leader-stays',
    title: 'a leader whose disk hangs keeps the lead',
    quietBecause: 'no disk hangs',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        "if (!this.parts.fitness.fit && this.role.kind !== 'follower') {",
        "if (!this.parts.fitness.fit && this.role.kind === 'candidate') {",
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p17-unwell-node-stands',
    title: 'a node whose disk hangs stands for election',
    quietBecause: 'no disk hangs',
    edits: [
      edit(
        consensus('election.ts'),
        'if (!mayStand || ownBallot !== undefined || this.happyNow) return false;',
        'if (ownBallot !== undefined || this.happyNow) return false;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p18-deposes-a-happy-leader',
    title: 'who cannot hear the leader takes over, though others say that it serves them',
    quietBecause: 'all hear the leader',
    edits: [
      edit(consensus('election.ts'), 'for (const reply of this.replies.values()) if (reply.happy) return false;', ''),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p18-happy-by-hearsay',
    title: 'a follower is happy when anybody who follows the same leader is happy',
    quietBecause: 'all hear the leader; else the orphans keep each other happy for ever',
    edits: [
      edit(
        consensus('election.ts'),
        'this.happyNow = leader !== undefined && reply !== undefined && this.isHappyLeader(leader, reply);',
        'this.happyNow = reply !== undefined ? this.isHappyLeader(leader, reply) : [...this.replies.values()].some((other) => other.happy && equalBallots(other.leader, this.followedBallot));',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p18-stands-without-a-quorum',
    title: 'a node stands though it hears too few',
    quietBecause: 'all hear all',
    edits: [
      edit(
        consensus('election.ts'),
        'return this.replies.size + 1 >= quorum;',
        'return this.replies.size + 1 >= Math.min(quorum, 2);',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p19-fetch-never-asked-again',
    title: 'a fetch whose answer is lost is waited for, for ever',
    quietBecause: 'no answer is lost',
    edits: [
      edit(
        consensus('catchup.ts'),
        'if (this.fetch !== undefined && nowMs - this.fetch.sentAtMs >= options.resendAfterMs) {',
        'if (this.fetch !== undefined && nowMs < this.fetch.sentAtMs) {',
      ),
    ],
  }),
  mutant({
    id: 'p19-one-chunk-a-lag',
    title: 'a replica that lags fetches one chunk, and the next when it has lagged for a while again',
    quietBecause: 'nobody lags by more than a chunk',
    edits: [edit(consensus('catchup.ts'), 'if (progressed) return this.start(from);', 'if (progressed) return;')],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p19-always-the-same-peer',
    title: 'a fetch that got no answer is sent to the same peer again',
    quietBecause: 'every peer answers',
    edits: [edit(consensus('catchup.ts'), 'return able[this.nextPeer % Math.max(1, able.length)];', 'return able[0];')],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p20-prepare-sent-once',
    title: 'a Prepare that gets no answer is not sent again, and the candidate waits for ever',
    quietBecause: 'no message is lost',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'if (this.env.nowMs - phase1.lastProgressMs < patienceMs) return phase1.onTick();',
        'if (this.env.nowMs - phase1.lastProgressMs < patienceMs * 1e9) return;',
      ),
    ],
  }),
  mutant({
    id: 'p20-accept-sent-once',
    title: 'an accept that gets no answer is not sent again',
    quietBecause: 'no message is lost',
    edits: [
      edit(
        consensus('leader/phase2.ts'),
        'if (entries.length === 0) return;\n    counters.resends += 1;\n    this.sendAccept(follower, entries);',
        'if (entries.length === 0) return;\n    counters.resends += 1;',
      ),
    ],
  }),
  mutant({
    id: 'p20-confirm-sent-once',
    title: 'a question for confirmation that gets no answer is not sent again: no read is answered any more',
    quietBecause: 'no message is lost',
    edits: [
      edit(
        consensus('leader/reads.ts'),
        'this.env.counters.resends += 1;\n    this.ask(this.round);',
        'this.env.counters.resends += 1;',
      ),
    ],
  }),
  mutant({
    id: 'p20-stalled-for-ever',
    title: 'a follower that stopped answering once is never streamed to again',
    quietBecause: 'every follower answers',
    edits: [
      edit(
        consensus('leader/follower-progress.ts'),
        'this.stalled = false;\n    this.nextSlot = nextSlot;',
        'this.nextSlot = nextSlot;',
      ),
    ],
  }),
  mutant({
    id: 'p20-gone-peers-stay-gone',
    title: 'an unhappy node waits for nobody whose connection ever broke, and never counts them again',
    quietBecause: 'no connection breaks',
    edits: [
      edit(
        consensus('election.ts'),
        'this.disconnected.delete(from);\n    this.replies.set(from, reply);',
        'if (!this.disconnected.has(from)) this.replies.set(from, reply);',
      ),
      edit(consensus('election.ts'), 'this.replies.clear();\n    this.disconnected.clear();', 'this.replies.clear();'),
    ],
  }),
  mutant({
    id: 'p20-transfer-never-ends',
    title: 'a leader whose successor does not take over takes no proposals any more',
    quietBecause: 'who is asked to take over does',
    edits: [
      edit(
        consensus('leader/transfer.ts'),
        "this.env.counters.transfersTimedOut += 1;\n    this.end('timedOut');",
        'this.env.counters.transfersTimedOut += 1;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p20-trimmed-slots-not-acknowledged',
    title:
      'an acceptor says nothing of slots that it has trimmed, and a leader that needs its vote for them waits for ever',
    quietBecause: 'no leader proposes again what others have trimmed',
    edits: [edit(consensus('acceptor.ts'), 'slots.push(slot);', 'if (slot > this.trimmed) slots.push(slot);')],
  }),
];
