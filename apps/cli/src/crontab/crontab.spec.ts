import fc from 'fast-check';
import { crontabSchedules } from './crontab-schedules.js';
import type { ImportOptions } from './crontab-schedules.js';
import { parseCrontab } from './parse-crontab.js';

const OPTIONS: ImportOptions = {
  prefix: 'crontab.',
  timeZone: 'Europe/Berlin',
  host: undefined,
  queue: undefined,
  user: undefined,
  nowMs: Date.UTC(2026, 0, 1),
};

function imported(text: string, { system = false, ...changes }: Partial<ImportOptions> & { system?: boolean } = {}) {
  return crontabSchedules(parseCrontab(text, { system }), { ...OPTIONS, ...changes });
}

/** What `sh -c` gets before shell and command: the way home. */
const FROM_HOME = ['-c', 'cd "$HOME" 2>/dev/null; exec "$0" -c "$1"'];

/** The two loops of cron's do_command.c, character by character. */
function asCronDoes(line: string): { command: string; stdin: string } {
  const command: string[] = [];
  let at = 0;
  for (let escaped = false; at < line.length; at += 1) {
    const it = line[at] as string;
    if (it === '%' && !escaped) break;
    if (escaped && (it === '%' || it === '\\')) command.pop();
    command.push(it);
    escaped = it === '\\' && !escaped;
  }
  let stdin = '';
  let escaped = false;
  for (const it of line.slice(at + 1)) {
    if (escaped && it !== '%') stdin += '\\';
    if (it !== '\\') stdin += it === '%' && !escaped ? '\n' : it;
    escaped = it === '\\';
  }
  return { command: command.join(''), stdin: stdin === '' || stdin.endsWith('\n') ? stdin : `${stdin}\n` };
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
        command: '/usr/local/bin/backup --all > /dev/null',
        nextMs: Date.UTC(2026, 0, 1, 1, 30),
        spec: {
          timing: { cron: '30 2 * * 1-5', timeZone: 'Europe/Berlin' },
          overlap: 'allowAll',
          catchUp: 'none',
          job: {
            labels: { source: 'crontab' },
            exec: {
              command: '/bin/sh',
              args: [...FROM_HOME, '/bin/sh', '/usr/local/bin/backup --all > /dev/null'],
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
    ['cat%', 'cat', undefined],
    ['cat%%', 'cat', '\n'],
    // Of two backslashes cron leaves one, whatever follows.
    ['echo a\\\\n', 'echo a\\n', undefined],
    ['echo \\\\%a', 'echo \\', 'a\n'],
    ['tr a "\\n"%aa', 'tr a "\\n"', 'aa\n'],
    ['cat%  two spaces  ', 'cat', '  two spaces  \n'],
  ])('%s runs "%s" with standard input %j', (text, command, stdin) => {
    const exec = execOf(`* * * * * ${text}`);
    expect(exec?.args).toEqual([...FROM_HOME, '/bin/sh', command]);
    expect(exec?.stdin === undefined ? undefined : Buffer.from(exec.stdin).toString()).toBe(stdin);
  });

  it('is taken apart as cron takes it apart, whatever percents and backslashes it has', () => {
    const texts = fc.array(fc.constantFrom('%', '\\', 'a', ' b'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(texts, (parts) => {
        // Behind a backslash at the very end cron forgets the end of the line.
        const text = `x${parts.join('')}y`;
        const exec = execOf(`* * * * * ${text}`);
        const stdin = exec?.stdin === undefined ? '' : Buffer.from(exec.stdin).toString();
        expect({ command: exec?.args?.at(-1), stdin }).toEqual(asCronDoes(text));
      }),
    );
  });

  it('has the settings above it, and not those below', () => {
    const text = `SHELL=/bin/bash\nPATH = "/opt/bin:/bin"\nHOME=/srv\nLANG='C'\nLOGNAME=nobody\nmy.name=x\n@daily first\nPATH=/x\nCRON_TZ=Asia/Kolkata\n@daily second`;
    const { schedules } = imported(text);
    const [first, second] = schedules.map(({ spec }) => spec);
    expect(first?.job).toMatchObject({
      exec: {
        args: [...FROM_HOME, '/bin/bash', 'first'],
        env: { SHELL: '/bin/bash', PATH: '/opt/bin:/bin', HOME: '/srv', LANG: 'C', 'my.name': 'x' },
      },
    });
    expect(first?.timing).toMatchObject({ timeZone: 'Europe/Berlin' });
    expect(second?.job).toMatchObject({ exec: { env: { PATH: '/x' } } });
    expect(second?.timing).toMatchObject({ timeZone: 'Asia/Kolkata' });
    // cron says whose job it is, and nothing in the file does.
    expect(JSON.stringify(first?.job)).not.toContain('LOGNAME');
  });

  it('has a user in a system crontab', () => {
    expect(execOf('17 * * * *  www-data  cd / && run-parts /etc/cron.hourly', true)).toMatchObject({
      user: 'www-data',
      args: [...FROM_HOME, '/bin/sh', 'cd / && run-parts /etc/cron.hourly'],
    });
    expect(execOf('@daily root clean', true)).toMatchObject({ user: 'root', args: [...FROM_HOME, '/bin/sh', 'clean'] });
  });

  it('is of the user it is told without one, whom the mail is of as well', () => {
    const [schedule] = imported('MAILTO=x@example.org\n@daily a', { user: 'alice' }).schedules;
    expect(schedule?.spec.job).toMatchObject({ exec: { user: 'alice' }, onFailure: { exec: { user: 'alice' } } });
    const [ofColumn] = imported('@daily bob a', { user: 'alice', system: true }).schedules;
    expect(ofColumn?.spec.job).toMatchObject({ exec: { user: 'bob' } });
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
      ...['crontab.run.sh', 'crontab.z', 'crontab.run.sh-2', 'crontab.run.sh-3'],
    ]);
  });

  it.each([
    ['cd / && run-parts --report /etc/cron.hourly', 'run-parts-cron.hourly'],
    ['test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }', 'run-parts-cron.daily'],
    ['command -v debian-sa1 > /dev/null && debian-sa1 1 1', 'debian-sa1'],
    ['if [ -x /usr/bin/x ]; then /usr/bin/x -q; fi', 'x'],
    ['LANG=C A=1 nice -n 10 backup', 'nice'],
    ['[ -x /a ]', 'job'],
    ['"my prog"', 'my'],
  ])('%s is called %s', (command, name) => {
    expect(imported(`@daily ${command}`).schedules.map(({ scheduleId }) => scheduleId)).toEqual([`crontab.${name}`]);
  });

  it('is the same schedule whatever comments and lines stand above it', () => {
    const [one] = imported('@daily a').schedules;
    const [other, two] = imported('# more\n\n@hourly z\n@daily a').schedules;
    expect(other?.scheduleId).toBe('crontab.z');
    expect({ ...two, line: 0 }).toEqual({ ...one, line: 0 });
  });

  it.each([
    ['@reboot /start', 'no reboot'],
    ['70 * * * * x', 'field minute'],
    ['* * * * *', 'five fields'],
    ['* * * * *  ', 'five fields'],
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
