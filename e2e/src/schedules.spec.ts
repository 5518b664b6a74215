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

  const schedule = (id: string): Promise<Schedule> => cluster.client.schedules.get(id);

  it('whose leader is killed decides each second of a schedule once, and each firing has one job', async () => {
    const { schedules } = cluster.client;
    const job = { exec: { command: 'true' } };
    await schedules.set('tick', { timing: { everyMs: SECOND }, job, overlap: 'allowAll', catchUp: 'all' });
    await until('three firings', async () => ((await schedule('tick')).counts.fired >= 3 ? true : undefined));
    const leader = await cluster.leader();
    await cluster.process(leader).end('SIGKILL');
    const before = await schedule('tick');
    await until('firings under another leader', async () => {
      const { counts } = await schedule('tick');
      return counts.fired + counts.caughtUp >= before.counts.fired + before.counts.caughtUp + 5 ? true : undefined;
    });
    await schedules.pause('tick');
    const { ledger, counts } = await schedule('tick');
    const times = decidedTimes(ledger);
    const first = times[0] as number;
    expect(times).toEqual(times.map((_, at) => first + at * SECOND));
    expect(counts).toMatchObject({ skipped: 0, missed: 0, fired: expect.any(Number) as number });
    const jobs: Job[] = [];
    for await (const it of cluster.client.list()) jobs.push(it);
    const fired = ledger.filter(({ jobId }) => jobId !== undefined).map(({ jobId }) => jobId);
    expect(new Set(jobs.map(({ jobId }) => jobId))).toEqual(new Set(fired));
    expect(jobs).toHaveLength(fired.length);
  }, 90_000);

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
