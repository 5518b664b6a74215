import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { LocalCluster } from './harness/cluster.js';
import { AppProcess } from './harness/processes.js';
import { until } from './harness/until.js';

/** The command line on a real cluster; its help and its many errors have tests of their own in apps/cli. */
describe('synod on a cluster (3 coordinators, 2 agents)', () => {
  let cluster: LocalCluster;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 2 });
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  it('run keeps stdout and stderr apart and exits with the status of the command', async () => {
    const run = await cluster.cli(['run', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(run).toMatchObject({ status: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('run passes every byte of a long output, and stdin', async () => {
    const lines = Array.from({ length: 50_000 }, (_value, index) => `line ${String(index)}\n`).join('');
    const run = await cluster.cli(['run', '--stdin', '--', 'wc', '-c'], { stdin: 'twelve bytes' });
    expect(run).toMatchObject({ status: 0, stdout: '12\n' });
    const long = await cluster.cli([
      'run',
      '--',
      'sh',
      '-c',
      'i=0; while [ $i -lt 50000 ]; do echo "line $i"; i=$((i+1)); done',
    ]);
    expect(long.status).toBe(0);
    expect(long.stdout === lines).toBe(true);
  });

  it('placement show names the worker that then gets the job, and simulate what its leaving would move', async () => {
    const json = async (...words: readonly string[]): Promise<unknown> =>
      JSON.parse((await cluster.cli([...words, '--output', 'json'])).stdout);
    const shown = (await json('placement', 'show', 'customer-1')) as { owner: string; chosen: string };
    expect(shown.owner).not.toBe('');
    expect(shown.chosen).toBe(shown.owner);
    const keyed = ['--placement', 'consistentHash', '--placement-key', 'customer-1'];
    const where = ['--', 'sh', '-c', 'echo $SYNOD_WORKER_ID'];
    expect(await cluster.cli(['run', ...keyed, ...where])).toMatchObject({ status: 0, stdout: `${shown.owner}\n` });
    for (const policy of ['roundRobin', 'weightedRoundRobin', 'spread', 'binPack', 'powerOfChoices', 'random']) {
      expect(await cluster.cli(['run', '--placement', policy, '--', 'true'])).toMatchObject({ status: 0 });
    }
    const leaving = (await json('placement', 'simulate', '--remove', shown.owner)) as {
      workers: { workerId: string; change: string; shareAfter: number }[];
    };
    expect(leaving.workers.find(({ workerId }) => workerId === shown.owner)).toMatchObject({
      ...{ change: 'leaves', shareAfter: 0 },
    });
    const unknown = await cluster.cli(['placement', 'simulate', '--remove', 'nobody']);
    expect(unknown.status).not.toBe(0);
    expect(unknown.stderr).toContain('nobody');
  });

  it('times in tables are of the zone of the user', async () => {
    await cluster.client.submit({ exec: { command: 'true' }, queue: 'zones' });
    const minutes = async (zone: string): Promise<number> => {
      const { stdout } = await cluster.cli(['jobs', '--queue', 'zones'], { env: { TZ: zone } });
      const [, hour, minute] = / (\d\d):(\d\d):\d\d/.exec(stdout) ?? [];
      return Number(hour) * 60 + Number(minute);
    };
    expect(((await minutes('Asia/Kolkata')) - (await minutes('UTC')) + 1_440) % 1_440).toBe(330);
  });

  it('run says 128 + N for a command that a signal ended', async () => {
    const run = await cluster.cli(['run', '--', 'sh', '-c', 'kill -9 $$']);
    expect(run.status).toBe(137);
  });

  it('a job over its time is ended with its whole process group', async () => {
    const pids = join(cluster.directory, 'pids');
    const script = `trap "" TERM; sleep 1000 & echo $! $$ > ${pids}; wait; sleep 1000`;
    const run = await cluster.cli(['run', '--timeout', '500ms', '--kill-grace', '300ms', '--', 'sh', '-c', script]);
    expect(run.status).not.toBe(0);
    const jobs = JSON.parse((await cluster.cli(['jobs', '--output', 'json'])).stdout) as { jobId: string }[];
    const shown = JSON.parse((await cluster.cli(['job', 'show', jobs[0]?.jobId ?? '', '--output', 'json'])).stdout) as {
      attempts: { state: string }[];
    };
    expect(shown.attempts[0]?.state).toBe('timedOut');
    const alive = await cluster.cli([
      'run',
      '--',
      'sh',
      '-c',
      `for p in $(cat ${pids}); do kill -0 $p 2>/dev/null && echo alive; done; true`,
    ]);
    expect(alive.stdout).toBe('');
  });

  it('submit, wait, show and logs tell of one job', async () => {
    const submitted = await cluster.cli(['submit', '--output', 'json', '--', 'sh', '-c', 'echo text; exit 3']);
    const { jobId } = JSON.parse(submitted.stdout) as { jobId: string };
    expect((await cluster.cli(['job', 'wait', jobId])).status).toBe(3);
    const job = JSON.parse((await cluster.cli(['job', 'show', jobId, '--output', 'json'])).stdout) as Record<
      string,
      unknown
    >;
    expect(job).toMatchObject({
      jobId,
      state: 'failed',
      attempts: [{ exitCode: 3, workerId: expect.stringMatching(/^w/) as string }],
    });
    expect((await cluster.cli(['job', 'logs', jobId])).stdout).toBe('text\n');
  });

  it('one idempotency key submits one job', async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, () =>
        cluster.client.submit({ exec: { command: 'true' } }, { idempotencyKey: 'only-once' }),
      ),
    );
    expect(new Set(ids.map(({ jobId }) => jobId)).size).toBe(1);
  });

  it('cancel ends a running job', async () => {
    const { jobId } = await cluster.client.submit({ exec: { command: 'sleep', args: ['1000'] } });
    await until('the job runs', async () => ((await cluster.client.get(jobId)).state === 'running' ? true : undefined));
    expect((await cluster.cli(['job', 'cancel', jobId])).status).toBe(0);
    expect((await cluster.client.wait(jobId)).state).toBe('cancelled');
  });

  it.each([
    { what: 'an unknown flag', args: ['run', '--tiemout', '3s', '--', 'true'], status: 2, says: /--timeout/ },
    { what: 'an empty command', args: ['run', '--'], status: 2, says: /command/ },
    { what: 'an unknown job', args: ['job', 'show', 'j0000000000zz0000'], status: 3, says: /j0000000000zz0000/ },
    { what: 'a job id that is none', args: ['job', 'show', 'nonsense!'], status: 2, says: /job/ },
    {
      what: 'a program that is not there',
      args: ['run', '--', 'no-such-program'],
      status: 127,
      says: /no-such-program/,
    },
  ])('$what: status $status and a line that says why', async ({ args, status, says }) => {
    const result = await cluster.cli(args);
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.status).toBe(status);
  });

  it('5 MiB of input are refused, and the cluster stays well', async () => {
    const file = join(cluster.directory, 'large');
    writeFileSync(file, Buffer.alloc(5 * 1024 * 1024, 'x'));
    const result = await cluster.cli(['submit', '--handler', 'any', '--payload-file', file]);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/at most 262144/);
    await expect(
      cluster.client.submit({ handler: { handler: 'any', payload: Buffer.alloc(5 * 1024 * 1024) } }),
    ).rejects.toMatchObject({ code: 'invalidArgument' });
    expect((await cluster.cli(['run', '--', 'echo', 'still here'])).stdout).toBe('still here\n');
  });

  it('no coordinator at an address: status 4 and one line', async () => {
    const result = await cluster.cli(['jobs'], { env: { SYNOD_ADDRESS: '127.0.0.1:1' } });
    expect(result.status).toBe(4);
    expect(result.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(result.stderr).toMatch(/127\.0\.0\.1:1/);
  });

  it.each([
    {
      what: 'a data directory that is in use',
      args: ['--id', 'c1', '--listen', '127.0.0.1:0'],
      data: 'c1',
      status: 1,
      says: /in use|held|another/,
    },
    { what: 'a port in use', args: ['--id', 'c9'], data: 'c9', status: 1, says: /in use/, port: true },
    {
      what: 'an address beyond loopback without credentials',
      args: ['--id', 'c8', '--listen', '0.0.0.0:0'],
      data: 'c8',
      status: 1,
      says: /--insecure/,
    },
    {
      what: 'an unknown flag',
      args: ['--id', 'c8', '--lisen', '127.0.0.1:0'],
      data: 'c8',
      status: 2,
      says: /--listen/,
    },
    {
      what: 'the directory of another coordinator',
      args: ['--id', 'cx', '--listen', '127.0.0.1:0'],
      data: 'other',
      status: 2,
      says: /belongs to/,
    },
  ])('a coordinator with $what stops with a clear line', async ({ args, data, status, says, port }) => {
    if (data === 'other') await makeDirectoryOf('cy', join(cluster.directory, data));
    const listen = port === true ? ['--listen', cluster.addressOf('c1')] : [];
    const coordinator = new AppProcess(
      'coordinator',
      'extra',
      [...args, ...listen, '--data', join(cluster.directory, data)],
      join(cluster.directory, 'logs', 'extra.log'),
    );
    expect((await coordinator.exited).code).toBe(status);
    expect(coordinator.stderr).toMatch(says);
    expect(coordinator.stderr).not.toMatch(/\n\s+at /);
    expect((await cluster.status()).members.every((member) => member.happy)).toBe(true);
  });

  async function makeDirectoryOf(id: string, directory: string): Promise<void> {
    const args = ['--id', id, '--listen', '127.0.0.1:0', '--data', directory];
    const coordinator = new AppProcess('coordinator', id, args, join(cluster.directory, 'logs', `${id}.log`));
    await coordinator.ready();
    await coordinator.end('SIGTERM');
  }
});
