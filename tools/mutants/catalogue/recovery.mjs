// P4, P5, P6: phase 1, votes, and what a follower takes for chosen.
import { consensus, CORE_TESTS_FIRST, edit, mutant } from '../mutant.mjs';

export const RECOVERY_MUTANTS = [
  mutant({
    id: 'p4-part-of-a-promise',
    title: 'a promise in several chunks counts with its first one',
    quietBecause: 'promises have one chunk, unless much was open when the leader died',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'return report !== undefined && report.chunks.size === report.chunkCount;',
        'return report !== undefined && report.chunks.size > 0;',
      ),
    ],
  }),
  mutant({
    id: 'p4-fills-below-chosen',
    title: 'a candidate recovers from what it knows chosen itself, not from the highest that its quorum knows',
    quietBecause: 'without loss all know the same slots chosen, or nearly',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'for (const report of counted) chosenThroughSlot = Math.max(chosenThroughSlot, report.chosenThroughSlot);',
        '',
      ),
    ],
  }),
  mutant({
    id: 'p4-most-reported-wins',
    title: 'the value that more acceptors report wins over the one of the highest ballot',
    quietBecause: 'two values for a slot take two leaders that both got it only to some',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'if (order > 0) return { accepted, reporters: 1 };',
        'if (order > 0) return known.reporters > 1 ? known : { accepted, reporters: 1 };',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p4-first-reported-wins',
    title: 'the value that is reported first wins, whatever its ballot',
    quietBecause: 'two values for a slot take two leaders that both got it only to some',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'if (order > 0) return { accepted, reporters: 1 };',
        'if (order > 0) return known;',
      ),
    ],
  }),
  mutant({
    id: 'p4-recovery-ends-at-a-hole',
    title: 'what was accepted above a hole is not recovered',
    quietBecause: 'holes come from accepts that were lost as the leader died',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'if (found === undefined) counters.holesFilled += 1;',
        'if (found === undefined) break;',
      ),
    ],
  }),
  mutant({
    id: 'p4-own-log-not-asked',
    title: 'a candidate recovers from the promises of others, without its own log',
    quietBecause: 'without loss the others hold the same',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'chunks: new Map([[0, acceptor.log.entriesFrom(acceptor.knownChosenSlot + 1)]]),',
        'chunks: new Map([[0, []]]),',
      ),
    ],
  }),
  mutant({
    id: 'p5-votes-of-any-ballot',
    title: 'a leader counts votes that were given to an earlier ballot of its own',
    quietBecause: 'a node has to lose the lead and win it again while a vote for its old ballot is still on its way',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'if (this.leads(body.ballot)) this.leading?.phase2.onAccepted(from, body);',
        'this.leading?.phase2.onAccepted(from, body);',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p5-promises-of-any-ballot',
    title: 'a candidate counts promises that were given to an earlier ballot of its own',
    quietBecause: 'a node has to stand twice while a promise for its old ballot is still on its way',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'if (!equalBallots(body.ballot, this.ballot) || this.isComplete(from)) return;',
        'if (this.isComplete(from)) return;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p5-accepts-below-promise',
    title: 'an acceptor takes an accept of a ballot below its promise, when it holds nothing there',
    quietBecause: 'accepts of an old leader have to arrive after the promise to a new one',
    edits: [
      edit(
        consensus('acceptor.ts'),
        'if (order < 0) {\n      this.env.counters.acceptRefusals += 1;',
        'if (order < 0 && entries.some(({ slot }) => this.log.get(slot) !== undefined)) {\n      this.env.counters.acceptRefusals += 1;',
      ),
      edit(
        consensus('acceptor.ts'),
        "assert(equalBallots(ballot, this.promisedBallot), 'I2 accepted ballot <= promised',",
        "assert(compareBallots(ballot, this.promisedBallot) <= 0, 'I2 accepted ballot <= promised',",
      ),
      edit(
        consensus('paxos-replica.ts'),
        'if (!this.acceptor.onAccept(from, body)) return;\n',
        'if (!this.acceptor.onAccept(from, body)) return;\n    if (compareBallots(body.ballot, this.acceptor.promised) < 0) return;\n',
      ),
    ],
  }),
  mutant({
    id: 'p6-own-value-is-the-chosen-one',
    title: 'a follower that hears that a slot is chosen applies what it holds there, of whatever ballot',
    quietBecause: 'without a change of leaders nobody holds an old value',
    edits: [
      edit(
        consensus('acceptor.ts'),
        'if (held === undefined || !equalBallots(held.ballot, ballot)) return false;',
        'if (held === undefined) return false;',
      ),
    ],
    smoke: true,
  }),
  mutant({
    id: 'p6-fetched-value-ignored',
    title: 'a fetched entry is not written where something is held already',
    quietBecause: 'without a change of leaders what is held is the same',
    edits: [
      edit(
        consensus('acceptor.ts'),
        'if (held === undefined || !equalEntries(held.entry, entry)) {',
        'if (held === undefined) {',
      ),
    ],
  }),
  mutant({
    id: 'p4-those-ahead-counted',
    title:
      'a candidate that goes on without what those ahead know chosen counts them all the same, though they report less',
    quietBecause: 'nobody lacks what all others have trimmed',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'const level = this.countedReports().filter((report) => report.chosenThroughSlot <= chosenThroughSlot);',
        'const level = this.countedReports();',
      ),
    ],
  }),
  mutant({
    id: 'p4-chunks-of-two-promises',
    title: 'chunks of two promises of one acceptor, cut in different places, are put together',
    quietBecause: 'promises have one chunk, and are sent once',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'if (report?.chosenThroughSlot !== chosenThroughSlot || report.chunkCount !== chunkCount) {',
        'if (report === undefined) {',
      ),
    ],
  }),
  mutant({
    id: 'p5-learner-votes',
    title: 'what a learner acknowledged counts as a vote',
    quietBecause: 'voters acknowledge the same',
    edits: [
      edit(
        consensus('leader/phase2.ts'),
        'open.answered |= bit;\n    if (index === undefined) return;',
        'open.answered |= bit;',
      ),
    ],
  }),
];
