import { runCli } from '../bootstrap.js';
import { FakeCluster, output, type Fate } from '../fake-cluster.spec-support.js';
import { FakeIo } from '../fake-io.spec-support.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

let cluster: FakeCluster;
let io: FakeIo;

beforeEach(async () => {
  cluster = await new FakeCluster().start();
  io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
});

afterEach(() => cluster.stop());

const run = (...argv: string[]) => runCli(argv, io);
const fated = (fate: Fate) => (cluster.fate = fate);
const printed = (): unknown => JSON.parse(io.stdout.text);

describe('run', () => {
  it('copies both streams byte for byte and exits with the command’s own status', async () => {
    fated({
      state: 'JOB_STATE_FAILED',
      attempt: { state: 'ATTEMPT_STATE_FAILED', exitCode: 7 },
      output: [output('STDOUT', 0, 'out\x00\xff'), output('STDERR', 0, 'err\n'), output('STDOUT', 5, 'more')],
    });
    await expect(run('run', '--', 'sh', '-c', 'exit 7')).resolves.toBe(7);
    expect(io.stdout.text).toBe('out\x00\xffmore');
    expect(io.stderr.text).toBe('err\n');
    expect(cluster.submitted[0]?.exec).toMatchObject({ command: 'sh', args: ['-c', 'exit 7'] });
    expect(cluster.keys[0]).not.toBe('');
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
    expect(io.stderr.text.includes('synod: job j1')).toBe(status !== 0);
  });

  it('Ctrl-C cancels the job, waits for its end and exits with 130', async () => {
    fated({ runsOn: true, output: [output('STDOUT', 0, 'begun')] });
    const ended = run('run', '--', 'sleep', '1000');
    await io.stdout.until('begun');
    io.pressCtrlC();
    await expect(ended).resolves.toBe(130);
    expect(cluster.cancelled).toMatchObject([{ jobId: 'j1' }]);
    expect(io.stderr.text).toContain('cancelling job j1');
    expect(io.stderr.text).toContain('job j1 was cancelled');
  });

  it('a second Ctrl-C leaves at once', async () => {
    fated({ runsOn: true, output: [output('STDOUT', 0, 'begun')] });
    const ended = run('run', '--', 'sleep', '1000');
    await io.stdout.until('begun');
    io.pressCtrlC();
    io.pressCtrlC();
    await expect(ended).resolves.toBe(130);
    expect(io.stderr.text).toContain('synod job show j1');
  });

  it('a reader that goes away ends the job as SIGPIPE would', async () => {
    fated({ runsOn: true, output: [output('STDOUT', 0, 'begun')] });
    const ended = run('run', '--', 'yes');
    await io.stdout.until('begun');
    io.breakPipe();
    await expect(ended).resolves.toBe(141);
    expect(cluster.cancelled).toHaveLength(1);
  });

  it('--stdin and the flags of the job reach the spec', async () => {
    io.input = [Buffer.from('in'), Buffer.from('put')];
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
    expect(cluster.submitted[0]).toMatchObject({
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

  it('with --output json stdout is the final job alone', async () => {
    fated({ output: [output('STDOUT', 0, 'out')], attempt: { state: 'ATTEMPT_STATE_SUCCEEDED', exitCode: 0 } });
    await expect(run('run', '--output', 'json', '--', 'true')).resolves.toBe(0);
    expect(printed()).toMatchObject({ jobId: 'j1', state: 'succeeded', attempts: [{ exitCode: 0 }] });
    expect(io.stderr.text).toBe('out');
  });
});
