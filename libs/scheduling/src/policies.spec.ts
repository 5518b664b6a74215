import type { JobSpec, PlacementOptions, PlacementPolicy, ProposedAssignment, WorkerRecord } from '@synod/jobs';
import { PLACEMENT_POLICIES, workerFits } from '@synod/jobs';
import fc from 'fast-check';
import { Cluster, everyone } from './planner.spec-support.js';
import { Planner } from './planner.js';
import type { SlowWorker } from './worker-speeds.js';

const POLICIES = Object.keys(PLACEMENT_POLICIES) as PlacementPolicy[];

const OPTIONS: Partial<Record<PlacementPolicy, PlacementOptions>> = {
  powerOfChoices: { choices: 3 },
  boundedHash: { loadFactorPercent: 110 },
  spread: { spreadLabel: 'zone' },
};

/** With the policy's options, or without any. */
function specOf(policy: PlacementPolicy, withOptions: boolean, changes: Partial<JobSpec> = {}): Partial<JobSpec> {
  const placementOptions = withOptions ? OPTIONS[policy] : undefined;
  return {
    ...{ placement: policy, placementKey: 'k' },
    ...(placementOptions === undefined ? {} : { placementOptions }),
    ...changes,
  };
}

function clusterOf(capacities: readonly number[], zones: readonly string[] = []): Cluster {
  const cluster = new Cluster();
  cluster.newestLevel();
  for (const [at, capacity] of capacities.entries()) {
    const zone = zones[at % Math.max(1, zones.length)];
    cluster.open(`w${String(at).padStart(3, '0')}`, { capacity, labels: zone === undefined ? {} : { zone } });
  }
  return cluster;
}

function tally(plan: readonly ProposedAssignment[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { workerId } of plan) counts[workerId] = (counts[workerId] ?? 0) + 1;
  return counts;
}

/** A job at a time, each in a plan of its own and applied; where they went. */
function oneByOne(cluster: Cluster, planner: Planner, count: number, spec: Partial<JobSpec>): string[] {
  const chosen: string[] = [];
  for (let at = 0; at < count; at += 1) {
    cluster.submit(1, spec);
    const plan = planner.plan(cluster.machine, everyone, 1);
    expect(cluster.assign(plan)).toBe(0);
    planner.settled(plan);
    chosen.push(plan[0]?.workerId ?? '');
  }
  return chosen;
}

const world = fc.record({
  workers: fc.array(
    fc.record({
      capacity: fc.integer({ min: 1, max: 5 }),
      zone: fc.constantFrom('a', 'b', 'c'),
      handlers: fc.constantFrom([], ['mail']),
      deaf: fc.nat({ max: 4 }),
      slow: fc.nat({ max: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  batches: fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 9 }),
      queue: fc.constantFrom('q1', 'q2'),
      key: fc.nat({ max: 3 }),
      zone: fc.constantFrom('', 'a'),
      isMail: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  limit: fc.integer({ min: 1, max: 30 }),
  withOptions: fc.boolean(),
});

describe.each(POLICIES)('placement by %s', (policy) => {
  it('picks only workers that fit, are open, heard and have room, and leaves no job that one of them could take', () => {
    fc.assert(
      fc.property(world, ({ workers, batches, limit, withOptions }) => {
        const cluster = new Cluster();
        cluster.newestLevel();
        for (const [at, { capacity, zone, handlers }] of workers.entries()) {
          cluster.open(`w${at}`, { capacity, labels: { zone }, handlers });
        }
        const slow = workers.flatMap((it, at) => (it.slow === 0 ? [slowWorker(`w${at}`, at % 2 === 0)] : []));
        const planner = new Planner({ speeds: { slowWorkers: () => slow } });
        const eligible = (workerId: string) => workers[Number(workerId.slice(1))]?.deaf !== 0;
        for (const { count, queue, key, zone, isMail } of batches) {
          cluster.submit(count, {
            ...specOf(policy, withOptions, { queue, placementKey: `key-${key}` }),
            ...(zone === '' ? {} : { workerLabels: { zone } }),
            ...(isMail ? { task: { kind: 'handler', handler: 'mail', payload: '' } } : {}),
          });
          const plan = planner.plan(cluster.machine, eligible, limit);
          expect(plan.every(({ workerId }) => eligible(workerId))).toBe(true);
          expect(cluster.assign(plan)).toBe(0);
          planner.settled(plan);
          if (plan.length < limit) expect(placeable(cluster, eligible)).toEqual([]);
        }
        cluster.machine.checkInvariants();
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same plan for the same state, whoever leads', () => {
    const plans = [1, 2].map(() => {
      const cluster = clusterOf([3, 5, 2, 8, 1], ['a', 'b']);
      cluster.submit(12, specOf(policy, true));
      return new Planner().plan(cluster.machine, everyone, 12);
    });
    expect(plans[0]).toHaveLength(12);
    expect(plans[0]).toEqual(plans[1]);
  });
});

function slowWorker(workerId: string, trial: boolean): SlowWorker {
  return { workerId, speed: 0.25, trial };
}

/** Ready jobs that a worker could take now. */
function placeable(cluster: Cluster, eligible: (workerId: string) => boolean): string[] {
  const { machine } = cluster;
  const isFree = (worker: WorkerRecord) => eligible(worker.workerId) && worker.activeAttempts < worker.capacity;
  return [...machine.readyClasses()].flatMap((it) =>
    machine.workers().some((worker) => isFree(worker) && workerFits(worker, it)) ? [it.classKey] : [],
  );
}

describe('random', () => {
  it('draws each worker about as often, and the same one for the same job and revision', () => {
    const cluster = clusterOf(Array.from({ length: 10 }, () => 1_000));
    const counts = new Map<string, number>();
    cluster.submit(1_000, specOf('random', false));
    const plan = new Planner().plan(cluster.machine, everyone, 1_000);
    for (const { workerId } of plan) counts.set(workerId, (counts.get(workerId) ?? 0) + 1);
    // Chi-square of 9 degrees of freedom: above 27.9 with a probability of 0.001.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(counts.size).toBe(10);
    expect(chiSquare).toBeLessThan(27.9);
  });
});

describe('roundRobin', () => {
  it('takes workers in turn whatever their size, over plans as well, and passes over full ones', () => {
    const cluster = clusterOf([9, 1, 9]);
    const chosen = oneByOne(cluster, new Planner(), 7, specOf('roundRobin', false));
    expect(chosen).toEqual(['w000', 'w001', 'w002', 'w000', 'w002', 'w000', 'w002']);
  });

  it('goes on behind the last one when workers come and go', () => {
    const cluster = clusterOf([9, 9, 9]);
    const planner = new Planner();
    expect(oneByOne(cluster, planner, 2, specOf('roundRobin', false))).toEqual(['w000', 'w001']);
    cluster.open('w0015', { capacity: 9 });
    expect(oneByOne(cluster, planner, 3, specOf('roundRobin', false))).toEqual(['w0015', 'w002', 'w000']);
  });
});

describe('weightedRoundRobin', () => {
  it('mixes turns evenly, as nginx does for weights 5, 1 and 1', () => {
    const cluster = clusterOf([5, 1, 1]);
    const planner = new Planner();
    const chosen = Array.from({ length: 7 }, () => {
      const [workerId = ''] = oneByOne(cluster, planner, 1, specOf('weightedRoundRobin', false));
      // Or the small ones would be full, and passed over.
      cluster.finishAll(workerId);
      return workerId;
    });
    expect(chosen).toEqual(['w000', 'w000', 'w001', 'w000', 'w002', 'w000', 'w000']);
  });

  it('never gives a worker more or less than its share by a whole round', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 }), (capacities) => {
        const cluster = clusterOf(capacities);
        const planner = new Planner();
        const total = capacities.reduce((sum, capacity) => sum + capacity, 0);
        const counts = capacities.map(() => 0);
        for (let turn = 1; turn <= 2 * total; turn += 1) {
          const [workerId = ''] = oneByOne(cluster, planner, 1, specOf('weightedRoundRobin', false));
          const at = Number(workerId.slice(1));
          counts[at] = (counts[at] ?? 0) + 1;
          cluster.finishAll(workerId);
          for (const [worker, count] of counts.entries()) {
            expect(Math.abs(count - (turn * (capacities[worker] ?? 0)) / total)).toBeLessThan(1.5);
          }
        }
        expect(counts).toEqual(capacities.map((capacity) => 2 * capacity));
      }),
      { numRuns: 30 },
    );
  });

  it('gives a worker that is a quarter as fast a quarter of the turns', () => {
    const cluster = clusterOf([100, 100]);
    const planner = new Planner({ speeds: { slowWorkers: () => [slowWorker('w001', false)] } });
    cluster.submit(50, specOf('weightedRoundRobin', false));
    expect(tally(planner.plan(cluster.machine, everyone, 50))).toEqual({ w000: 40, w001: 10 });
  });
});

describe('leastLoaded with measured speed', () => {
  it('fills a slow worker to the same part of what it gets done', () => {
    const cluster = clusterOf([100, 100]);
    const planner = new Planner({ speeds: { slowWorkers: () => [slowWorker('w001', false)] } });
    cluster.submit(50, specOf('leastLoaded', false));
    expect(tally(planner.plan(cluster.machine, everyone, 50))).toEqual({ w000: 40, w001: 10 });
  });

  it('tries a slow worker that is idle with one job, and with no second one', () => {
    const cluster = clusterOf([10, 10]);
    const slow = { trial: false };
    const planner = new Planner({ speeds: { slowWorkers: () => [slowWorker('w001', slow.trial)] } });
    expect(new Set(oneByOne(cluster, planner, 3, specOf('leastLoaded', false)))).toEqual(new Set(['w000']));
    slow.trial = true;
    expect(oneByOne(cluster, planner, 1, specOf('leastLoaded', false))).toEqual(['w001']);
    expect(oneByOne(cluster, planner, 1, specOf('leastLoaded', false))).toEqual(['w000']);
  });
});

describe('powerOfChoices', () => {
  it('of two is far more even than one, as the paper says: log log n above the mean', () => {
    const most = (policy: PlacementPolicy) => {
      const cluster = clusterOf(Array.from({ length: 100 }, () => 1_000));
      cluster.submit(1_000, specOf(policy, false));
      return Math.max(...Object.values(tally(new Planner().plan(cluster.machine, everyone, 1_000))));
    };
    // Ten jobs a worker. log2(log2(100)) = 2.7 and a constant; by pure chance the most is some 20.
    expect(most('powerOfChoices')).toBeLessThanOrEqual(13);
    expect(most('random')).toBeGreaterThanOrEqual(17);
  });
});

describe('boundedHash', () => {
  it('never loads a worker above ceil(1.25 × mean) with any keys, while the mean does not fall', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.array(fc.nat({ max: 3 }), { maxLength: 150 }), (count, keys) => {
        const cluster = clusterOf(Array.from({ length: count }, () => 1_000));
        const planner = new Planner();
        const loads = new Map<string, number>();
        for (const [at, key] of keys.entries()) {
          const spec = specOf('boundedHash', false, { placementKey: `popular-${key}` });
          const [workerId = ''] = oneByOne(cluster, planner, 1, spec);
          loads.set(workerId, (loads.get(workerId) ?? 0) + 1);
          expect(loads.get(workerId)).toBeLessThanOrEqual(Math.ceil((1.25 * (at + 1)) / count));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('keeps a key at its owner while that is below its bound', () => {
    const cluster = clusterOf(Array.from({ length: 10 }, () => 100));
    const planner = new Planner();
    // A base load that leaves everyone room below the bound.
    oneByOne(cluster, planner, 100, specOf('leastLoaded', false));
    const home = oneByOne(cluster, planner, 2, specOf('boundedHash', false, { placementKey: 'customer-1' }));
    const sticky = oneByOne(cluster, planner, 1, specOf('consistentHash', false, { placementKey: 'customer-1' }));
    expect(new Set([...home, ...sticky]).size).toBe(1);
  });
});

describe('binPack', () => {
  it('fills one worker before it begins the next, so that the others can be stopped', () => {
    const cluster = clusterOf([3, 5, 4]);
    const chosen = oneByOne(cluster, new Planner(), 8, specOf('binPack', false));
    expect(new Set(chosen.slice(0, 3)).size).toBe(1);
    expect(new Set(chosen).size).toBe(2);
  });
});

describe('spread', () => {
  it('keeps the attempts of a queue even over workers, whatever other queues run there', () => {
    const cluster = clusterOf([50, 50, 50]);
    const planner = new Planner();
    oneByOne(cluster, planner, 20, { ...specOf('binPack', false), queue: 'other' });
    const chosen = oneByOne(cluster, planner, 9, specOf('spread', false));
    expect(Object.values(tally(chosen.map((workerId) => ({ workerId }) as ProposedAssignment)))).toEqual([3, 3, 3]);
  });

  it('over a label keeps zones even, also where they have unequal numbers of workers', () => {
    const cluster = clusterOf([50, 50, 50, 50, 50], ['a', 'a', 'a', 'b', 'b']);
    cluster.submit(20, specOf('spread', true));
    const counts = tally(new Planner().plan(cluster.machine, everyone, 20));
    const inZone = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (counts[id] ?? 0), 0);
    expect(inZone(['w000', 'w001', 'w002'])).toBe(10);
    expect(inZone(['w003', 'w004'])).toBe(10);
    expect(Math.max(...['w003', 'w004'].map((id) => counts[id] ?? 0))).toBe(5);
  });

  it('goes on in the other zones when one is full', () => {
    const cluster = clusterOf([2, 50], ['a', 'b']);
    cluster.submit(20, specOf('spread', true));
    expect(tally(new Planner().plan(cluster.machine, everyone, 20))).toEqual({ w000: 2, w001: 18 });
  });
});
