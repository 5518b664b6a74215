import fc from 'fast-check';
import type { ReplicaCounters } from './counters.js';
import { anyStepWithSnapshots, Schedule, tightOptions } from './schedule.spec-support.js';

const steps = fc.array(anyStepWithSnapshots, { minLength: 60, maxLength: 500, size: 'max' });

/** A schedule that never gets there proves nothing. */
const MUST_REACH: readonly (keyof ReplicaCounters)[] = [
  'slotsTrimmed',
  'snapshotsInstalled',
  'startsWithLostImage',
  'diskFullRefusals',
  'recordsRepaired',
  'handOversSent',
  'handOversTaken',
  'leadershipTransfers',
  'clockUnfit',
];

describe('under any schedule of snapshots, trims, full disks and lost images (P10)', () => {
  const reached = new Map<keyof ReplicaCounters, number>();
  const note = ({ cluster }: Schedule): void => {
    for (const name of MUST_REACH) reached.set(name, (reached.get(name) ?? 0) + cluster.count(name));
  };

  it.each([
    [3, 0, 60],
    [3, 1, 30],
    [5, 0, 20],
  ])('(N=%i, %i learners) replicas agree, and the repaired cluster converges and serves', (size, learners, numRuns) => {
    fc.assert(
      fc.property(tightOptions, steps, (options, schedule) => {
        const run = new Schedule(size, options, { learners });
        run.cluster.holdSnapshots = true;
        run.cluster.start();
        run.run(schedule);
        run.converge();
        note(run);
      }),
      { numRuns, seed: size + learners, endOnFailure: true },
    );
  });

  it('(N=3) strangers that have to be introduced first come to agree all the same (I10)', () => {
    fc.assert(
      fc.property(tightOptions, steps, (options, schedule) => {
        const run = new Schedule(3, options, { strangers: true });
        run.cluster.holdSnapshots = true;
        run.run(schedule);
        run.converge();
        note(run);
        for (const node of run.cluster.alive) expect(node.disk.peers.size).toBe(2);
      }),
      { numRuns: 20, seed: 11, endOnFailure: true },
    );
  });

  it.each(MUST_REACH)('the schedules above reached %s', (name) => {
    expect(reached.get(name)).toBeGreaterThan(0);
  });
});
