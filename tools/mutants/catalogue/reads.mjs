// P7: stale reads.
import { consensus, CORE_TESTS_FIRST, edit, mutant } from '../mutant.mjs';

const READS = consensus('leader/reads.ts');

export const READ_MUTANTS = [
  mutant({
    id: 'p7-confirmed-by-a-minority',
    title: 'a read is confirmed by one member less than a quorum',
    quietBecause: 'there is one leader, so that it needn’t ask anybody',
    edits: [
      edit(
        READS,
        'if (round.voters < this.env.membership.phase2Quorum) return;',
        'if (round.voters < this.env.membership.phase2Quorum - 1) return;',
      ),
    ],
    smoke: true,
  }),
  mutant({
    id: 'p7-joins-the-round-under-way',
    title: 'a read joins the round of confirmations that was sent before it came',
    quietBecause: 'there is one leader, so that old confirmations are as good as new ones',
    edits: [
      edit(
        READS,
        'this.waiting.push(readId);',
        'if (this.round === undefined) this.waiting.push(readId);\n    else this.round = Object.assign(this.round, { readIds: [...this.round.readIds, readId] });',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p7-confirmation-of-any-round',
    title: 'a confirmation counts for the present round, whichever round it answers',
    quietBecause: 'there is one leader, so that old confirmations are as good as new ones',
    edits: [edit(READS, 'this.round?.number === confirmRound', 'this.round !== undefined')],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p7-confirmed-below-promise',
    title: 'an acceptor confirms a leader though it has promised a higher ballot',
    quietBecause: 'a deposed leader hears of its successor before it asks for a confirmation',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        "if (compareBallots(ballot, this.acceptor.promised) < 0) return this.acceptor.refuse(from, ballot);\n    this.outbox.send(from, { type: 'confirmed',",
        "this.outbox.send(from, { type: 'confirmed',",
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p7-new-leader-answers-at-once',
    title: 'a new leader confirms reads before all that it recovered is chosen',
    quietBecause: 'without a change of leaders nothing has to be recovered',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'const complete = acceptor.chosenThroughSlot >= phase2.recoveredThroughSlot;',
        'const complete = true;',
      ),
    ],
  }),
  mutant({
    id: 'p7-read-at-applied',
    title: 'a read is answered from what is applied when it is confirmed, not from what was chosen when it was asked',
    quietBecause: 'what is acknowledged is applied, but for a new leader that still applies what it recovered',
    edits: [
      edit(
        READS,
        'if (oldest === undefined || oldest.readIndex > appliedSlot) return;',
        'if (oldest === undefined) return;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
];
