import { NO_QUEUE_SETTINGS } from '@synod/jobs';
import type { ProposedAssignment } from '@synod/jobs';
import { Cluster, counting, everyone } from './planner.spec-support.js';
import { Planner } from './planner.js';

const workersOf = (plan: readonly ProposedAssignment[]) => plan.map((it) => it.workerId);
const jobsOf = (plan: readonly ProposedAssignment[]) => plan.map((it) => it.jobId);

/** How often each is there. */
function tally(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe('planner', () => {
  it('proposes the oldest jobs of all classes first, with the revisions and incarnations that apply will check', () => {
    const cluster = new Cluster();
    cluster.open('w1', { capacity: 10, handlers: ['mail'], incarnation: 4 });
    const task = { kind: 'handler' as const, handler: 'mail', payload: '' };
    const jobIds = [
      ...cluster.submit(1),
      ...cluster.submit(2, { task }),
      ...cluster.submit(1),
      ...cluster.submit(1, { queue: 'q' }),
    ];
    const plan = new Planner().plan(cluster.machine, everyone, 4);
    expect(jobsOf(plan)).toEqual(jobIds.slice(0, 4));
    expect(plan[0]).toEqual({ jobId: jobIds[0], jobRevision: 1, workerId: 'w1', workerIncarnation: 4 });
    expect(cluster.assign(plan)).toBe(0);
  });

  it('plans nothing without jobs, workers, room or a limit', () => {
    const cluster = new Cluster();
    const planner = new Planner();
    expect(planner.plan(cluster.machine, everyone, 10)).toEqual([]);
    cluster.submit(3);
    expect(planner.plan(cluster.machine, everyone, 10)).toEqual([]);
    cluster.open('w1', { capacity: 1 });
    expect(planner.plan(cluster.machine, everyone, 0)).toEqual([]);
    cluster.assign(planner.plan(cluster.machine, everyone, 10));
    expect(planner.plan(cluster.machine, everyone, 10)).toEqual([]);
  });

  it('gives a cordoned or draining worker nothing, by load or by key, and gives it work again when it is active', () => {
    const cluster = new Cluster();
    for (const workerId of ['w1', 'w2', 'w3']) cluster.open(workerId, { capacity: 10 });
    const planner = new Planner();
    const owner = planOf({ placement: 'consistentHash', placementKey: 'k' })[0];
    expect(owner).toBeDefined();
    cluster.schedule(owner as string, 'cordoned');
    expect(planOf({ placement: 'consistentHash', placementKey: 'k' })).not.toContain(owner);
    cluster.schedule(owner as string, 'draining');
    expect(new Set(planOf({}, 12))).toEqual(new Set(['w1', 'w2', 'w3'].filter((it) => it !== owner)));
    cluster.schedule(owner as string, 'active');
    expect(planOf({ placement: 'consistentHash', placementKey: 'k' })).toEqual([owner]);

    function planOf(changes: Parameters<Cluster['submit']>[1], count = 1): readonly string[] {
      cluster.submit(count, changes);
      const plan = planner.plan(cluster.machine, everyone, count);
      expect(cluster.assign(plan)).toBe(0);
      planner.settled(plan);
      for (const workerId of ['w1', 'w2', 'w3']) cluster.finishAll(workerId);
      return workersOf(plan);
    }
  });

  it('gives requests to workers that make them', () => {
    const cluster = new Cluster();
    cluster.schedule('nobody', 'active');
    cluster.open('w1', {});
    cluster.open('w2', { runsExec: false, runsHttp: true });
    const http = { kind: 'http' as const, method: 'GET', url: 'http://x/', headers: {}, body: '' };
    const task = { ...http, expectedStatuses: [{ from: 200, to: 299 }], requestTimeoutMs: 1, maxRedirects: 0 };
    cluster.submit(1, { task });
    cluster.submit(1);
    const plan = new Planner().plan(cluster.machine, everyone, 9);
    expect(workersOf(plan)).toEqual(['w2', 'w1']);
    expect(cluster.assign(plan)).toBe(0);
  });

  it('reserves what it proposed until it is settled: no job twice, no capacity twice', () => {
    const cluster = new Cluster();
    cluster.open('w1', { capacity: 3 });
    cluster.submit(5);
    const planner = new Planner();
    const first = planner.plan(cluster.machine, everyone, 2);
    const second = planner.plan(cluster.machine, everyone, 2);
    expect([first.length, second.length]).toEqual([2, 1]);
    expect(new Set(jobsOf([...first, ...second])).size).toBe(3);
    expect(planner.outstandingCount).toBe(3);
    expect(cluster.assign(first) + cluster.assign(second)).toBe(0);
    planner.settled(first);
    planner.settled(second);
    expect(planner.outstandingCount).toBe(0);
    cluster.finishAll('w1', 1);
    expect(planner.plan(cluster.machine, everyone, 9)).toHaveLength(1);
  });

  it('proposes a job again after its proposal was refused', () => {
    const cluster = new Cluster();
    cluster.open('w1');
    cluster.open('w2');
    const planner = new Planner();
    cluster.submit(1);
    const plan = planner.plan(cluster.machine, everyone, 1);
    cluster.close(plan[0]?.workerId ?? '');
    expect(cluster.assign(plan)).toBe(1);
    expect(planner.plan(cluster.machine, everyone, 1)).toEqual([]);
    planner.settled(plan);
    const next = planner.plan(cluster.machine, everyone, 1);
    expect(next[0]?.jobId).toBe(plan[0]?.jobId);
    expect(next[0]?.workerId).not.toBe(plan[0]?.workerId);
  });

  it('is not confused by proposals of a leadership before', () => {
    const cluster = new Cluster();
    cluster.open('w1', { capacity: 1 });
    cluster.open('w2', { capacity: 1 });
    cluster.submit(2);
    const planner = new Planner();
    const old = planner.plan(cluster.machine, everyone, 2);
    planner.reset();
    expect(planner.outstandingCount).toBe(0);
    const renewed = planner.plan(cluster.machine, (workerId) => workerId !== old[0]?.workerId, 1);
    expect(jobsOf(renewed)).toEqual([old[0]?.jobId]);
    planner.settled(old);
    expect(planner.outstandingCount).toBe(1);
    planner.settled(renewed);
    expect(planner.outstandingCount).toBe(0);
  });

  it('passes over workers that are not eligible, that are offline, or that do not fit', () => {
    const cluster = new Cluster();
    cluster.open('deaf', { capacity: 9 });
    cluster.open('gone', { capacity: 9 });
    cluster.close('gone');
    cluster.open('other-zone', { capacity: 9, labels: { zone: 'b' } });
    cluster.open('fits', { capacity: 9, labels: { zone: 'a' } });
    for (const placement of ['leastLoaded', 'consistentHash'] as const) {
      cluster.submit(3, { workerLabels: { zone: 'a' }, placement, placementKey: 'k' });
    }
    cluster.submit(4, { workerLabels: { zone: 'c' } });
    const plan = new Planner().plan(cluster.machine, (workerId) => workerId !== 'deaf', 20);
    expect(tally(workersOf(plan))).toEqual({ fits: 6 });
  });

  it('does not let a class without a worker hold up the others', () => {
    const cluster = new Cluster();
    cluster.open('w1', { capacity: 5 });
    cluster.submit(100, { workerLabels: { gpu: 'yes' } });
    const later = cluster.submit(3);
    expect(jobsOf(new Planner().plan(cluster.machine, everyone, 50))).toEqual(later);
  });

  it('sees workers come, go and change', () => {
    const cluster = new Cluster();
    const planner = new Planner();
    const planOne = (changes: Parameters<Cluster['submit']>[1]) => {
      const [jobId] = cluster.submit(1, changes);
      const plan = planner.plan(cluster.machine, everyone, 1);
      planner.settled(plan);
      cluster.command({ type: 'cancelJob', jobId: jobId ?? '', reason: '' });
      return workersOf(plan);
    };
    for (const placement of ['leastLoaded', 'consistentHash'] as const) {
      const needs = { workerLabels: { zone: placement }, placement, placementKey: 'k' };
      expect(planOne(needs)).toEqual([]);
      cluster.open('w1', { labels: { zone: placement } });
      expect(planOne(needs)).toEqual(['w1']);
      cluster.open('w1', { labels: {} });
      expect(planOne(needs)).toEqual([]);
    }
  });
});

describe('leastLoaded', () => {
  it('prefers the smallest part of the capacity in use', () => {
    const cluster = new Cluster();
    cluster.open('large', { capacity: 8 });
    cluster.open('small', { capacity: 2 });
    cluster.submit(10);
    const plan = new Planner().plan(cluster.machine, everyone, 5);
    expect(tally(workersOf(plan))).toEqual({ large: 4, small: 1 });
    expect(tally(workersOf(new Planner().plan(cluster.machine, everyone, 99)))).toEqual({ large: 8, small: 2 });
  });

  it('shares evenly among equals within a plan, and over many plans of one job', () => {
    const cluster = new Cluster();
    const planner = new Planner();
    for (const workerId of ['w1', 'w2', 'w3', 'w4', 'w5']) cluster.open(workerId, { capacity: 100 });
    cluster.submit(50);
    const plan = planner.plan(cluster.machine, everyone, 50);
    expect(Object.values(tally(workersOf(plan)))).toEqual([10, 10, 10, 10, 10]);
    planner.reset();
    cluster.assign(plan);
    for (const workerId of ['w1', 'w2', 'w3', 'w4', 'w5']) cluster.finishAll(workerId);

    const chosen: string[] = [];
    for (let at = 0; at < 20; at += 1) {
      cluster.submit(1);
      const one = planner.plan(cluster.machine, everyone, 1);
      cluster.assign(one);
      planner.settled(one);
      chosen.push(...workersOf(one));
      cluster.finishAll(one[0]?.workerId ?? '');
    }
    expect(Object.values(tally(chosen))).toEqual([4, 4, 4, 4, 4]);
  });
});

describe('consistentHash', () => {
  it('sends equal keys to one worker, and on to the next only while that is full', () => {
    const cluster = new Cluster();
    const planner = new Planner();
    for (let at = 0; at < 10; at += 1) cluster.open(`w${at}`, { capacity: 2 });
    cluster.submit(5, { placement: 'consistentHash', placementKey: 'customer-1' });
    const plan = planner.plan(cluster.machine, everyone, 5);
    expect(Object.values(tally(workersOf(plan)))).toEqual([2, 2, 1]);
    const [owner] = workersOf(plan);
    cluster.assign(plan);
    planner.settled(plan);
    cluster.finishAll(owner ?? '');
    cluster.submit(1, { placement: 'consistentHash', placementKey: 'customer-1' });
    expect(workersOf(planner.plan(cluster.machine, everyone, 1))).toEqual([owner]);
  });

  it('spreads keys, and keeps them when another worker joins', () => {
    const place = (workers: number) => {
      const cluster = new Cluster();
      for (let at = 0; at < workers; at += 1) cluster.open(`w${at}`, { capacity: 1_000 });
      for (let at = 0; at < 300; at += 1) cluster.submit(1, { placement: 'consistentHash', placementKey: `key-${at}` });
      return workersOf(new Planner().plan(cluster.machine, everyone, 300));
    };
    const [before, after] = [place(20), place(21)];
    expect(Object.keys(tally(before))).toHaveLength(20);
    const moved = before.flatMap((workerId, at) => (after[at] === workerId ? [] : [after[at]]));
    expect(new Set(moved)).toEqual(new Set(['w20']));
    expect(moved.length).toBeLessThan(40);
  });
});

describe('placement by queue', () => {
  it('decides for jobs that leave it open, those that wait already among them, and for no others', () => {
    const cluster = new Cluster();
    cluster.newestLevel();
    for (const workerId of ['w1', 'w2', 'w3']) cluster.open(workerId, { capacity: 10 });
    const open = new Set(cluster.submit(6, { placementKey: 'k' }));
    const own = new Set(cluster.submit(6, { placementKey: 'k', ownPlacement: true }));
    const other = new Set(cluster.submit(6, { placementKey: 'k', queue: 'other' }));
    const settings = { ...NO_QUEUE_SETTINGS, placement: { policy: 'consistentHash' } } as const;
    cluster.command({ type: 'setQueue', queue: 'default', settings, ifRevision: undefined });
    const plan = new Planner().plan(cluster.machine, everyone, 100);
    const workerCountOf = (jobIds: ReadonlySet<string>) =>
      new Set(plan.filter(({ jobId }) => jobIds.has(jobId)).map(({ workerId }) => workerId)).size;
    expect(plan).toHaveLength(18);
    expect(workerCountOf(open)).toBe(1);
    expect(workerCountOf(own)).toBeGreaterThan(1);
    expect(workerCountOf(other)).toBeGreaterThan(1);
  });
});

describe('cost of a plan', () => {
  const stepsWith = (backlog: number): number => {
    const cluster = new Cluster();
    for (let at = 0; at < 3; at += 1) cluster.open(`w${at}`, { capacity: 10 });
    for (const queue of ['a', 'b', 'c', 'd']) cluster.submit(backlog / 4, { queue });
    const { view, steps } = counting(cluster.machine);
    const planner = new Planner();
    expect(planner.plan(view, everyone, 20)).toHaveLength(20);
    expect(planner.plan(view, everyone, 20)).toHaveLength(10);
    return steps();
  };

  it('is flat as the backlog grows: it looks at what it assigns, what is outstanding, and one head for each class', () => {
    const few = stepsWith(400);
    expect(few).toBeLessThanOrEqual(20 + 10 + 20 + 4 * 4);
    expect(stepsWith(8_000)).toBe(few);
  });

  it('is flat as classes grow in number: it looks at those whose turn comes', () => {
    const steps = (queues: number): number => {
      const cluster = new Cluster();
      cluster.open('w1', { capacity: 30 });
      for (let at = 0; at < queues; at += 1) cluster.submit(2, { queue: `queue-${at}` });
      const { view, steps: taken } = counting(cluster.machine);
      expect(new Planner().plan(view, everyone, 20)).toHaveLength(20);
      return taken();
    };
    expect(steps(1_000)).toBe(steps(20));
  });

  it('ends where its caller has no more time, and goes on there with the next', () => {
    const cluster = new Cluster();
    cluster.open('w1', { capacity: 1_000 });
    const jobIds = cluster.submit(100);
    const planner = new Planner();
    let looks = 0;
    const first = planner.plan(cluster.machine, everyone, 1_000, () => (looks += 1) < 2);
    const next = planner.plan(cluster.machine, everyone, 1_000);
    expect(first.length).toBeLessThan(50);
    expect([...first, ...next].map(({ jobId }) => jobId)).toEqual(jobIds);
  });

  it('asks for the eligibility of those workers only that it may choose, once for each', () => {
    const cluster = new Cluster();
    for (let at = 0; at < 500; at += 1) cluster.open(`w${at}`, { capacity: 4 });
    cluster.submit(50);
    const asked: string[] = [];
    new Planner().plan(cluster.machine, (workerId) => asked.push(workerId) > 0, 50);
    expect(asked.length).toBeLessThanOrEqual(51);
    expect(new Set(asked).size).toBe(asked.length);
  });
});
