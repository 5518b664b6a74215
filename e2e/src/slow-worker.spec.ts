import { setTimeout as pause } from 'node:timers/promises';
import { SynodWorker } from '@synod/client';
import type { JobSpec } from '@synod/client';
import { LocalCluster, SteadyLoad, until } from './index.js';

const WORK_MS = 250;
const SLOWED = 4;
/**
 * 40 jobs a second: an eighth of what both workers could do together. Light, and of long work, so that also on a host that is short of
 * CPU the pace is that of the work: where all capacity is in use, or most time passes between jobs, there is nothing to choose.
 */
const INTERVAL_MS = 25;
const CAPACITY = 40;
const WINDOW_MS = 3_000;
/** Fewer attempts in a window say nothing. */
const LEAST_SAMPLES = 40;
const LEAST_WINDOWS = 3;
/** How long a share has to stay where it came. */
const STEADY_MS = 6_000;

/** Which of two workers began how many attempts, and when. */
class Shares {
  private readonly begun: { readonly workerId: string; readonly atMs: number }[] = [];

  begin(workerId: string): void {
    this.begun.push({ workerId, atMs: performance.now() });
  }

  /** Of the last window; undefined while too little began in it to tell. */
  share(workerId: string): number | undefined {
    const since = performance.now() - WINDOW_MS;
    const recent = this.begun.filter(({ atMs }) => atMs >= since);
    if (recent.length < LEAST_SAMPLES) return undefined;
    return recent.filter((one) => one.workerId === workerId).length / recent.length;
  }

  /** Shares of windows that follow each other, for so long; one in which nothing can be told, as the host had no time, is left out. */
  async watch(workerId: string, durationMs: number): Promise<number[]> {
    const shares: number[] = [];
    for (let passedMs = 0; passedMs < durationMs || shares.length < LEAST_WINDOWS; passedMs += WINDOW_MS / 3) {
      await pause(WINDOW_MS / 3);
      const share = this.share(workerId);
      if (share !== undefined) shares.push(share);
    }
    return shares;
  }
}

describe('cluster (3 coordinators) with two equal workers', () => {
  let cluster: LocalCluster;
  const workers: SynodWorker[] = [];
  let load: SteadyLoad;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 0 });
  }, 60_000);

  afterAll(async () => {
    await load.stop();
    await Promise.all(workers.map((worker) => worker.stop({ graceMs: 1_000 })));
    await cluster.stop();
  }, 60_000);

  it('one slowed fourfold: its share falls below 30 % within 10 s and stays there, and comes back within 30 s of its recovery', async () => {
    const shares = new Shares();
    const factor = new Map([
      ['even', 1],
      ['slowed', 1],
    ]);
    for (const workerId of factor.keys()) {
      const work = async (): Promise<undefined> => {
        shares.begin(workerId);
        await pause(WORK_MS * (factor.get(workerId) ?? 1));
        return undefined;
      };
      const worker = new SynodWorker({
        addresses: cluster.addresses,
        workerId,
        capacity: CAPACITY,
        handlers: { work },
      });
      workers.push(worker);
      await worker.start();
    }
    const spec: JobSpec = { handler: { handler: 'work' } };
    load = new SteadyLoad({ addresses: cluster.addresses, clients: 4, intervalMs: INTERVAL_MS, spec });
    load.start();
    await until('equal shares', () => isBetween(shares.share('slowed'), 0.4, 0.6));

    factor.set('slowed', SLOWED);
    await until('a share below 30 %', () => isBetween(shares.share('slowed'), 0, 0.3), 10_000);
    expect(Math.max(...(await shares.watch('slowed', STEADY_MS)))).toBeLessThan(0.3);

    factor.set('slowed', 1);
    await until('an equal share again', () => isBetween(shares.share('slowed'), 0.4, 0.6), 30_000);
    const after = await shares.watch('slowed', STEADY_MS);
    expect(Math.min(...after)).toBeGreaterThan(0.35);
    expect(Math.max(...after)).toBeLessThan(0.65);
    expect(load.failures).toEqual([]);
  }, 120_000);
});

function isBetween(share: number | undefined, low: number, high: number): true | undefined {
  return share !== undefined && share > low && share < high ? true : undefined;
}
