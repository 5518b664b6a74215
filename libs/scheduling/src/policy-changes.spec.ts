import type { JobSpec, PlacementPolicy, ProposedAssignment } from '@synod/jobs';
import { PLACEMENT_POLICIES } from '@synod/jobs';
import fc from 'fast-check';
import { Cluster, everyone } from './planner.spec-support.js';
import { Planner } from './planner.js';

const POLICIES = Object.keys(PLACEMENT_POLICIES) as PlacementPolicy[];
const nat = (max: number) => fc.nat({ max });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const), count: nat(6), key: nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('policy' as const), policy: fc.constantFrom(...POLICIES) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('plan' as const), limit: nat(15) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('apply' as const), which: nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('finish' as const), worker: nat(7), most: nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), worker: nat(7), capacity: nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), worker: nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cordon' as const), worker: nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leader' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A cluster whose policy and workers change at any time; plans reach the log late, in any order, also those of leaders before. */
class ChangingCluster {
  readonly cluster = new Cluster();
  readonly submitted: string[] = [];
  private policy: PlacementPolicy = 'leastLoaded';
  private planner = new Planner();
  private plans: { readonly planner: Planner; readonly plan: readonly ProposedAssignment[] }[] = [];

  constructor() {
    this.cluster.newestLevel();
    for (let at = 0; at < 4; at += 1) this.open(at, 2);
  }

  carryOut(it: Step): void {
    switch (it.kind) {
      case 'submit':
        this.submitted.push(...this.cluster.submit(it.count, this.spec(it.key)));
        break;
      case 'policy':
        this.policy = it.policy;
        break;
      case 'plan':
        this.plan(it.limit);
        break;
      case 'apply':
        this.apply(it.which);
        break;
      case 'finish':
        this.cluster.finishAll(`w${it.worker}`, it.most);
        break;
      case 'open':
        this.open(it.worker, 1 + it.capacity);
        break;
      case 'close':
        this.cluster.close(`w${it.worker}`);
        break;
      case 'cordon':
        this.cluster.schedule(`w${it.worker}`, 'cordoned');
        break;
      case 'leader':
        // What the one before proposed may still be applied.
        this.planner = new Planner();
        break;
    }
  }

  /** Lets all that there is come to its end, with one worker that is sure to stay. */
  drain(): void {
    while (this.plans.length > 0) this.apply(0);
    this.cluster.open('steady', { capacity: 50 });
    for (let round = 0; this.unfinished() > 0; round += 1) {
      expect(round).toBeLessThan(1_000);
      this.plan(20);
      while (this.plans.length > 0) this.apply(0);
      for (const { workerId } of this.cluster.machine.workers()) this.cluster.finishAll(workerId);
    }
  }

  private unfinished(): number {
    const { ready, assigned, running } = this.cluster.machine.counts();
    return ready + assigned + running;
  }

  private plan(limit: number): void {
    const { planner } = this;
    this.plans.push({ planner, plan: planner.plan(this.cluster.machine, everyone, limit) });
  }

  private apply(which: number): void {
    const [taken] = this.plans.splice(Math.min(which, this.plans.length - 1), 1);
    if (taken === undefined) return;
    this.cluster.assign(taken.plan);
    taken.planner.settled(taken.plan);
  }

  private open(worker: number, capacity: number): void {
    this.cluster.open(`w${worker}`, { capacity, labels: { zone: worker % 2 === 0 ? 'a' : 'b' } });
  }

  private spec(key: number): Partial<JobSpec> {
    const placementOptions = this.policy === 'spread' && key % 2 === 0 ? { spreadLabel: 'zone' } : undefined;
    return {
      ...{ placement: this.policy, placementKey: `key-${key}`, queue: `q${key % 2}`, maxLostAttempts: 1_000 },
      ...(placementOptions === undefined ? {} : { placementOptions }),
    };
  }
}

describe('changes of policy and workers', () => {
  it('lose no job and run none twice, whoever leads and whenever plans arrive', () => {
    let jobs = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
        const changing = new ChangingCluster();
        const { cluster, submitted } = changing;
        for (const it of steps) {
          changing.carryOut(it);
          // J2: at most one active attempt of a job, on one worker; J3: no capacity exceeded.
          cluster.machine.checkInvariants();
        }
        changing.drain();
        for (const jobId of submitted) {
          const job = cluster.machine.job(jobId);
          expect(job?.state).toBe('succeeded');
          expect(job?.attempts.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
        }
        cluster.machine.checkInvariants();
        jobs += submitted.length;
      }),
      { numRuns: 60 },
    );
    expect(jobs).toBeGreaterThan(500);
  });
});
