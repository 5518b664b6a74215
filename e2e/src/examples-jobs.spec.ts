import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCluster } from './harness/cluster.js';
import { Examples } from './harness/examples.js';
import { until } from './harness/until.js';

interface Request {
  readonly path: string;
  readonly body: string;
  readonly failedJobId: string | undefined;
}

/** Each example on a real cluster: what it does, not that it is accepted. */
describe('job files about failures, time-outs, keys and workers (3 coordinators, 2 agents)', () => {
  const requests: Request[] = [];
  let server: Server;
  let cluster: LocalCluster;
  let examples: Examples;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        const failedJobId = request.headers['synod-failed-job-id'];
        requests.push({ path: request.url ?? '', body, failedJobId: failedJobId?.toString() });
        response.statusCode = request.url === '/answer' ? 201 : 200;
        response.end('made');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cluster = await LocalCluster.start({ coordinators: 3, agents: 2, capacity: 8 });
    examples = await Examples.on(cluster, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
    server.close();
  }, 60_000);

  const seen = (name: string) =>
    until(`${name} to be written`, () => (examples.lines(name).length > 0 ? true : undefined));
  const attemptsOf = async (jobId: string | undefined) => (await examples.show(jobId)).attempts;

  it('backoff.yaml: waits between attempts are fixed, grow in steps, or double and lose a part by chance', async () => {
    const jobIds = await examples.submit('backoff.yaml');
    expect(await examples.ended(jobIds)).toEqual(['failed', 'failed', 'failed']);
    const waits = await Promise.all(
      jobIds.map(async (jobId) => {
        const attempts = await attemptsOf(jobId);
        return attempts.slice(1).map(({ assignedAtMs }, at) => assignedAtMs - (attempts[at]?.finishedAtMs ?? 0));
      }),
    );
    // The time of an end is its worker's, that of an assignment the log's: on one host they are those of one clock.
    const least = [
      [300, 300],
      [300, 600],
      [200, 400],
    ];
    for (const [job, ofJob] of waits.entries()) {
      for (const [at, waitMs] of ofJob.entries()) expect(waitMs).toBeGreaterThanOrEqual((least[job]?.[at] ?? 0) - 10);
    }
    expect(
      [examples.lines('fixed'), examples.lines('linear'), examples.lines('jitter')].map((it) => it.length),
    ).toEqual([3, 3, 3]);
  }, 60_000);

  it('timeouts.yaml: what runs for too long is ended, tried again only where that is of use, and not started too late', async () => {
    const [stubborn, hangs, once, late] = await examples.submit('timeouts.yaml');
    expect(await examples.ended([stubborn, hangs, once, late])).toEqual(['failed', 'failed', 'failed', 'expired']);
    expect(await attemptsOf(stubborn)).toMatchObject([{ state: 'timedOut', signal: 'SIGKILL' }]);
    expect((await attemptsOf(hangs)).map(({ state }) => state)).toEqual(['timedOut', 'timedOut']);
    expect((await attemptsOf(once)).map(({ state }) => state)).toEqual(['timedOut']);
    expect(examples.lines('too-late')).toEqual([]);
    expect(await attemptsOf(late)).toEqual([]);
  }, 60_000);

  it('cancel.yaml: what runs gets SIGTERM and its grace, then SIGKILL; what waits does not start', async () => {
    const jobIds = await examples.submit('cancel.yaml');
    const [orderly, ignores, notYet] = jobIds;
    await Promise.all([seen('orderly-up'), seen('ignores-up')]);
    for (const jobId of jobIds) expect(await cluster.cli(['job', 'cancel', jobId])).toMatchObject({ status: 0 });
    expect(await examples.ended(jobIds)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(examples.lines('orderly')).toEqual(['in order']);
    expect(await attemptsOf(orderly)).toMatchObject([{ state: 'cancelled', signal: '' }]);
    expect(await attemptsOf(ignores)).toMatchObject([{ state: 'cancelled', signal: 'SIGKILL' }]);
    expect([await attemptsOf(notYet), examples.lines('not-yet')]).toEqual([[], []]);
  }, 60_000);

  it('idempotency.yaml: submitted twice, it gives the ids of the first time and runs once', async () => {
    const first = await examples.submit('idempotency.yaml');
    expect(first).toHaveLength(2);
    await examples.ended(first);
    expect(await examples.submit('idempotency.yaml')).toEqual(first);
    await examples.ended(first);
    expect(examples.lines('report')).toEqual(['x', 'x']);
    const other = examples.file('idempotency.yaml');
    writeFileSync(other, 'idempotencyKey: report-of-2026-11-25\njobs: [{ exec: echo another }]\n');
    const refused = await cluster.cli(['submit', other]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('report-of-2026-11-25');
  }, 60_000);

  it('all jobs of a file or none: one that is refused keeps the others out', async () => {
    const path = join(cluster.directory, 'one-is-bad.yaml');
    const good = `{ exec: 'echo x >> ${examples.out}/all-or-none', queue: atomic }`;
    writeFileSync(path, `[${good}, ${good}, { exec: 'true', queue: atomic, priority: 5000 }]\n`);
    const refused = await cluster.cli(['submit', path]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('priority');
    const jobs = await cluster.cli(['jobs', '--queue', 'atomic', '--output', 'json']);
    expect(JSON.parse(jobs.stdout)).toEqual([]);
    expect(examples.lines('all-or-none')).toEqual([]);
  }, 60_000);

  it('on-failure.yaml: a hook and a job are told of what failed or expired', async () => {
    const [failed, expired] = await examples.submit('on-failure.yaml');
    expect(await examples.ended([failed, expired])).toEqual(['failed', 'expired']);
    await seen('told-of-expiry');
    expect(examples.lines('told-of-expiry')).toEqual([expired]);
    await until('the hook to be told', () => (requests.some(({ path }) => path === '/failed') ? true : undefined));
    expect(requests).toContainEqual({ path: '/failed', body: 'the backup failed', failedJobId: failed });
    expect(examples.lines('never-started')).toEqual([]);
  }, 60_000);

  it('dead-letters.yaml: what failed is kept by queue, and runs when it is driven again', async () => {
    const jobIds = await examples.submit('dead-letters.yaml');
    expect(new Set(await examples.ended(jobIds))).toEqual(new Set(['failed']));
    const list = async () => {
      const { stdout } = await cluster.cli(['queue', 'dead-letters', 'imports', '--output', 'json']);
      return (JSON.parse(stdout) as { jobId: string }[]).map(({ jobId }) => jobId).sort();
    };
    expect(await list()).toEqual([...jobIds].sort());
    writeFileSync(join(examples.out, 'repaired'), '');
    const redriven = await cluster.cli(['queue', 'redrive', 'imports', '--output', 'json']);
    expect(JSON.parse(redriven.stdout)).toMatchObject({ redriven: 3 });
    expect(new Set(await examples.ended(jobIds))).toEqual(new Set(['succeeded']));
    expect(examples.lines('imported')).toEqual(['x', 'x', 'x']);
    expect(await list()).toEqual([]);
  }, 60_000);

  it('results.yaml: the last lines and the answer are with the job, also when its worker is gone', async () => {
    const [lastLines, request] = await examples.submit('results.yaml');
    expect(await examples.ended([lastLines, request])).toEqual(['failed', 'succeeded']);
    const [attempt] = await attemptsOf(lastLines);
    await cluster.process(attempt?.workerId ?? '').end('SIGKILL');
    const [shown] = await attemptsOf(lastLines);
    const text = (base64 = '') => Buffer.from(base64, 'base64').toString();
    expect(text(shown?.stdoutTail)).toMatch(/line 1999\nline 2000\n$/);
    expect(text(shown?.stderrTail)).toBe('no disk left\n');
    expect(shown?.exitCode).toBe(7);
    expect(text((await attemptsOf(request))[0]?.result)).toContain('201');
    await cluster.startAgent(attempt?.workerId ?? '');
    await cluster.workersOnline(2);
  }, 60_000);

  it('placement.yaml: jobs of one key go to one worker, because their queue says so', async () => {
    const jobIds = await examples.submit('placement.yaml');
    expect(new Set(await examples.ended(jobIds))).toEqual(new Set(['succeeded']));
    expect(examples.lines('picture-1')).toHaveLength(6);
    expect(new Set(examples.lines('picture-1')).size).toBe(1);
    const show = await cluster.cli(['queue', 'show', 'caches', '--output', 'json']);
    expect(JSON.parse(show.stdout)).toMatchObject({ settings: { placement: 'consistentHash' } });
  }, 60_000);

  it('labels.yaml: waits for a worker with the label, and runs there', async () => {
    const [jobId = ''] = await examples.submit('labels.yaml');
    const explained = await cluster.cli(['job', 'explain', jobId, '--output', 'json']);
    const { hindrances } = JSON.parse(explained.stdout) as { hindrances: { code: string; remedy: string }[] };
    expect(hindrances.map(({ code }) => code)).toEqual(['workersUnfit']);
    expect(hindrances[0]?.remedy).toContain('--labels disk=fast');
    await cluster.startAgent('w3', ['--labels', 'disk=fast']);
    expect(await examples.ended([jobId])).toEqual(['succeeded']);
    expect(examples.lines('on-worker')).toEqual(['w3']);
    const found = await cluster.cli(['jobs', '--label', 'team=storage', '--output', 'json']);
    expect((JSON.parse(found.stdout) as { jobId: string }[]).map((job) => job.jobId)).toEqual([jobId]);
    const shown = await cluster.client.get(jobId);
    expect(shown.spec.labels).toEqual({ example: 'labels', team: 'storage' });
  }, 60_000);

  it('a change by revision is refused when somebody was quicker', async () => {
    const submitted = await cluster.cli(['submit', '--delay', '1h', '--output', 'json', '--', 'true']);
    const { jobId } = JSON.parse(submitted.stdout) as { jobId: string };
    const { revision } = await examples.show(jobId);
    const change = (priority: string) =>
      cluster.cli(['job', 'change', jobId, '--priority', priority, '--if-revision', String(revision)]);
    expect(await change('7')).toMatchObject({ status: 0 });
    const late = await change('8');
    expect(late.status).not.toBe(0);
    expect(late.stderr).toContain('revision');
    expect((await cluster.client.get(jobId)).spec.priority).toBe(7);
  }, 60_000);
});
