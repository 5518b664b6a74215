import type { FiringDecision, Job, Schedule } from '@synod/client';
import { LocalCluster, until } from './index.js';

const SECOND = 1_000;

/** Nominal times of a ledger, each as often as it was decided. */
function decidedTimes(ledger: readonly FiringDecision[]): number[] {
  return ledger
    .filter(({ origin }) => origin === 'timer')
    .flatMap(({ fromMs, count }) => Array.from({ length: count }, (_, at) => fromMs + at * SECOND));
}

describe('a cluster (3 coordinators, 1 agent) with schedules', () => {
  let cluster: LocalCluster;

  beforeEach(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 1 });
  }, 60_000);

  afterEach(async () => {
    await cluster.stop();
  }, 60_000);

  /** Waits for so many more firings, whoever leads. */
  async function firings(count: number): Promise<void> {
    const total = async (): Promise<number> => {
      const { fired, caughtUp } = (await schedule('tick')).counts;
      return fired + caughtUp;
    };
    const before = await total();
    await until(`${String(count)} firings`, async () => ((await total()) >= before + count ? true : undefined));
  }

  const schedule = (id: string): Promise<Schedule> => cluster.client.schedules.get(id);

  it('whose leader is killed, and then all three, decides each second of a schedule once, and each firing has one job', async () => {
    const { schedules } = cluster.client;
    const job = { exec: { command: 'true' } };
    await schedules.set('tick', { timing: { everyMs: SECOND }, job, overlap: 'allowAll', catchUp: 'all' });
    const made = (await schedule('tick')).createdAtMs;
    await firings(3);
    const leader = await cluster.leader();
    await cluster.process(leader).end('SIGKILL');
    await firings(5);
    await cluster.startCoordinator(leader);
    const ids = cluster.coordinatorIds();
    await Promise.all(ids.map((id) => cluster.process(id).end('SIGKILL')));
    await Promise.all(ids.map((id) => cluster.startCoordinator(id)));
    await firings(5);
    await schedules.pause('tick');
    const { ledger, counts, decidedThroughMs } = await schedule('tick');
    const times = decidedTimes(ledger);
    const first = times[0] as number;
    expect(times).toEqual(times.map((_, at) => first + at * SECOND));
    // From the first second after it was made; the ledger has only the last fifty lines of them.
    const seconds = Math.floor(decidedThroughMs / SECOND) - Math.floor(made / SECOND);
    expect(counts.fired + counts.caughtUp).toBe(seconds);
    expect(counts).toMatchObject({ skipped: 0, missed: 0 });
    const jobs: Job[] = [];
    for await (const it of cluster.client.list()) jobs.push(it);
    const fired = ledger.filter(({ jobId }) => jobId !== undefined).map(({ jobId }) => jobId);
    expect(jobs).toHaveLength(seconds);
    expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(seconds);
    expect(jobs.map(({ jobId }) => jobId)).toEqual(expect.arrayContaining(fired));
    // All members have the same state: the ledger too.
    expect(new Set(await cluster.convergedHashes(ids.length)).size).toBe(1);
  }, 120_000);

  it('runs what a schedule fires, skips what overlaps, and says so in the ledger', async () => {
    const { schedules } = cluster.client;
    const job = { exec: { command: 'sleep', args: ['2.5'] } };
    await schedules.set('slow', { timing: { cron: '* * * * * *' }, job, overlap: 'skip' });
    const seen = await until('a second job', async () => {
      const found = await schedule('slow');
      return found.counts.fired >= 2 ? found : undefined;
    });
    expect(seen.counts.skipped).toBeGreaterThan(0);
    expect(seen.ledger.map(({ outcome }) => outcome)).toContain('skipped');
    const [first] = seen.ledger.filter(({ jobId }) => jobId !== undefined);
    expect((await cluster.client.wait(first?.jobId ?? '')).state).toBe('succeeded');
  }, 60_000);
});
