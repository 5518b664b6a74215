import { posix } from 'node:path';
import type { JobSpec, ScheduleSpec } from '@synod/client';
import { CronError, nominalTimes } from '@synod/cron';
import type { Crontab, CrontabEntry, CrontabProblem } from './parse-crontab.js';

/** A schedule that stands for a line of a crontab. */
export interface ImportedSchedule {
  readonly line: number;
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  /** The next time at which it fires. */
  readonly nextMs: number | undefined;
}

export interface ImportOptions {
  /** In front of each id. */
  readonly prefix: string;
  /** Where no CRON_TZ says otherwise: the zone in which cron read the file. */
  readonly timeZone: string;
  /** Jobs run on workers with the label `host` of this value; undefined: on any. */
  readonly host: string | undefined;
  readonly queue: string | undefined;
  readonly nowMs: number;
}

/** What cron itself sets, unless the file does. */
const DEFAULT_SHELL = '/bin/sh';
const DEFAULT_PATH = '/usr/bin:/bin';

/**
 * Schedules that do what cron did: jobs start whatever else runs, and what was missed isn't made up for. Ids come from commands, so
 * that an edited file, imported again, changes the schedules that it made before.
 */
export function crontabSchedules(
  crontab: Crontab,
  options: ImportOptions,
): { readonly schedules: readonly ImportedSchedule[]; readonly problems: readonly CrontabProblem[] } {
  const schedules: ImportedSchedule[] = [];
  const problems = [...crontab.problems];
  const taken = new Map<string, number>();
  for (const entry of crontab.entries) {
    const timing = timingOf(entry, options);
    const scheduleId = idOf(entry, options.prefix, taken);
    try {
      const nextMs = nominalTimes({
        kind: 'cron',
        expression: timing.cron,
        timeZone: timing.timeZone,
        dst: 'cron',
      }).next(options.nowMs);
      const spec: ScheduleSpec = {
        timing,
        job: jobOf(entry, scheduleId, options),
        overlap: 'allowAll',
        catchUp: 'none',
      };
      schedules.push({ line: entry.line, scheduleId, spec, nextMs });
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      problems.push({ line: entry.line, message: error.message });
    }
  }
  return { schedules, problems: problems.sort((left, right) => left.line - right.line) };
}

function timingOf({ expression, settings }: CrontabEntry, { timeZone }: ImportOptions) {
  const { CRON_TZ: ownZone = '' } = settings;
  return { cron: expression, timeZone: ownZone === '' ? timeZone : ownZone };
}

/** From the name of the program; the second line of a name gets `-2`. */
function idOf({ command }: CrontabEntry, prefix: string, taken: Map<string, number>): string {
  const [program = ''] = command.trim().split(/\s+/);
  const name =
    posix
      .basename(program)
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'job';
  const number = (taken.get(name) ?? 0) + 1;
  taken.set(name, number);
  return `${prefix}${name.slice(0, 80)}${number === 1 ? '' : `-${number}`}`;
}

function jobOf(entry: CrontabEntry, scheduleId: string, { host, queue }: ImportOptions): JobSpec {
  const { MAILTO: mailTo = '', CRON_TZ: _, ...settings } = entry.settings;
  const { SHELL: shell = DEFAULT_SHELL, HOME: home } = settings;
  const user = entry.user;
  const env = {
    PATH: DEFAULT_PATH,
    ...(user === undefined ? {} : { LOGNAME: user, USER: user }),
    ...settings,
    SHELL: shell,
  };
  const where = {
    ...(host === undefined ? {} : { workerLabels: { host } }),
    ...(queue === undefined ? {} : { queue }),
  };
  return {
    ...where,
    labels: { crontab: `line-${entry.line}` },
    exec: {
      command: shell,
      args: ['-c', entry.command],
      env,
      ...(home === undefined ? {} : { cwd: home }),
      ...(user === undefined ? {} : { user }),
      ...(entry.stdin === undefined ? {} : { stdin: Buffer.from(entry.stdin) }),
    },
    ...(mailTo === '' ? {} : { onFailure: { ...where, exec: mailOf(mailTo, scheduleId) } }),
  };
}

/** Cron mails whatever a job writes; here a mail says that one failed, and where its output is. */
function mailOf(mailTo: string, scheduleId: string) {
  const lines = [
    'To: $MAILTO',
    `Subject: Synod: a job of ${scheduleId} failed`,
    '',
    'Job $SYNOD_FAILED_JOB_ID failed. Its output: synod job logs $SYNOD_FAILED_JOB_ID',
  ];
  const script = `printf '%s\\n' ${lines.map((line) => `"${line}"`).join(' ')} | /usr/sbin/sendmail -oi -- "$MAILTO"`;
  return { command: '/bin/sh', args: ['-c', script], env: { MAILTO: mailTo, PATH: `${DEFAULT_PATH}:/usr/sbin` } };
}
