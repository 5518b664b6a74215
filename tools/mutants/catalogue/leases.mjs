// P8: worker leases, of deposed leaders, under pauses and drift.
import { edit, mutant } from '../mutant.mjs';
import { FAULT_FREE_SCHEDULER, SCHEDULER, tests, testsNamed } from '../places.mjs';

const COORDINATOR = 'apps/coordinator';
const HUB = `${COORDINATOR}/src/agents/heartbeat-hub.ts`;
const DECLARER = `${COORDINATOR}/src/leader/lost-declarer.ts`;
const GUARD = 'apps/worker-agent/src/guard/guard.ts';
const LEASE = 'libs/client/src/worker/lease.ts';

const QUIET_GROUP = [testsNamed(COORDINATOR, 'a job submitted anywhere reaches a worker anywhere', 'group.spec')];
const QUIET_WORKER = [
  testsNamed('libs/client', 'says what it is, runs what is assigned', 'worker/worker.spec'),
  testsNamed('libs/client', 'go out at once and then at the interval', 'worker/heartbeats.spec'),
];
const IN_GROUP = [tests(COORDINATOR, 'heartbeat-hub.spec', 'planner-loop.spec', 'worker-liveness.spec', 'group.spec')];
const IN_WORKER = [tests('libs/client', 'worker/')];
const IN_AGENT = [
  tests('apps/worker-agent', 'guard/lease.spec', 'agent/heard-chain.spec', 'agent/worker-agent.spec'),
  SCHEDULER,
];
const QUIET_AGENT = [FAULT_FREE_SCHEDULER];

export const LEASE_MUTANTS = [
  mutant({
    id: 'p8-newest-heartbeat-acknowledged',
    title: 'a round of confirmation acknowledges the newest heartbeat, which may have come after the round began',
    quietBecause: 'there is one leader, so that an old confirmation is as good as a new one',
    edits: [
      edit(
        HUB,
        `const known = batch.get(mark.workerId);
        // What the leader covered is what was sent to it; anything else is acknowledged to nobody.
        if (known !== undefined && isSame(known.mark, mark)) known.acknowledge(known.mark, ballot);`,
        `const known = this.arrived.get(mark.workerId) ?? batch.get(mark.workerId);
            if (known !== undefined) known.acknowledge(known.mark, ballot);`,
      ),
    ],
    dies: IN_GROUP,
    quiet: QUIET_GROUP,
  }),
  mutant({
    id: 'p8-lost-without-confirmation',
    title: 'a leader declares attempts lost without being confirmed by a quorum',
    quietBecause: 'there is one leader, and what it did not hear nobody heard',
    edits: [edit(DECLARER, 'await this.modules.confirm();', '')],
    dies: IN_GROUP,
    quiet: QUIET_GROUP,
  }),
  mutant({
    id: 'p8-old-verdict-stands',
    title: 'what was silent before the confirmation is declared lost, though it was heard meanwhile',
    quietBecause: 'who is silent for so long stays silent',
    edits: [
      edit(
        DECLARER,
        'if (this.busy || isEmpty(liveness.findLost(view))) return;',
        'const before = liveness.findLost(view);\n    if (this.busy || isEmpty(before)) return;',
      ),
      edit(DECLARER, 'const found = liveness.findLost(view);', 'const found = before;'),
    ],
    dies: IN_GROUP,
    quiet: QUIET_GROUP,
  }),
  mutant({
    id: 'p8-paused-leader-blames',
    title: 'a leader that was paused counts its own absence as the silence of its workers',
    quietBecause: 'no leader is paused',
    edits: [
      edit(
        `${COORDINATOR}/src/agents/worker-liveness.ts`,
        'for (const known of this.heard.values()) known.atMs = Math.min(now, known.atMs + awayMs);',
        '',
      ),
    ],
    dies: IN_GROUP,
    quiet: QUIET_GROUP,
  }),
  mutant({
    id: 'p8-lease-from-the-newest-sent',
    title: 'an acknowledgement extends the lease from the newest heartbeat, not from the one that it answers',
    quietBecause: 'an answer comes before the next heartbeat is sent',
    edits: [
      edit(LEASE, 'this.heardAtMs = sentAtMs;', 'this.heardAtMs = Math.max(sentAtMs, ...this.sentAtMs.values());'),
    ],
    dies: IN_WORKER,
    quiet: QUIET_WORKER,
  }),
  mutant({
    id: 'p8-lease-of-a-deposed-leader',
    title: 'an acknowledgement of a lower ballot than one that was seen extends the lease',
    quietBecause: 'there is one leader',
    edits: [
      edit(
        LEASE,
        'if (this.highestBallot !== undefined && compareBallots(leader, this.highestBallot) < 0) return false;',
        '',
      ),
    ],
    dies: IN_WORKER,
    quiet: QUIET_WORKER,
  }),
  mutant({
    id: 'p8-lease-without-margin',
    title:
      'a worker goes on to the last moment of its lease: drift, and the time that ending takes, are the next one’s',
    quietBecause: 'no lease lapses',
    edits: [
      edit(LEASE, 'nowMs - this.heardAtMs >= workerLeaseMs(lostAfterMs)', 'nowMs - this.heardAtMs >= lostAfterMs'),
    ],
    dies: IN_WORKER,
    quiet: QUIET_WORKER,
  }),
  mutant({
    id: 'p8-guard-revives-a-lapsed-lease',
    title:
      'a guard that was frozen takes a heartbeat that was told late for a renewal of leases that have lapsed meanwhile',
    quietBecause: 'no guard is frozen',
    edits: [edit(GUARD, 'this.#endLapsed(Math.max(atMs, this.modules.clock.monotonicMs()));', '')],
    dies: IN_AGENT,
    quiet: QUIET_AGENT,
  }),
  mutant({
    id: 'p8-late-order-runs',
    title: 'a guard launches an order whose lease has lapsed while it lay in the socket',
    quietBecause: 'no order lies in the socket for so long',
    edits: [
      edit(GUARD, 'this.#endLapsed(this.modules.clock.monotonicMs());\n    void attempt.run();', 'void attempt.run();'),
    ],
    dies: IN_AGENT,
    quiet: QUIET_AGENT,
  }),
  mutant({
    id: 'p8-gap-forgotten',
    title: 'an agent starts what was assigned before a gap in its heartbeats that was as long as the lease',
    quietBecause: 'heartbeats have no such gap',
    edits: [
      edit(
        'libs/base/src/heard-chain.ts',
        'this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.lastMs);',
        'this.longestGapMs = nowMs - this.lastMs;',
      ),
    ],
    dies: IN_AGENT,
    quiet: QUIET_AGENT,
  }),
];
