import { crontabSchedules } from './crontab-schedules.js';
import type { ImportOptions } from './crontab-schedules.js';
import { parseCrontab } from './parse-crontab.js';

const OPTIONS: ImportOptions = {
  prefix: 'crontab.',
  timeZone: 'Europe/Berlin',
  host: undefined,
  queue: undefined,
  nowMs: Date.UTC(2026, 0, 1),
};

function imported(text: string, { system = false, ...changes }: Partial<ImportOptions> & { system?: boolean } = {}) {
  return crontabSchedules(parseCrontab(text, { system }), { ...OPTIONS, ...changes });
}

const execOf = (text: string, system = false) => {
  const job = imported(text, { system }).schedules[0]?.spec.job;
  return job !== undefined && 'exec' in job ? job.exec : undefined;
};

describe('a line of a crontab', () => {
  it('becomes a schedule that does what cron did', () => {
    const { schedules, problems } = imported('# backups\n\n 30 2 * * 1-5\t/usr/local/bin/backup --all > /dev/null\n');
    expect(problems).toEqual([]);
    expect(schedules).toEqual([
      {
        line: 3,
        scheduleId: 'crontab.backup',
        nextMs: Date.UTC(2026, 0, 1, 1, 30),
        spec: {
          timing: { cron: '30 2 * * 1-5', timeZone: 'Europe/Berlin' },
          overlap: 'allowAll',
          catchUp: 'none',
          job: {
            labels: { crontab: 'line-3' },
            exec: {
              command: '/bin/sh',
              args: ['-c', '/usr/local/bin/backup --all > /dev/null'],
              env: { PATH: '/usr/bin:/bin', SHELL: '/bin/sh' },
            },
          },
        },
      },
    ]);
  });

  it.each([
    ['date +\\%F', 'date +%F', undefined],
    ['mail root%hello%there', 'mail root', 'hello\nthere\n'],
    ['cat%100\\%%', 'cat', '100%\n'],
    ['cat%', 'cat', '\n'],
    ['echo \\\\n', 'echo \\\\n', undefined],
  ])('%s runs "%s" with standard input %j', (text, command, stdin) => {
    const exec = execOf(`* * * * * ${text}`);
    expect(exec?.args).toEqual(['-c', command]);
    expect(exec?.stdin === undefined ? undefined : Buffer.from(exec.stdin).toString()).toBe(stdin);
  });

  it('has the settings above it, and not those below', () => {
    const text = `SHELL=/bin/bash\nPATH = "/opt/bin:/bin"\nHOME=/srv\nLANG='C'\n@daily first\nPATH=/x\nCRON_TZ=Asia/Kolkata\n@daily second`;
    const { schedules } = imported(text);
    const [first, second] = schedules.map(({ spec }) => spec);
    expect(first?.job).toMatchObject({
      exec: {
        command: '/bin/bash',
        cwd: '/srv',
        env: { SHELL: '/bin/bash', PATH: '/opt/bin:/bin', HOME: '/srv', LANG: 'C' },
      },
    });
    expect(first?.timing).toMatchObject({ timeZone: 'Europe/Berlin' });
    expect(second?.job).toMatchObject({ exec: { env: { PATH: '/x' } } });
    expect(second?.timing).toMatchObject({ timeZone: 'Asia/Kolkata' });
    expect(JSON.stringify(second?.job)).not.toContain('CRON_TZ');
  });

  it('has a user in a system crontab', () => {
    expect(execOf('17 * * * *  www-data  cd / && run-parts /etc/cron.hourly', true)).toMatchObject({
      user: 'www-data',
      args: ['-c', 'cd / && run-parts /etc/cron.hourly'],
      env: { LOGNAME: 'www-data' },
    });
    expect(execOf('@daily root clean', true)).toMatchObject({ user: 'root', args: ['-c', 'clean'] });
  });

  it('mails when it fails, to whom MAILTO says, and to nobody when that is empty', () => {
    const { schedules } = imported('MAILTO=ops@example.org\n@daily a\nMAILTO=""\n@daily b');
    const [mailing, silent] = schedules.map(({ spec }) => spec.job.onFailure);
    expect(mailing).toMatchObject({ exec: { env: { MAILTO: 'ops@example.org' } } });
    expect(JSON.stringify(mailing)).toContain('SYNOD_FAILED_JOB_ID');
    expect(silent).toBeUndefined();
  });

  it('runs where it is told to', () => {
    const [schedule] = imported('@daily a', { host: 'box', queue: 'night' }).schedules;
    expect(schedule?.spec.job).toMatchObject({ workerLabels: { host: 'box' }, queue: 'night' });
  });

  it('has an id of its command, and a number where another has the same', () => {
    const ids = imported('@daily /a/run.sh x\n@daily [ -x /y ] && z\n@daily run.sh\n@daily ./run.sh').schedules;
    expect(ids.map(({ scheduleId }) => scheduleId)).toEqual([
      'crontab.run.sh',
      'crontab.job',
      'crontab.run.sh-2',
      'crontab.run.sh-3',
    ]);
  });

  it.each([
    ['@reboot /start', 'no reboot'],
    ['70 * * * * x', 'field minute'],
    ['* * * * *', 'five fields'],
    ['@daily', 'a macro'],
    ['0 0 31 2 * x', 'never due'],
    ['CRON_TZ=Europe/Atlantis\n@daily x', 'Europe/Atlantis'],
  ])('%j is refused with its line, and the others are taken', (text, why) => {
    const { schedules, problems } = imported(`@hourly before\n${text}`);
    expect(schedules.map(({ scheduleId }) => scheduleId)).toEqual(['crontab.before']);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(text.split('\n').length + 1);
    expect(problems[0]?.message).toContain(why);
  });
});
