import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from '@synod/client';
import { FencedFiles, FOR_EVER, LocalCluster, until } from './index.js';
import { outageMs } from './harness/outage.js';

/** Longer than the shortest `lostAfter`, with time for the job to run elsewhere. */
const OUTAGE_MS = outageMs(12);
const TEN_MINUTES_MS = 600_000;
const SHORTEST_MS = 3_000;

/** Two clusters side by side, so that the time of the outage is spent once. */
describe(`clusters (3 coordinators) through an outage of ${String(OUTAGE_MS / 1_000)} s`, () => {
  const clusters: LocalCluster[] = [];
  let files: FencedFiles | undefined;

  afterEach(async () => {
    for (const cluster of clusters) {
      for (const process of cluster.processes.values()) process.kill('SIGCONT');
      await cluster.stop();
    }
    await files?.stop();
  }, 90_000);

  it(
    'an agent frozen: its guard ends what lapses, and it starts afresh; no coordinator: what has lostAfter 10 min lives on, its results arrive',
    async () => {
      for (const agents of [2, 1]) clusters.push(await LocalCluster.start({ coordinators: 3, agents }));
      await Promise.all([frozenAgent(clusters[0] as LocalCluster), noCoordinators(clusters[1] as LocalCluster)]);
    },
    120_000 + OUTAGE_MS,
  );

  async function frozenAgent(cluster: LocalCluster): Promise<void> {
    files = await FencedFiles.start({ journal: join(cluster.directory, 'journal') });
    const lapses = { lostAfterMs: SHORTEST_MS, exec: files.writer('lapses', FOR_EVER, 10) };
    const { jobId: lapsing } = await cluster.client.submit(lapses);
    await files.firstWrite('lapses', 1);
    const workerId = await workerOf(cluster, lapsing);
    const done = join(cluster.directory, 'done');
    const script = `while [ ! -e ${done} ]; do sleep 0.1; done; echo lived on`;
    const patient = { lostAfterMs: TEN_MINUTES_MS, exec: { command: 'sh', args: ['-c', script] } };
    // As many as it takes until the same worker has one.
    const living = await until('a patient job at the same worker', async () => {
      const { jobId } = await cluster.client.submit(patient);
      return (await workerOf(cluster, jobId)) === workerId ? jobId : undefined;
    });

    const frozen = cluster.process(workerId);
    const frozenAtMs = Date.now();
    frozen.kill('SIGSTOP');
    const { atMs } = await files.firstWrite('lapses', 2);
    expect(atMs - frozenAtMs).toBeLessThan(SHORTEST_MS + 2_000);
    const old = files.writes('lapses').filter(({ attempt }) => attempt === 1);
    // The guard ended it: 0.7 s before the cluster counted it as lost, less than a heartbeat after the agent froze.
    expect(Math.max(...old.map((write) => write.atMs)) - frozenAtMs).toBeLessThan(SHORTEST_MS);
    await pause(Math.max(0, OUTAGE_MS - (Date.now() - frozenAtMs)));
    frozen.kill('SIGCONT');

    const moved = await cluster.client.wait(lapsing);
    expect(moved.attempts.map(({ state }) => state)).toEqual(['lost', 'succeeded']);
    expect(files.overlaps(['lapses'])).toEqual([]);
    await cluster.workersOnline(2);
    // It takes new work, and what had not lapsed ends here with its own attempt.
    await until('new work at the worker that was frozen', async () => {
      const { jobId } = await cluster.client.submit({ exec: { command: 'true' } });
      const [attempt] = (await cluster.client.wait(jobId)).attempts;
      return attempt?.workerId === workerId && attempt.state === 'succeeded' ? true : undefined;
    });
    writeFileSync(done, '');
    expectOneAttempt(await cluster.client.wait(living), workerId, 'lived on\n');
    expect(frozen.isRunning).toBe(true);
  }

  async function noCoordinators(cluster: LocalCluster): Promise<void> {
    const marks = join(cluster.directory, 'marks');
    const halfSeconds = Math.ceil(OUTAGE_MS / 500);
    /** One ends while nobody can be told, the other one after the coordinators are back. */
    const [within, beyond] = await cluster.client.submitMany(
      [halfSeconds >> 1, halfSeconds + 20].map((rounds, index) => ({
        lostAfterMs: TEN_MINUTES_MS,
        exec: {
          command: 'sh',
          args: [
            '-c',
            `for i in $(seq ${String(rounds)}); do echo $i >> ${marks}${String(index)}; sleep 0.5; done; echo whole`,
          ],
        },
      })),
    );
    /** Its lease is shorter than the outage: the guard ends it, and it runs again. */
    const { jobId: short } = await cluster.client.submit({
      lostAfterMs: SHORTEST_MS,
      exec: { command: 'sh', args: ['-c', 'if [ "$SYNOD_ATTEMPT" = 1 ]; then exec sleep 600; fi; echo again'] },
    });
    const all = [within ?? '', beyond ?? '', short];
    await until('all run', async () => {
      const jobs = await Promise.all(all.map((jobId) => cluster.client.get(jobId)));
      return jobs.every(({ state }) => state === 'running') ? true : undefined;
    });
    await Promise.all(cluster.coordinatorIds().map((id) => cluster.process(id).end('SIGKILL')));
    await pause(OUTAGE_MS);
    const before = lines(`${marks}1`);
    expect(before).toBeGreaterThan(halfSeconds >> 1);
    expect(before).toBeLessThan(halfSeconds + 20);
    await Promise.all(cluster.coordinatorIds().map((id) => cluster.startCoordinator(id)));
    const [first, second, third] = await Promise.all(all.map((jobId) => cluster.client.wait(jobId)));
    expectOneAttempt(first, 'w1', 'whole\n');
    expectOneAttempt(second, 'w1', 'whole\n');
    expect(third?.attempts.map(({ state }) => state)).toEqual(['lost', 'succeeded']);
    expect([lines(`${marks}0`), lines(`${marks}1`)]).toEqual([halfSeconds >> 1, halfSeconds + 20]);
  }
});

async function workerOf(cluster: LocalCluster, jobId: string): Promise<string> {
  return until('a worker for the job', async () => (await cluster.client.get(jobId)).attempts.at(-1)?.workerId);
}

function expectOneAttempt(job: Job | undefined, workerId: string, output: string): void {
  expect(job?.state).toBe('succeeded');
  expect(
    job?.attempts.map((attempt) => ({
      workerId: attempt.workerId,
      stdout: Buffer.from(attempt.stdoutTail).toString(),
    })),
  ).toEqual([{ workerId, stdout: output }]);
}

function lines(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}
