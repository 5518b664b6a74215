import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { appMain, LocalCluster, ROOT, runToEnd, until } from './index.js';
import type { Finished } from './index.js';

interface ImportedLine {
  readonly line: number | null;
  readonly scheduleId: string | null;
  readonly change: string;
  readonly detail: string;
}

const HOST = 'box-1';
/** An agent that is root runs a job as anybody, another one as itself. */
const [USER, HOME] = process.getuid?.() === 0 ? ofPasswd('daemon') : ofPasswd(userInfo().username);

/** As Debian installs it (cron 3.0pl1-162). */
const DEBIAN = `# /etc/crontab: system-wide crontab
# Unlike any other crontab you don't have to run the \`crontab'
# command to install the new version when you edit this file
# and files in /etc/cron.d. These files also have username fields,
# that none of the other crontabs do.

SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

# Example of job definition:
# .---------------- minute (0 - 59)
# |  .------------- hour (0 - 23)
# *  *  *  *  * user-name command to be executed
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6\t* * 7\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
#
`;

describe('synod import crontab (1 coordinator, 2 agents, one of them labelled with its host)', () => {
  let cluster: LocalCluster;
  /** Where jobs of any user may write. */
  let out: string;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 1, agents: 0 });
    await cluster.startAgent('w1');
    await cluster.startAgent('w2', ['--labels', `host=${HOST}`]);
    await cluster.workersOnline(2);
    // Schedules begin with a feature level, and that when all members are heard.
    const { schedules } = cluster.client;
    await until('the feature level of schedules', async () => {
      await schedules.set('probe', { timing: { cron: '@yearly' }, job: { exec: { command: 'true' } } });
      return true;
    });
    await schedules.delete('probe');
    out = mkdtempSync(join(tmpdir(), 'synod-crontab-'));
    chmodSync(out, 0o777);
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
    rmSync(out, { recursive: true, force: true });
  }, 60_000);

  /** Writes the file, imports it and returns what is said of its lines. */
  async function imported(name: string, text: string, flags: readonly string[], status = 0): Promise<ImportedLine[]> {
    const path = join(cluster.directory, name);
    writeFileSync(path, text);
    const ended = await cluster.cli(['import', 'crontab', path, ...flags, '--output', 'json']);
    expect([ended.status, ended.stderr]).toEqual([status, expect.any(String)]);
    return JSON.parse(ended.stdout) as ImportedLine[];
  }

  const told = (lines: readonly ImportedLine[]) =>
    lines.map(({ line, scheduleId, change }) => `${line ?? '-'} ${scheduleId ?? '-'} ${change}`);
  const file = (name: string): Promise<string> =>
    until(name, () => (existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8') : undefined));

  async function run(scheduleId: string): Promise<string> {
    const { jobId = '' } = await cluster.client.schedules.trigger(scheduleId);
    await cluster.client.wait(jobId, { timeoutMs: 20_000 });
    return jobId;
  }

  const CRONTAB = [
    '# what a host does by itself',
    'SHELL=/bin/bash',
    `PATH=${join('$OUT', 'bin')}:/usr/bin:/bin`,
    'MAILTO=ops@example.org',
    'GREETING = "two  spaces"',
    `0 3 * * 1-5 ${USER} { id -un; pwd; echo "$HOME|$LOGNAME|$SHELL|$GREETING|$0|\${BASH_VERSION:+bash}|100\\%"; cat; } > $OUT/report%first%half: 50\\%%`,
    'CRON_TZ=Asia/Kolkata',
    `30 9 * * * ${USER} echo oh dear; exit 3`,
    `@reboot ${USER} touch $OUT/booted`,
    `61 * * * * ${USER} never`,
    '',
  ].join('\n');

  const crontab = (): string => CRONTAB.replaceAll('$OUT', out);

  it('shows what it would do, does it, and says of each line what it did', async () => {
    const flags = ['--system', '--pin', 'host', '--host', HOST, '--time-zone', 'Europe/Berlin'];
    const made = ['6 box-1.crontab.id', '8 box-1.crontab.echo', '9 -', '10 -'];
    const planned = await imported('crontab', crontab(), [...flags, '--dry-run'], 1);
    const changes = (...words: string[]) => made.map((about, at) => `${about} ${words[at] ?? 'refused'}`);
    expect(told(planned)).toEqual(changes('planned', 'planned'));
    const ids = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { scheduleId } of cluster.client.schedules.list()) found.push(scheduleId);
      return found;
    };
    expect(await ids()).toEqual([]);
    const lines = await imported('crontab', crontab(), flags, 1);
    expect(told(lines)).toEqual(changes('created', 'created'));
    expect(lines[0]?.detail).toContain(`0 3 * * 1-5 (Europe/Berlin); as ${USER}; `);
    expect(lines[1]?.detail).toContain('30 9 * * * (Asia/Kolkata)');
    expect(lines[1]?.detail).toContain('a mail on failure');
    expect(lines[2]?.detail).toContain('no reboot');
    expect(lines[3]?.detail).toContain('minute');
    expect(told(await imported('crontab', crontab(), flags, 1))).toEqual(changes('unchanged', 'unchanged'));
    expect(await ids()).toEqual(['box-1.crontab.echo', 'box-1.crontab.id']);
  }, 60_000);

  it('runs the command by its shell, as its user, at home, with its settings and its standard input, on its host', async () => {
    const jobId = await run('box-1.crontab.id');
    const report = (await file('report')).split('\n');
    expect(report).toEqual([
      ...[USER, HOME, `${HOME}|${USER}|/bin/bash|two  spaces|/bin/bash|bash|100%`],
      ...['first', 'half: 50%', ''],
    ]);
    const job = await cluster.client.get(jobId);
    expect([job.state, job.attempts.map(({ workerId }) => workerId)]).toEqual(['succeeded', ['w2']]);
  }, 60_000);

  it('MAILTO: a job that fails is told of by mail', async () => {
    mkdirSync(join(out, 'bin'), { recursive: true });
    writeFileSync(join(out, 'bin', 'sendmail'), `#!/bin/sh\ncat > ${out}/mail.new; mv ${out}/mail.new ${out}/mail\n`);
    chmodSync(join(out, 'bin', 'sendmail'), 0o755);
    const jobId = await run('box-1.crontab.echo');
    const mail = await file('mail');
    expect(mail).toContain('To: ops@example.org\nSubject: Synod: a job of box-1.crontab.echo failed\n\n');
    expect(mail).toContain(`synod job logs ${jobId}`);
    expect((await cluster.cli(['job', 'logs', jobId])).stdout).toBe('oh dear\n');
  }, 60_000);

  it('an edited file changes what differs; what has gone from it is named and left', async () => {
    const edited = crontab()
      .replace('0 3 * * 1-5', '0 4 * * 1-5')
      .replace(/^30 9 .*\n/m, '');
    const flags = ['--system', '--pin', 'host', '--host', HOST, '--time-zone', 'Europe/Berlin'];
    const lines = told(await imported('crontab', edited, flags, 1));
    expect(lines).toContain('6 box-1.crontab.id updated');
    expect(lines).toContain('- box-1.crontab.echo left');
  }, 60_000);

  it('takes over the crontab that Debian installs', async () => {
    const lines = await imported('debian', DEBIAN, ['--system', '--pin', 'any', '--time-zone', 'UTC']);
    expect(told(lines)).toEqual(
      ['hourly', 'daily', 'weekly', 'monthly'].map((name, at) => `${at + 14} debian.run-parts-cron.${name} created`),
    );
    const { spec } = await cluster.client.schedules.get('debian.run-parts-cron.weekly');
    expect(spec).toMatchObject({
      ...{ timing: { cron: '47 6 * * 7', timeZone: 'UTC' }, overlap: 'allowAll', catchUp: 'none' },
      job: { exec: { user: 'root', env: { PATH: '/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin' } } },
    });
  }, 60_000);

  it('a crontab without a user column is of whoever imports it', async () => {
    const me = userInfo().username;
    const ended = await cluster.cli(['import', 'crontab', '-', '--pin', 'any', '--output', 'json'], {
      stdin: `@daily id -un > ${out}/me\n`,
    });
    expect(told(JSON.parse(ended.stdout) as ImportedLine[])).toEqual([`1 crontab-${me}.id created`]);
    await run(`crontab-${me}.id`);
    expect(await file('me')).toBe(`${me}\n`);
  }, 60_000);

  it('docs/schedules.md: each of its commands does what it is there for, and so does its file', async () => {
    const text = readFileSync(join(ROOT, 'docs', 'schedules.md'), 'utf8');
    const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', block = '']) => ({
      language,
      block,
    }));
    const commands = blocks.flatMap(({ block }) => block.split('\n').filter((line) => /(^|\| )synod /.test(line)));
    expect(commands.length).toBeGreaterThanOrEqual(12);
    const crontab = join(cluster.directory, 'backup');
    writeFileSync(crontab, '30 2 * * * daemon backup --all\n');
    for (const command of commands) {
      const said = await shell(command.replace('/etc/cron.d/backup', crontab));
      expect([command, said.status, said.stderr]).toEqual([command, 0, expect.any(String)]);
    }
    const [yaml] = blocks.filter(({ language }) => language === 'yaml');
    const path = join(cluster.directory, 'docs.yaml');
    writeFileSync(path, yaml?.block ?? '');
    expect(await cluster.cli(['submit', path])).toMatchObject({ status: 0 });
    expect((await cluster.client.schedules.get('backup')).spec).toMatchObject({ job: { retry: { maxAttempts: 3 } } });
    expect((await cluster.client.schedules.get('backup.backup')).spec).toMatchObject({
      job: { exec: { user: 'daemon' } },
    });
  }, 60_000);

  /** A line for a shell in which `synod` is the command line, and `crontab -l` somebody's crontab. */
  async function shell(line: string): Promise<Finished> {
    const script = `synod() { "$NODE" "$SYNOD" "$@"; }; crontab() { echo '@daily true'; }; ${line}`;
    const env = { NODE: process.execPath, SYNOD: appMain('cli'), SYNOD_ADDRESS: cluster.addresses.join(',') };
    return runToEnd('sh', ['-c', script], { env });
  }
});

function ofPasswd(name: string): [string, string] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((it) => it.startsWith(`${name}:`));
  return [name, line?.split(':')[5] ?? '/'];
}
