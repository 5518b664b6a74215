import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCluster, until } from './index.js';

describe('cluster (1 coordinator) with two agents of one id', () => {
  let cluster: LocalCluster;

  beforeEach(async () => {
    cluster = await LocalCluster.start({ coordinators: 1, agents: 1 });
  }, 60_000);

  afterEach(() => cluster.stop(), 60_000);

  it('the newer one wins; the older ends what runs and stops with status 1 and what to do', async () => {
    const older = cluster.process('w1');
    const { jobId } = await cluster.client.submit({ exec: { command: 'sleep', args: ['600'] } });
    await until('the job runs', async () => ((await cluster.client.get(jobId)).state === 'running' ? true : undefined));
    const [{ incarnation } = { incarnation: 0 }] = await cluster.client.workers();
    const data = join(cluster.directory, 'w1-again');
    mkdirSync(data);
    const newer = await cluster.startAgent('w1', [], data);
    expect(await older.exited).toEqual({ code: 1, signal: null });
    expect(older.stderr).toContain("another worker with the id 'w1' has registered after this one");
    expect(older.stderr).toContain('give each its own --id');
    // What the older one ran is lost to the cluster, and runs under the newer one: it is the only worker there is.
    const job = await until('the job runs again', async () => {
      const found = await cluster.client.get(jobId);
      return found.state === 'running' && found.attempts.length === 2 ? found : undefined;
    });
    expect(job.attempts[0]).toMatchObject({ state: 'lost', workerId: 'w1' });
    expect(newer.isRunning).toBe(true);
    const [worker] = await cluster.client.workers();
    expect(worker).toMatchObject({ workerId: 'w1', state: 'online' });
    expect(worker?.incarnation).toBeGreaterThan(incarnation);
    await cluster.client.cancel(jobId);
  }, 90_000);
});
