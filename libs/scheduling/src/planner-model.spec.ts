import type { ProposedAssignment } from '@synod/jobs';
import fc from 'fast-check';
import { NAIVE_POLICIES, naivePlan } from './naive-planner.spec-support.js';
import { Cluster } from './planner.spec-support.js';
import { Planner } from './planner.js';

const nat = (max: number) => fc.nat({ max });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('submit' as const), count: nat(8), shape: nat(59) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('plan' as const), limit: nat(12), deaf: nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), back: nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), worker: nat(29), most: nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open' as const), worker: nat(29), shape: nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), worker: nat(29) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('schedule' as const), worker: nat(29), how: nat(2) }) },
);

describe('planner against one that looks at everything', () => {
  it('plans the same, and what it plans is refused only when the state has changed', () => {
    let planned = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
        const cluster = new Cluster();
        const planner = new Planner();
        let outstanding: (readonly ProposedAssignment[])[] = [];
        let firstOfEquals = 0;
        cluster.newestLevel();
        for (let at = 0; at < 12; at += 1) openShaped(cluster, at, at);
        for (const it of steps) {
          switch (it.kind) {
            case 'submit':
              cluster.submit(it.count, shapeOf(it.shape));
              break;
            case 'plan': {
              const eligible = (workerId: string) => workerId !== `w${it.deaf}`;
              const expected = naivePlan(
                { view: cluster.machine, eligible, outstanding: outstanding.flat(), firstOfEquals },
                it.limit,
              );
              const plan = planner.plan(cluster.machine, eligible, it.limit);
              expect(plan).toEqual(expected);
              const workers = cluster.machine.workers();
              const last = plan.at(-1)?.workerId;
              const place = workers.findIndex((worker) => worker.workerId === last);
              if (place >= 0) firstOfEquals = (place + 1) % workers.length;
              outstanding.push(plan);
              planned += plan.length;
              break;
            }
            case 'settle': {
              const settled = outstanding[it.back] ?? [];
              cluster.assign(settled);
              planner.settled(settled);
              outstanding = outstanding.filter((plan) => plan !== settled);
              break;
            }
            case 'finish':
              cluster.finishAll(`w${it.worker}`, it.most);
              break;
            case 'open':
              openShaped(cluster, it.worker, it.shape);
              break;
            case 'schedule':
              cluster.schedule(`w${it.worker}`, (['active', 'cordoned', 'draining'] as const)[it.how] ?? 'active');
              break;
            case 'close':
              cluster.close(`w${it.worker}`);
              break;
          }
        }
        expect(planner.outstandingCount).toBe(outstanding.flat().length);
        cluster.machine.checkInvariants();
      }),
      { numRuns: 60 },
    );
    expect(planned).toBeGreaterThan(500);
  });
});

function openShaped(cluster: Cluster, worker: number, shape: number): void {
  cluster.open(`w${worker}`, {
    capacity: 1 + (shape % 4),
    labels: shape % 3 === 0 ? { zone: 'a' } : shape % 5 === 1 ? { zone: 'b' } : {},
    handlers: shape % 2 === 0 ? ['mail'] : [],
  });
}

function shapeOf(shape: number): Parameters<Cluster['submit']>[1] {
  return {
    queue: `q${shape % 2}`,
    placement: NAIVE_POLICIES[shape % NAIVE_POLICIES.length] ?? 'leastLoaded',
    ...(shape % 10 === 9 ? { placementOptions: { spreadLabel: 'zone' } } : {}),
    ...(shape % 10 === 7 ? { placementOptions: { loadFactorPercent: 110 } } : {}),
    placementKey: `key-${shape}`,
    ...(shape % 7 === 0 ? { workerLabels: { zone: 'a' } } : {}),
    ...(shape % 11 === 0 ? { task: { kind: 'handler' as const, handler: 'mail', payload: '' } } : {}),
  };
}
