import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../bootstrap.js';
import { FakeIo } from '../fake-io.spec-support.js';
import { FakeSchedules } from '../fake-schedules.spec-support.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

let cluster: FakeSchedules;
let io: FakeIo;
let directory: string;

beforeEach(async () => {
  cluster = await new FakeSchedules().start();
  io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
  directory = mkdtempSync(join(tmpdir(), 'synod-cli-'));
});

afterEach(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true });
});

function run(...argv: string[]): Promise<number> {
  io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
  return runCli(argv, io);
}

const printed = (): unknown => JSON.parse(io.stdout.text);

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('schedule', () => {
  it('create sets times, policies and the job', async () => {
    const flags = ['--overlap', 'bufferOne', '--window', '1h', '--jitter', '5s', '--until', '2027-01-01T00:00Z'];
    const zone = ['--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin', '--dst', 'once'];
    await expect(run('schedule', 'create', 'backup', ...zone, ...flags, '--', 'tar', '-c')).resolves.toBe(0);
    expect(io.stdout.text).toBe('backup is created (revision 1)\n');
    expect(cluster.known.get('backup')).toMatchObject({
      paused: false,
      spec: {
        timing: { cron: { expression: '30 2 * * *', timeZone: 'Europe/Berlin', dst: 'DST_RULE_ONCE' } },
        ...{ overlap: 'OVERLAP_POLICY_BUFFER_ONE', catchUp: 'CATCH_UP_POLICY_WINDOW', catchUpWindowMs: '3600000' },
        ...{ jitterMs: '5000', endAtMs: String(Date.UTC(2027, 0, 1)) },
        job: { exec: { command: 'tar', args: ['-c'] } },
      },
    });
  });

  it.each([
    [['--', 'true'], 'say when'],
    [['--cron', '@daily', '--every', '1m', '--', 'true'], 'exclude each other'],
    [['--every', '1m', '--dst', 'skip', '--', 'true'], 'belongs to --cron'],
    [['--cron', '@daily', '--offset', '1m', '--', 'true'], 'belongs to --every'],
    [['--every', '1m', '--idempotency-key', 'k', '--', 'true'], 'for one job'],
    [['--every', '1m', '--from', 'tomorrow', '--', 'true'], 'must be a time'],
  ])('create %j is refused, and says why', async (flags, why) => {
    await expect(run('schedule', 'create', 'x', ...flags)).resolves.toBe(2);
    expect(io.stderr.text).toContain(why);
    expect(cluster.known.size).toBe(0);
  });

  it('list and show say when it is due, and what became of its times', async () => {
    await run('schedule', 'create', 'poll', '--every', '90s', '--offset', '250ms', '--', 'true');
    await run('schedule', 'list');
    expect(io.stdout.text).toMatch(/poll +every 90s, 250ms after +2\d{3}-\S+ \S+ +5 +2 +3/);
    await run('schedule', 'show', 'poll');
    expect(io.stdout.text).toContain('4, caught up 1, skipped 2, missed 3');
    await expect(run('schedule', 'show', 'other')).resolves.not.toBe(0);
    expect(io.stderr.text).toContain('there is no schedule other');
  });

  it('ledger is a line for each decision', async () => {
    await run('schedule', 'create', 'poll', '--every', '1m', '--', 'true');
    const line = { origin: 'FIRING_ORIGIN_TIMER', decidedAtMs: 1, throughMs: 120_000 } as const;
    cluster.ledger = [
      { ...line, outcome: 'FIRING_OUTCOME_SKIPPED', reason: 'overlap', fromMs: 60_000, count: 2, jobId: '' },
      { ...line, outcome: 'FIRING_OUTCOME_FIRED', reason: 'due', fromMs: 120_000, count: 1, jobId: 'j7' },
    ];
    await run('schedule', 'ledger', 'poll', '--output', 'json');
    expect(printed()).toMatchObject([
      { outcome: 'skipped', reason: 'overlap', fromMs: 60_000, throughMs: 120_000, count: 2 },
      { outcome: 'fired', jobId: 'j7' },
    ]);
    await run('schedule', 'ledger', 'poll');
    expect(io.stdout.text).toMatch(/2 +skipped +overlap +timer +-/);
  });

  it('preview shows times on the clock of the zone, and how far that is from UTC', async () => {
    const zone = ['--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin'];
    await expect(run('schedule', 'preview', ...zone, '-n', '2')).resolves.toBe(0);
    expect(io.stdout.text).toMatch(/2026-03-29 03:00:00 GMT\+02:00 +2026-03-29T01:00:00\.000Z/);
    expect(io.stdout.text).toContain('2026-03-30 02:30:00 GMT+02:00');
    await expect(run('schedule', 'preview')).resolves.toBe(2);
    await expect(run('schedule', 'preview', 'x', ...zone)).resolves.toBe(2);
  });

  it('pause, resume, trigger, backfill and delete ask for what they are called', async () => {
    await run('schedule', 'create', 'x', '--every', '1m', '--', 'true');
    await expect(run('schedule', 'pause', 'x', '--reason', 'holiday', '--if-revision', '7')).resolves.toBe(0);
    await expect(run('schedule', 'resume', 'x')).resolves.toBe(0);
    await expect(run('schedule', 'trigger', 'x')).resolves.toBe(1);
    expect(io.stdout.text).toContain('did not fire (overlap)');
    await expect(run('schedule', 'trigger', 'x', '--overlap', 'allowAll')).resolves.toBe(0);
    expect(io.stdout.text).toBe('j1\n');
    const span = ['--from', '2026-11-01T00:00Z', '--to', '2026-11-02T00:00Z'];
    await expect(run('schedule', 'backfill', 'x', ...span)).resolves.toBe(0);
    expect(io.stdout.text).toContain('2 fired, 1 skipped');
    await expect(run('schedule', 'delete', 'x')).resolves.toBe(0);
    expect(cluster.asked).toMatchObject([
      ['pause', { scheduleId: 'x', reason: 'holiday', ifRevision: '7' }],
      ['resume', { scheduleId: 'x' }],
      ['trigger', { overlap: 'OVERLAP_POLICY_UNSPECIFIED' }],
      ['trigger', { overlap: 'OVERLAP_POLICY_ALLOW_ALL' }],
      ['backfill', { fromMs: String(Date.UTC(2026, 10, 1)), overlap: 'OVERLAP_POLICY_BUFFER_ALL' }],
      ['delete', { scheduleId: 'x' }],
    ]);
  });
});

describe('a file with schedules', () => {
  it('sets each, with the keys that create has as flags', async () => {
    const path = file(
      'schedules.yaml',
      [
        'schedules:',
        '  nightly: &nightly',
        '    cron: 30 2 * * *',
        '    timeZone: Europe/Berlin',
        '    dst: both',
        '    catchUp: all',
        '    job: { exec: [backup, --all], retry: 3 }',
        '  other: { <<: *nightly, paused: true, from: 2026-12-01T00:00:00Z }',
        '  often: { every: 90s, offset: 1s, jitter: 2s, overlap: allowAll, window: 1h, job: { http: "http://x/y" } }',
      ].join('\n'),
    );
    await expect(run('submit', path)).resolves.toBe(0);
    expect(io.stderr.text).toContain('schedule nightly is created');
    expect(cluster.known.get('nightly')?.spec).toMatchObject({
      timing: { cron: { expression: '30 2 * * *', timeZone: 'Europe/Berlin', dst: 'DST_RULE_BOTH' } },
      ...{ catchUp: 'CATCH_UP_POLICY_ALL', job: { exec: { command: 'backup' }, retry: { maxAttempts: 3 } } },
    });
    expect(cluster.known.get('other')).toMatchObject({
      ...{ paused: true, spec: { catchUp: 'CATCH_UP_POLICY_ALL', startAtMs: String(Date.UTC(2026, 11, 1)) } },
    });
    expect(cluster.known.get('often')?.spec).toMatchObject({
      timing: { interval: { everyMs: '90000', offsetMs: '1000' } },
      ...{ jitterMs: '2000', overlap: 'OVERLAP_POLICY_ALLOW_ALL', catchUp: 'CATCH_UP_POLICY_WINDOW' },
      ...{ catchUpWindowMs: '3600000', job: { http: { url: 'http://x/y' } } },
    });
  });

  it.each([
    ['schedules: { x: { cron: "@daily" } }', 'x has no job'],
    ['schedules: { x: { job: { exec: a } } }', 'x needs one of the keys cron and every'],
    ['schedules: { x: { cron: "@daily", every: 1m, job: { exec: a } } }', 'x needs one of the keys cron and every'],
    ['schedules: { x: { every: 1m, timeZone: UTC, job: { exec: a } } }', 'timeZone, which goes with cron'],
    ['schedules: { x: { every: soon, job: { exec: a } } }', 'x: every must be'],
    ['schedules: { x: { every: 1m, zone: UTC, job: { exec: a } } }', 'has the key zone; known are cron'],
    ['schedules: { x: { every: 1m, overlap: never, job: { exec: a } } }', 'overlap'],
    ['schedules: { x: { every: 1m, from: 2026-12-01T00:00, job: { exec: a } } }', 'a time with its zone'],
    ['schedules: [1]', 'needs a mapping of ids'],
  ])('%s is refused, and nothing is set', async (text, why) => {
    await expect(run('submit', file('bad.yaml', text))).resolves.toBe(2);
    expect(io.stderr.text).toContain(why);
    expect(cluster.known.size).toBe(0);
  });
});

describe('import crontab', () => {
  const CRONTAB = 'SHELL=/bin/bash\n@daily backup\n@reboot start\n';

  it('names schedules for the host they are pinned to, the file and the program', async () => {
    const path = file('night jobs', CRONTAB);
    await expect(run('import', 'crontab', path, '--pin', 'host', '--output', 'json')).resolves.toBe(1);
    const host = hostname().replaceAll(/[^A-Za-z0-9._-]+/g, '-');
    expect(printed()).toMatchObject([
      { line: 2, scheduleId: `${host}.night-jobs.backup`, change: 'created' },
      { line: 3, scheduleId: null, change: 'refused' },
    ]);
    expect(cluster.known.get(`${host}.night-jobs.backup`)?.spec?.job).toMatchObject({
      ...{ workerLabels: { host: hostname() }, exec: { user: userInfo().username } },
    });
    expect(io.stderr.text).toContain(`host=${hostname()}`);
  });

  it('says where it may run, or is refused; --user is for a file without users', async () => {
    const path = file('crontab', CRONTAB);
    await expect(run('import', 'crontab', path)).resolves.toBe(2);
    expect(io.stderr.text).toContain('--pin host');
    await expect(run('import', 'crontab', path, '--pin', 'any', '--host', 'x')).resolves.toBe(2);
    await expect(run('import', 'crontab', path, '--pin', 'any', '--system', '--user', 'x')).resolves.toBe(2);
    expect(cluster.known.size).toBe(0);
  });

  it('--user and --no-user say whose jobs they are', async () => {
    const path = file('crontab', '@daily backup\n');
    const user = () => cluster.known.get('crontab.backup')?.spec?.job?.exec?.user;
    await run('import', 'crontab', path, '--pin', 'any', '--user', 'alice');
    expect(user()).toBe('alice');
    await run('import', 'crontab', path, '--pin', 'any', '--no-user');
    expect(user()).toBe('');
  });
});
