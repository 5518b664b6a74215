import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './bootstrap.js';
import { FakeCluster, output, type Fate } from './fake-cluster.spec-support.js';
import { FakeIo } from './fake-io.spec-support.js';

let cluster: FakeCluster;
let io: FakeIo;
let directory: string;

beforeEach(async () => {
  cluster = await new FakeCluster().start();
  io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
  directory = mkdtempSync(join(tmpdir(), 'synod-cli-'));
});

afterEach(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true });
});

const run = (...argv: string[]) => runCli(argv, io);
const fated = (fate: Fate) => (cluster.fate = fate);
const printed = (): unknown => JSON.parse(io.stdout.text);

describe('help', () => {
  const commands = [
    'run',
    'submit',
    'jobs',
    'job show',
    'job logs',
    'job cancel',
    'job wait',
    'worker list',
    'cluster status',
  ].concat(['events', 'dev']);

  it.each(commands)('of `%s` is on stdout, with usage, examples and the flags of all commands', async (command) => {
    await expect(run(...command.split(' '), '--help')).resolves.toBe(0);
    expect(io.stdout.text).toContain(`Usage: synod ${command}`);
    expect(io.stdout.text).toContain('Examples:\n  ');
    expect(io.stdout.text).toContain('--output <choice>');
    expect(io.stderr.text).toBe('');
  });

  it('of synod itself lists all commands and the exit statuses', async () => {
    await expect(run('--help')).resolves.toBe(0);
    for (const command of commands) expect(io.stdout.text).toContain(`  ${command.split(' ')[0]}`);
    expect(io.stdout.text).toContain('Exit statuses:');
  });
});

describe('usage errors are one line on stderr with status 2', () => {
  it.each<[string[], string]>([
    [['jbos'], 'did you mean jobs?'],
    [['job', 'shwo', 'j1'], 'did you mean show?'],
    [['jobs', '--satte', 'ready'], 'did you mean --state?'],
    [['jobs', '--state', 'redy'], '--state must be one of'],
    [['run', '--'], 'the command is missing'],
    [['run', '--', ''], 'the command is missing'],
    [['run', 'ls', '-l'], 'synod run -- ls -l'],
    [['run', '--timeout', 'soon', '--', 'true'], '--timeout must be a duration'],
    [['run', '--env', 'NOVALUE', '--', 'true'], '--env takes KEY=VALUE'],
    [['submit', '--payload', 'x', '--', 'true'], '--handler'],
    [['submit', '--handler', 'h', '--', 'true'], '--payload'],
    [['submit', '-f', '/nowhere/jobs.yaml'], "/nowhere/jobs.yaml can't be read (ENOENT)"],
    [['job', 'show'], "missing required argument 'id'"],
    [['dev', '--coordinators', '0'], '--coordinators must be an integer from 1 to 9'],
    [['run', '--', 'refused'], 'spec.exec.command: no'],
  ])('%j', async (argv, text) => {
    await expect(run(...argv)).resolves.toBe(2);
    expect(io.stderr.text).toContain(text);
    expect(io.stderr.text.trimEnd().split('\n')).toHaveLength(1);
    expect(io.stdout.text).toBe('');
  });
});

describe('no coordinator', () => {
  it('is status 4 and one line with the addresses and what to do', async () => {
    const dead = '127.0.0.1:1,127.0.0.1:2';
    await expect(run('jobs', '--address', dead, '--output', 'json')).resolves.toBe(4);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.text).toMatch(
      /^synod: no coordinator reachable at 127\.0\.0\.1:1, 127\.0\.0\.1:2; .*synod dev.*--address\n$/,
    );
  }, 15_000);

  it('an address beyond loopback without TLS is refused', async () => {
    await expect(run('jobs', '--address', 'example.org:7401')).resolves.toBe(2);
    expect(io.stderr.text).toContain('--insecure');
  });
});

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

describe('submit', () => {
  it('prints the id, or {"jobId"}', async () => {
    await expect(run('submit', '--', 'true')).resolves.toBe(0);
    expect(io.stdout.text).toBe('j1\n');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address, SYNOD_OUTPUT: 'json' });
    await expect(run('submit', '--idempotency-key', 'mine', '--', 'true')).resolves.toBe(0);
    expect(printed()).toEqual({ jobId: 'j2' });
    expect(cluster.keys[1]).toBe('mine');
  });

  it('a handler’s payload comes from the flag, a file or the standard input', async () => {
    const file = join(directory, 'payload');
    writeFileSync(file, 'from file');
    io.input = [Buffer.from('from stdin')];
    await run('submit', '--handler', 'h', '--payload', 'from flag');
    await run('submit', '--handler', 'h', '--payload-file', file);
    await run('submit', '--handler', 'h', '--payload-file', '-');
    const payloads = cluster.submitted.map((spec) => spec.handler?.payload.toString());
    expect(payloads).toEqual(['from flag', 'from file', 'from stdin']);
  });

  it('-f takes YAML and JSON, one job or many, and says {"jobIds"}', async () => {
    const file = join(directory, 'jobs.yaml');
    writeFileSync(
      file,
      [
        '- exec: echo 1',
        '- {exec: [ls, -l], queue: night, timeout: 30s, labels: {a: 1}}',
        '- {handler: resize, payload: {image: 7}}',
      ].join('\n'),
    );
    await expect(run('submit', '-f', file, '--output', 'json')).resolves.toBe(0);
    expect(printed()).toEqual({ jobIds: ['j1', 'j2', 'j3'] });
    expect(cluster.submitted).toMatchObject([
      { exec: { command: 'sh', args: ['-c', 'echo 1'] } },
      { exec: { command: 'ls', args: ['-l'] }, queue: 'night', startToCloseTimeoutMs: 30_000, labels: { a: '1' } },
      { handler: { handler: 'resize', payload: Buffer.from('{"image":7}') } },
    ]);
    io.input = [Buffer.from('{"exec": {"command": "true"}}')];
    await expect(run('submit', '-f', '-')).resolves.toBe(0);
    expect(cluster.submitted[3]).toMatchObject({ exec: { command: 'true' } });
  });

  it.each<[string, string]>([
    ['- [', 'is no YAML or JSON'],
    ['[]', 'holds no job'],
    ['- {queue: x}', 'job 1 needs one of the keys exec and handler'],
    ['- {exec: ls, qeue: x}', 'has the key qeue'],
    ['- {exec: ls, timeout: soon}', 'timeout must be a duration'],
  ])('a file with %j is refused, and nothing is submitted', async (text, message) => {
    io.input = [Buffer.from(text)];
    await expect(run('submit', '-f', '-')).resolves.toBe(2);
    expect(io.stderr.text).toContain(message);
    expect(cluster.submitted).toEqual([]);
  });

  it('--wait exits with the command’s own status, for a file with that of the first that failed', async () => {
    fated({ state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_FAILED', exitCode: 5 } });
    await expect(run('submit', '--wait', '--', 'false')).resolves.toBe(5);
    io.input = [Buffer.from('[{exec: a}, {exec: b}]')];
    await expect(run('submit', '-f', '-', '--wait')).resolves.toBe(5);
    expect(io.stderr.text).toContain('2 of 2 jobs have not succeeded');
  });
});

describe('looking at jobs', () => {
  it('jobs lists an array with --output json, filters by state and queue, and stops at the limit', async () => {
    await run('submit', '--', 'a');
    await run('submit', '--', 'b');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await expect(
      run('jobs', '--state', 'running,ready', '--queue', 'q', '--limit', '1', '--output', 'json'),
    ).resolves.toBe(0);
    expect(printed()).toMatchObject([{ jobId: 'j2' }]);
    expect(cluster.listed[0]).toMatchObject({
      states: ['JOB_STATE_RUNNING', 'JOB_STATE_READY'],
      queue: 'q',
      pageSize: 1,
    });
  });

  it('a table has no colours in a pipe, and fits the terminal', async () => {
    await run('submit', '--', 'echo', 'x'.repeat(300));
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await run('jobs');
    expect(io.stdout.text).toContain('x'.repeat(300));
    expect(io.stdout.text).not.toContain('\u001b');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    Object.assign(io.stdout, { isTTY: true, columns: 100 });
    await run('jobs');
    expect(io.stdout.text).toContain('\u001b[32msucceeded');
    const widths = io.stdout.text.split('\n').map((line) => Buffer.from(line, 'latin1').toString('utf8'));
    // eslint-disable-next-line no-control-regex -- colours are control characters
    for (const line of widths) expect(line.replace(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(100);
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address, NO_COLOR: '1' });
    io.stdout.isTTY = true;
    await run('jobs');
    expect(io.stdout.text).not.toContain('\u001b');
  });

  it('job show has jobId, state and attempts with worker, exit code and token', async () => {
    fated({ attempt: { state: 'ATTEMPT_STATE_SUCCEEDED', exitCode: 0 } });
    await run('submit', '--', 'true');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await expect(run('job', 'show', 'j1', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject({
      jobId: 'j1',
      state: 'succeeded',
      attempts: [{ attempt: 1, workerId: 'w1', exitCode: 0, fencingToken: '281474976710657' }],
    });
    await expect(run('job', 'show', 'j1')).resolves.toBe(0);
    expect(io.stdout.text).toContain('token 281474976710657');
  });

  it.each([[['job', 'show', 'j9']], [['job', 'cancel', 'j9']], [['job', 'wait', 'j9']], [['job', 'logs', 'j9']]])(
    '%j of a job that is not there is status 3',
    async (argv) => {
      await expect(run(...argv)).resolves.toBe(3);
      expect(io.stderr.text).toBe('synod: there is no job j9; see: synod jobs\n');
    },
  );

  it('job logs keeps the streams apart, and can print one of them', async () => {
    fated({ output: [output('STDOUT', 0, 'out'), output('STDERR', 0, 'err')] });
    await run('submit', '--', 'true');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await expect(run('job', 'logs', 'j1')).resolves.toBe(0);
    expect([io.stdout.text, io.stderr.text]).toEqual(['out', 'err']);
    await expect(run('job', 'logs', 'j1', '--stderr', '--attempt', '1')).resolves.toBe(0);
    expect([io.stdout.text, io.stderr.text]).toEqual(['out', 'errerr']);
  });

  it('job cancel says whether it was in time', async () => {
    fated({ runsOn: true });
    await run('submit', '--', 'sleep', '1');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address, SYNOD_OUTPUT: 'json' });
    await expect(run('job', 'cancel', 'j1', '--reason', 'wrong')).resolves.toBe(0);
    expect(printed()).toEqual({ jobId: 'j1', alreadyFinal: false });
    expect(cluster.cancelled).toEqual([{ jobId: 'j1', reason: 'wrong' }]);
  });

  it('job wait prints the state and exits as run does; 124 when its time is over', async () => {
    fated({ state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_FAILED', exitCode: 9 } });
    await run('submit', '--', 'false');
    fated({ runsOn: true });
    await run('submit', '--', 'sleep', '1');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await expect(run('job', 'wait', 'j1')).resolves.toBe(9);
    expect(io.stdout.text).toBe('failed\n');
    await expect(run('job', 'wait', 'j2', '--timeout', '20ms')).resolves.toBe(124);
  });
});

describe('looking at the cluster', () => {
  it('cluster status has leaderId and members with role, applied slot and hash', async () => {
    await expect(run('cluster', 'status', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject({
      leaderId: 'c2',
      members: [
        { id: 'c1', address: '127.0.0.1:7401', role: 'follower', appliedSlot: 17, stateHash: '00000000000000aa' },
        { id: 'c2', role: 'leader', appliedSlot: 18 },
        { id: 'c3', role: 'unreachable' },
      ],
      jobsByState: { ready: 3, failed: 0 },
    });
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await expect(run('cluster', 'status')).resolves.toBe(0);
    expect(io.stdout.text).toMatch(/leader: +c2\njobs: +3 ready\n/);
  });

  it('worker list is an array, or a table', async () => {
    await expect(run('worker', 'list', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject([{ workerId: 'w1', state: 'online', capacity: 8, handlers: ['resize'] }]);
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await run('worker', 'list');
    expect(io.stdout.text).toMatch(/w1 +online +2\/8 +commands,resize +zone=a/);
  });

  it('events prints one a line and stops at the limit', async () => {
    cluster.events = [
      { type: 'jobSubmitted', jobId: 'j1', cursor: 'a', timeMs: '1700000000000' },
      { type: 'jobFinished', jobId: 'j1', cursor: 'b', timeMs: '1700000000000', jobState: 'JOB_STATE_SUCCEEDED' },
      { type: 'later', cursor: 'c' },
    ];
    await expect(run('events', '--limit', '2', '--output', 'json')).resolves.toBe(0);
    const lines = io.stdout.text.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['jobSubmitted', 'jobFinished']);
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await expect(run('events', '--limit', '2')).resolves.toBe(0);
    expect(io.stdout.text).toContain('jobFinished  j1  succeeded');
  });
});
