import type { JobSpec, WorkerRecord } from '@synod/jobs';
import { Cluster, everyone } from '../planner.spec-support.js';
import { Planner } from '../planner.js';
import { showPlacement } from './show-placement.js';
import { simulatePlacement } from './simulate-placement.js';

const EXEC = { task: { kind: 'exec' }, workerLabels: {} } as const;
const keyed = (at: number): Partial<JobSpec> => ({ placement: 'consistentHash', placementKey: `customer-${at}` });

function clusterOf(workers: number, capacity = 20): Cluster {
  const cluster = new Cluster();
  cluster.newestLevel();
  for (let at = 0; at < workers; at += 1) cluster.open(`w${at}`, { capacity });
  return cluster;
}

function question(changes: Partial<Parameters<typeof showPlacement>[1]> = {}) {
  const placement = { policy: 'consistentHash' } as const;
  return { key: 'customer-1', queue: 'default', needs: EXEC, placement, count: 5, ...changes };
}

/** Like one that is there, under another name. */
function joining(cluster: Cluster, workerId: string): WorkerRecord {
  return { ...(cluster.machine.workers()[0] as WorkerRecord), workerId, activeAttempts: 0 };
}

describe('showPlacement', () => {
  it('names the owner that the planner then gives the job to', () => {
    const cluster = clusterOf(8);
    for (let at = 0; at < 20; at += 1) {
      const shown = showPlacement(cluster.machine, question({ key: `customer-${at}` }));
      cluster.submit(1, keyed(at));
      const plan = new Planner().plan(cluster.machine, everyone, 1);
      expect(plan.map(({ workerId }) => workerId)).toEqual([shown.owner]);
      expect(shown.chosen).toBe(shown.owner);
      expect(shown.preferred[0]).toMatchObject({ worker: { workerId: shown.owner }, verdict: 'free' });
      expect(shown.preferred).toHaveLength(5);
      cluster.assign(plan);
    }
  });

  it('says why workers are passed over, and who gets the job instead', () => {
    const cluster = clusterOf(4, 1);
    const before = showPlacement(cluster.machine, question());
    const [first, second, third, fourth] = before.preferred.map(({ worker }) => worker.workerId);
    cluster.schedule(first ?? '', 'cordoned');
    cluster.submit(1, keyed(1));
    const planner = new Planner();
    cluster.assign(planner.plan(cluster.machine, everyone, 1));
    cluster.open(third ?? '', { capacity: 1, runsExec: false });
    const shown = showPlacement(cluster.machine, question());
    expect(shown.preferred.map(({ worker, verdict }) => [worker.workerId, verdict])).toEqual([
      [first, 'cordoned'],
      [second, 'full'],
      [third, 'unfit'],
      [fourth, 'free'],
    ]);
    expect([shown.owner, shown.chosen]).toEqual([second, fourth]);
  });

  it('places by any policy, and nowhere without a worker that fits', () => {
    const cluster = clusterOf(3);
    const byLoad = showPlacement(cluster.machine, question({ placement: { policy: 'binPack' } }));
    expect(byLoad.chosen).toBe('w0');
    const needs = { task: { kind: 'handler', handler: 'mail' }, workerLabels: {} } as const;
    expect(showPlacement(cluster.machine, question({ needs }))).toMatchObject({ owner: undefined, chosen: undefined });
    expect(showPlacement(new Cluster().machine, question()).preferred).toEqual([]);
  });

  it('changes nothing', () => {
    const cluster = clusterOf(3);
    cluster.submit(5, keyed(1));
    const before = cluster.machine.stateHash();
    showPlacement(cluster.machine, question());
    simulatePlacement(cluster.machine, {
      ...{ queue: 'default', add: [], placement: { policy: 'random' } as const },
      remove: new Set(['w1']),
    });
    expect(cluster.machine.stateHash()).toBe(before);
  });
});

describe('simulatePlacement', () => {
  const busy = () => {
    const cluster = clusterOf(5);
    for (let at = 0; at < 60; at += 1) cluster.submit(1, keyed(at));
    return cluster;
  };
  const change = { queue: 'default', add: [], remove: new Set<string>(), placement: undefined };

  it('of a worker that leaves moves its own keys and no other, and says who takes them over', () => {
    const cluster = busy();
    const simulated = simulatePlacement(cluster.machine, { ...change, remove: new Set(['w2']) });
    expect(simulated.keys).toBe(60);
    expect(simulated.movedKeys).toBeGreaterThan(0);
    expect(simulated.moves.every(({ from, to }) => from === 'w2' && to !== 'w2' && to !== undefined)).toBe(true);
    expect(simulated.leastShare).toBeCloseTo(0.2, 10);
    expect(simulated.movedShare).toBeGreaterThan(0.1);
    expect(simulated.movedShare).toBeLessThan(0.3);
    const gone = simulated.workers.find(({ worker }) => worker.workerId === 'w2');
    expect(gone).toMatchObject({ change: 'leaves', shareAfter: 0, jobsAfter: 0 });
    // And it is what then happens.
    const actual = simulated.moves.map(({ key }) => showPlacement(cluster.machine, question({ key })).owner);
    expect(new Set(actual)).toEqual(new Set(['w2']));
    cluster.close('w2');
    for (const { key, to } of simulated.moves) {
      expect(showPlacement(cluster.machine, question({ key })).owner).toBe(to);
    }
  });

  it('of workers that join moves keys to them alone', () => {
    const cluster = busy();
    const add = ['new-1', 'new-2'].map((workerId) => joining(cluster, workerId));
    const simulated = simulatePlacement(cluster.machine, { ...change, add });
    expect(simulated.moves.map(({ to }) => to).every((to) => to?.startsWith('new-') === true)).toBe(true);
    expect(simulated.leastShare).toBeCloseTo(2 / 7, 10);
    expect(simulated.workers.filter((it) => it.change === 'joins').map((it) => it.shareBefore)).toEqual([0, 0]);
    expect(simulated.workers.reduce((sum, it) => sum + it.shareAfter, 0)).toBeCloseTo(1, 6);
  });

  it('of another policy moves jobs and no key: as the next plan would place them', () => {
    const cluster = clusterOf(4);
    cluster.submit(40);
    const simulated = simulatePlacement(cluster.machine, { ...change, placement: { policy: 'binPack' } });
    expect(simulated).toMatchObject({
      keys: 0,
      movedKeys: 0,
      movedShare: 0,
      jobs: 40,
      placedBefore: 40,
      placedAfter: 40,
    });
    expect(simulated.workers.map((it) => [it.jobsBefore, it.jobsAfter])).toEqual([
      [10, 20],
      [10, 20],
      [10, 0],
      [10, 0],
    ]);
    expect(simulated.movedJobs).toBeGreaterThanOrEqual(20);
  });

  it('counts what runs on a worker that leaves, and jobs that no longer find room', () => {
    const cluster = clusterOf(2, 3);
    cluster.submit(4, keyed(1));
    const planner = new Planner();
    const plan = planner.plan(cluster.machine, everyone, 4);
    cluster.assign(plan);
    cluster.submit(2, keyed(2));
    const [owner = ''] = plan.map(({ workerId }) => workerId);
    const simulated = simulatePlacement(cluster.machine, { ...change, remove: new Set([owner]) });
    expect(simulated).toMatchObject({ jobs: 2, placedBefore: 2, placedAfter: 2, attemptsLeaving: 3 });
    cluster.submit(9, { queue: 'other' });
    expect(simulatePlacement(cluster.machine, { ...change, remove: new Set([owner]) }).jobs).toBe(2);
  });
});
