import { useCli } from '../cli-bench.spec-support.js';
import { output, type Fate } from '../fake-cluster.spec-support.js';

const cli = useCli();

const { run } = cli;
const fated = (fate: Fate) => (cli.cluster.fate = fate);
const printed = () => cli.printed();

describe('run', () => {
  it('copies both streams byte for byte and exits with the command’s own status', async () => {
    fated({
      state: 'JOB_STATE_FAILED',
      attempt: { state: 'ATTEMPT_STATE_FAILED', exitCode: 7 },
      output: [output('STDOUT', 0, 'out\x00\xff'), output('STDERR', 0, 'err\n'), output('STDOUT', 5, 'more')],
    });
    await expect(run('run', '--', 'sh', '-c', 'exit 7')).resolves.toBe(7);
    expect(cli.io.stdout.text).toBe('out\x00\xffmore');
    expect(cli.io.stderr.text).toBe('err\n');
    expect(cli.cluster.submitted[0]?.exec).toMatchObject({ command: 'sh', args: ['-c', 'exit 7'] });
    expect(cli.cluster.keys[0]).not.toBe('');
  });

  it.each<[string, Fate, number]>([
    ['success is 0', {}, 0],
    [
      'signal 9 is 137',
      { state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_FAILED', signal: 'SIGKILL' } },
      137,
    ],
    [
      'a time-out is 1',
      { state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_TIMED_OUT', signal: 'SIGTERM' } },
      1,
    ],
    ['a lost job is 1', { state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_LOST' } }, 1],
    ['a cancelled job is 1', { state: 'JOB_STATE_CANCELLED', attempt: { state: 'ATTEMPT_STATE_CANCELLED' } }, 1],
  ])('%s, and stderr says why where the status does not', async (_claim, fate, status) => {
    fated(fate);
    await expect(run('run', '--', 'true')).resolves.toBe(status);
    expect(cli.io.stderr.text.includes('synod: job j1')).toBe(status !== 0);
  });

  it('Ctrl-C cancels the job, waits for its end and exits with 130', async () => {
    fated({ runsOn: true, output: [output('STDOUT', 0, 'begun')] });
    const ended = run('run', '--', 'sleep', '1000');
    await cli.io.stdout.until('begun');
    cli.io.pressCtrlC();
    await expect(ended).resolves.toBe(130);
    expect(cli.cluster.cancelled).toMatchObject([{ jobId: 'j1' }]);
    expect(cli.io.stderr.text).toContain('cancelling job j1');
    expect(cli.io.stderr.text).toContain('job j1 was cancelled');
  });

  it('a second Ctrl-C leaves at once', async () => {
    fated({ runsOn: true, output: [output('STDOUT', 0, 'begun')] });
    const ended = run('run', '--', 'sleep', '1000');
    await cli.io.stdout.until('begun');
    cli.io.pressCtrlC();
    cli.io.pressCtrlC();
    await expect(ended).resolves.toBe(130);
    expect(cli.io.stderr.text).toContain('synod job show j1');
  });

  it('a reader that goes away ends the job as SIGPIPE would', async () => {
    fated({ runsOn: true, output: [output('STDOUT', 0, 'begun')] });
    const ended = run('run', '--', 'yes');
    await cli.io.stdout.until('begun');
    cli.io.breakPipe();
    await expect(ended).resolves.toBe(141);
    expect(cli.cluster.cancelled).toHaveLength(1);
  });

  it('--stdin and the flags of the job reach the spec', async () => {
    cli.io.input = [Buffer.from('in'), Buffer.from('put')];
    const flags = [
      '--queue',
      'night',
      '--label',
      'a=1,2',
      '--label',
      'b=x=y',
      '--worker-label',
      'zone=a',
      '--env',
      'K=v',
    ].concat([
      '--cwd',
      '/srv',
      '--timeout',
      '30s',
      '--lost-after',
      '1m',
      '--mode',
      'atMostOnce',
      '--placement-key',
      'k',
    ]);
    await expect(run('run', '--stdin', ...flags, '--', 'cat')).resolves.toBe(0);
    expect(cli.cluster.submitted[0]).toMatchObject({
      exec: { command: 'cat', stdin: Buffer.from('input'), env: { K: 'v' }, cwd: '/srv' },
      queue: 'night',
      labels: { a: '1,2', b: 'x=y' },
      workerLabels: { zone: 'a' },
      startToCloseTimeoutMs: 30_000,
      lostAfterMs: 60_000,
      mode: 'EXECUTION_MODE_AT_MOST_ONCE',
      placement: 'PLACEMENT_POLICY_CONSISTENT_HASH',
      placementKey: 'k',
    });
  });

  it('limits of the command reach the spec', async () => {
    const flags = ['--umask', '027', '--ulimit', 'nofile=64', '--ulimit', 'core=0:unlimited', '--memory', '1.5g'];
    const more = ['--cpus', '1.5', '--pids', '20', '--limits-policy', 'prefer', '--user', 'nobody'];
    await expect(run('run', ...flags, ...more, '--', 'true')).resolves.toBe(0);
    expect(cli.cluster.submitted[0]?.exec).toMatchObject({
      user: 'nobody',
      limits: {
        umask: 0o027,
        ulimits: [
          { name: 'nofile', soft: '64', hard: '64' },
          { name: 'core', soft: '0', hard: '-1' },
        ],
        ...{ memoryMaxBytes: '1610612736', cpuMaxPercent: 150, pidsMax: 20, policy: 'LIMITS_POLICY_PREFER' },
      },
    });
    await run('run', '--', 'true');
    expect(cli.cluster.submitted[1]?.exec?.limits).toBeNull();
  });

  it('--http makes a request and prints the body of the answer', async () => {
    const answer = { status: 200, url: 'http://h/', headers: {}, body: 'pong\n', truncated: false };
    const result = Buffer.from(JSON.stringify(answer));
    fated({ attempt: { state: 'ATTEMPT_STATE_SUCCEEDED', result } });
    const flags = [
      '--header',
      'Accept: text/plain',
      '--header',
      'X-A:b',
      '--body',
      'ping',
      '--expect-status',
      '200-204,409',
    ];
    const more = ['--request-timeout', '5s', '--max-redirects', '3', '--queue', 'q'];
    await expect(run('run', '--http', 'http://h/', ...flags, ...more)).resolves.toBe(0);
    expect(cli.io.stdout.text).toBe('pong\n');
    expect(cli.cluster.submitted[0]).toMatchObject({
      http: {
        ...{
          url: 'http://h/',
          method: 'POST',
          headers: { Accept: 'text/plain', 'X-A': 'b' },
          body: Buffer.from('ping'),
        },
        expectedStatuses: [
          { from: 200, to: 204 },
          { from: 409, to: 409 },
        ],
        ...{ requestTimeoutMs: 5_000, maxRedirects: 3 },
      },
      queue: 'q',
    });
  });

  it('--http with an answer that was not expected prints it, says why and is status 1', async () => {
    const answer = { status: 500, url: 'http://h/', headers: {}, bodyBase64: '/w==', truncated: true };
    const result = Buffer.from(JSON.stringify(answer));
    fated({ state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_FAILED', result, message: 'status 500' } });
    await expect(run('run', '--http', 'http://h/', '--method', 'delete')).resolves.toBe(1);
    expect(cli.cluster.submitted[0]?.http?.method).toBe('DELETE');
    expect(cli.io.stdout.text).toBe('\xff');
    expect(cli.io.stderr.text).toContain('only the first 1 bytes of the answer are kept');
    expect(cli.io.stderr.text).toContain('status 500');
  });

  it('with --output json stdout is the final job alone', async () => {
    fated({ output: [output('STDOUT', 0, 'out')], attempt: { state: 'ATTEMPT_STATE_SUCCEEDED', exitCode: 0 } });
    await expect(run('run', '--output', 'json', '--', 'true')).resolves.toBe(0);
    expect(printed()).toMatchObject({ jobId: 'j1', state: 'succeeded', attempts: [{ exitCode: 0 }] });
    expect(cli.io.stderr.text).toBe('out');
  });
});
