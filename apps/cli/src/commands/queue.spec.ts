import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../bootstrap.js';
import { FakeCluster } from '../fake-cluster.spec-support.js';
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
const printed = (): unknown => JSON.parse(io.stdout.text);

describe('queue', () => {
  it('list and show say what waits, what holds it and when there is a token again', async () => {
    await expect(run('queue', 'list', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject([{ queue: 'mail', paused: true, running: 4, deadLetters: 2 }]);
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
    await run('queue', 'show', 'mail');
    expect(io.stdout.text).toContain('paused (server moves)');
    expect(io.stdout.text).toContain('7, of these 3 wait for their key');
    expect(io.stdout.text).toMatch(/tokens: +0, next at 2023-11-1/);
  });

  it('set changes what its flags say, leaves the rest, and only what it saw', async () => {
    await expect(run('queue', 'set', 'mail', '--max-running', '0', '--max-running-per-key', '2')).resolves.toBe(0);
    expect(cluster.changes).toMatchObject([
      {
        set: 'mail',
        settings: { maxRunning: 0, maxRunningPerKey: 2, rate: { tokens: 10, perMs: 1_000, burst: 10 } },
        ifRevision: '3',
      },
    ]);
  });

  it('set takes rates with a burst and none, and begins queues that nobody knows', async () => {
    await run('queue', 'set', 'mail', '--rate', 'none');
    await run('queue', 'set', 'new', '--rate', '5/1m/9', '--placement', 'consistentHash', '--lost-after', '30s');
    expect(cluster.changes).toMatchObject([
      { set: 'mail', settings: { rate: null } },
      {
        set: 'new',
        settings: {
          rate: { tokens: 5, perMs: 60_000, burst: 9 },
          ...{ placement: 'PLACEMENT_POLICY_CONSISTENT_HASH', lostAfterMs: 30_000 },
        },
        ifRevision: '0',
      },
    ]);
  });

  it.each([
    ['--rate', 'fast'],
    ['--rate', '5/1m/9/9'],
    ['--max-running', '-1'],
    ['--lost-after', '1s'],
  ])('set refuses %s %s before anything is asked', async (flag, value) => {
    await expect(run('queue', 'set', 'mail', flag, value)).resolves.toBe(2);
    expect(io.stderr.text).toContain(flag);
    expect(cluster.changes).toEqual([]);
  });

  it('set without anything to set says so', async () => {
    await expect(run('queue', 'set', 'mail')).resolves.toBe(2);
    expect(io.stderr.text).toContain('say what to set');
  });

  it('pause, resume and reset', async () => {
    await run('queue', 'pause', 'mail', '--reason', 'why');
    await run('queue', 'resume', 'mail');
    await run('queue', 'reset', 'mail');
    expect(cluster.changes).toEqual([{ pause: 'mail', reason: 'why' }, { resume: 'mail' }, { reset: 'mail' }]);
  });

  it('dead-letters lists failed and expired jobs of the queue; redrive goes on until it has as many as asked', async () => {
    await run('queue', 'dead-letters', 'mail', '--output', 'json');
    expect(cluster.listed[0]).toMatchObject({ states: ['JOB_STATE_FAILED', 'JOB_STATE_EXPIRED'], queue: 'mail' });
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address, SYNOD_OUTPUT: 'json' });
    await run('queue', 'redrive', 'mail', '--limit', '7');
    expect(printed()).toEqual({ queue: 'mail', redriven: 7 });
    expect(cluster.changes).toEqual([
      { redrive: 'mail', limit: 7 },
      { redrive: 'mail', limit: 2 },
    ]);
  });
});

describe('job retry, change and explain', () => {
  it('ask for just that', async () => {
    await run('job', 'retry', 'j1');
    await run('job', 'change', 'j1', '--priority', '-3');
    await run('job', 'change', 'j1', '--queue', 'mail', '--if-revision', '4');
    await run('job', 'retry', 'j1', '--if-revision', '5');
    expect(cluster.changes).toEqual([
      { retry: 'j1', ifRevision: '0' },
      { change: 'j1', priority: -3, queue: '', ifRevision: '0' },
      { change: 'j1', priority: undefined, queue: 'mail', ifRevision: '4' },
      { retry: 'j1', ifRevision: '5' },
    ]);
    await expect(run('job', 'change', 'j1')).resolves.toBe(2);
    await expect(run('job', 'change', 'j1', '--if-revision', '4')).resolves.toBe(2);
  });

  it('explain says what holds a job and what would take that away', async () => {
    await run('job', 'explain', 'j1');
    expect(io.stdout.text).toContain('ready, 5 before it in its queue');
    expect(io.stdout.text).toContain('queue mail is paused: server moves\n    -> synod queue resume mail');
    expect(io.stdout.text).toMatch(/its rate is used, until 2023-11-1/);
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address, SYNOD_OUTPUT: 'json' });
    await run('job', 'explain', 'j1');
    expect(printed()).toMatchObject({ jobId: 'j1', jobsBefore: 5, hindrances: [{ code: 'queuePaused' }, {}] });
  });
});

describe('when and how often a job runs', () => {
  it('is said by flags', async () => {
    const when = ['--priority', '7', '--delay', '90s', '--start-within', '1h', '--expires-at', '2026-12-24T18:00:00Z'];
    const retry = ['--retries', '4', '--backoff', 'linear', '--retry-initial', '2s', '--final-exit', '2,64'];
    await expect(run('submit', ...when, ...retry, '--limit-key', 'c1', '--', 'true')).resolves.toBe(0);
    expect(cluster.submitted[0]).toMatchObject({
      ...{ priority: 7, delayMs: '90000', scheduleToStartTimeoutMs: '3600000', limitKey: 'c1' },
      expiresAtMs: String(Date.UTC(2026, 11, 24, 18)),
      retry: { maxAttempts: 5, backoff: 'BACKOFF_LINEAR', initialMs: 2_000, notRetriedExitCodes: [2, 64] },
    });
  });

  it.each([
    [['--run-at', 'tomorrow'], '--run-at'],
    [['--run-at', '2026-12-24T18:00:00'], '--run-at'],
    [['--final-exit', '1,x', '--retries', '1'], '--final-exit'],
    [['--backoff', 'fixed'], '--retries'],
    [['--priority', '5000'], '--priority'],
  ])('%j is refused with what to do', async (flags, named) => {
    await expect(run('submit', ...flags, '--', 'true')).resolves.toBe(2);
    expect(io.stderr.text).toContain(named);
    expect(cluster.submitted).toEqual([]);
  });
});

describe('a job file', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'synod-cli-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const submitted = (...lines: readonly string[]) => {
    const file = join(directory, 'jobs.yaml');
    writeFileSync(file, lines.join('\n'));
    return run('submit', file);
  };

  it('may have several documents, and queues that are set before its jobs are submitted', async () => {
    const status = await submitted(
      'queues: {mail: {maxRunning: 2, rate: 10/1s, paused: true}}',
      '---',
      'exec: echo 1',
      'delay: 5s',
      'retry: 3',
      '---',
      'jobs:',
      '  - exec: echo 2',
      '    runAt: 2026-12-24T18:00:00Z',
      '    priority: 4',
      '    limitKey: c1',
      '    startWithin: 2m',
      '    retry: {maxAttempts: 2, backoff: fixed, initial: 1s, max: 1m, jitterPercent: 0, notRetriedExitCodes: [64]}',
      '    onFailure: {exec: echo failed}',
    );
    expect(io.stderr.text).toBe('synod: queue mail is set\n');
    expect(status).toBe(0);
    expect(cluster.changes).toMatchObject([
      { set: 'mail', settings: { maxRunning: 2, rate: { tokens: 10, perMs: 1_000 } } },
      { pause: 'mail' },
    ]);
    expect(cluster.submitted).toMatchObject([
      { delayMs: '5000', retry: { maxAttempts: 3 } },
      {
        ...{ priority: 4, limitKey: 'c1', runAtMs: String(Date.UTC(2026, 11, 24, 18)) },
        scheduleToStartTimeoutMs: '120000',
        retry: { maxAttempts: 2, backoff: 'BACKOFF_FIXED', initialMs: 1_000, maxMs: 60_000, notRetriedExitCodes: [64] },
        onFailure: { exec: { args: ['-c', 'echo failed'] } },
      },
    ]);
  });

  it.each([
    ['retry: {often: 3}', 'known are maxAttempts'],
    ['retry: many', 'needs a mapping'],
    ['priority: high', 'whole number'],
    ['runAt: tomorrow', 'a time with its zone'],
    ['onFailure: {}', 'needs one of the keys exec, http and handler'],
  ])('with %s is refused, with the place and what it should be', async (line, what) => {
    await expect(submitted('exec: "true"', line)).resolves.toBe(2);
    expect(io.stderr.text).toContain('job 1');
    expect(io.stderr.text).toContain(what);
    expect(cluster.submitted).toEqual([]);
  });

  it('that is empty, or has a queue with an unknown limit, is refused', async () => {
    await expect(submitted('')).resolves.toBe(2);
    expect(io.stderr.text).toContain('no job, no schedule and no queue');
    await expect(submitted('queues: {mail: {most: 2}}')).resolves.toBe(2);
    expect(io.stderr.text).toContain('known are maxRunning');
  });
});
