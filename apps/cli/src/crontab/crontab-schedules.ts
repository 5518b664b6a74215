import { posix } from 'node:path';
import type { JobSpec, ScheduleSpec } from '@synod/client';
import { CronError, nominalTimes } from '@synod/cron';
import type { Crontab, CrontabEntry, CrontabProblem } from './parse-crontab.js';

/** A schedule that stands for a line of a crontab. */
export interface ImportedSchedule {
  readonly line: number;
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  /** As the line has it, for people. */
  readonly command: string;
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
  /** Of whom the jobs are where the crontab has no user column; undefined: of whoever the agent runs as. */
  readonly user: string | undefined;
  readonly nowMs: number;
}

// An id has 128 characters.
const MAX_PREFIX = 60;
const MAX_NAME = 60;
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
      schedules.push({ line: entry.line, scheduleId, spec, command: entry.command, nextMs });
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

/** What stands before the program that a line is there for: directories, conditions, settings, brackets. */
const BEFORE_PROGRAM = [
  /^[({!]\s*/,
  /^cd(\s+[^\s;&|]+)?\s*(&&|;)\s*/,
  /^(\[\[?|test|command)\s[^&|;]*(&&|\|\||;)\s*/,
  /^if\s[^;]*;\s*then\s+/,
  /^[A-Za-z_][A-Za-z0-9_]*=\S*\s+/,
  /^(exec|nohup|env)\s+/,
];

/** From the name of the program; the second line of a name gets `-2`. */
function idOf({ command }: CrontabEntry, prefix: string, taken: Map<string, number>): string {
  const words = programOf(command.trim()).split(/\s+/);
  const program = posix.basename(words[0] ?? '');
  // run-parts says nothing; what it runs does.
  const folder = program === 'run-parts' ? words.slice(1).find((word) => word.startsWith('/')) : undefined;
  const name = safeId(folder === undefined ? program : `${program}-${posix.basename(folder)}`, 'job');
  const number = (taken.get(name) ?? 0) + 1;
  taken.set(name, number);
  return `${prefix.slice(0, MAX_PREFIX)}${name.slice(0, MAX_NAME)}${number === 1 ? '' : `-${number}`}`;
}

function programOf(command: string): string {
  for (let rest = command; ;) {
    const before = BEFORE_PROGRAM.map((pattern) => pattern.exec(rest)).find((match) => match !== null);
    if (before === undefined || before[0].length === rest.length) return rest;
    rest = rest.slice(before[0].length);
  }
}

/** With the characters that an id may have. */
export function safeId(text: string, otherwise: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '') || otherwise;
}

/**
 * The command as cron runs it: by the crontab's shell, in the home directory, with the crontab's settings. `$HOME` is known where it
 * runs, so that the way there is part of the command.
 */
function jobOf(entry: CrontabEntry, scheduleId: string, options: ImportOptions): JobSpec {
  const { host, queue } = options;
  // cron lets nobody set whose job it is.
  const { LOGNAME: _, ...settings } = entry.settings;
  const { MAILTO: mailTo = '', SHELL: shell = DEFAULT_SHELL, PATH: path = DEFAULT_PATH } = settings;
  const user = entry.user ?? options.user;
  const where = {
    ...(host === undefined ? {} : { workerLabels: { host } }),
    ...(queue === undefined ? {} : { queue }),
  };
  const as = user === undefined ? {} : { user };
  return {
    ...where,
    labels: { source: 'crontab' },
    exec: {
      command: DEFAULT_SHELL,
      args: ['-c', FROM_HOME, shell, entry.command],
      env: { ...settings, PATH: path, SHELL: shell },
      ...as,
      ...(entry.stdin === undefined ? {} : { stdin: Buffer.from(entry.stdin) }),
    },
    ...(mailTo === '' ? {} : { onFailure: { ...where, exec: { ...mailOf(mailTo, path, scheduleId), ...as } } }),
  };
}

/** As cron does: a home that isn't there is no reason not to run. */
const FROM_HOME = 'cd "$HOME" 2>/dev/null; exec "$0" -c "$1"';

/** Cron mails whatever a job writes; here a mail says that one failed, and where its output is. */
function mailOf(mailTo: string, path: string, scheduleId: string) {
  const lines = [
    'To: $MAILTO',
    `Subject: Synod: a job of ${scheduleId} failed`,
    '',
    'Job $SYNOD_FAILED_JOB_ID failed. Its output: synod job logs $SYNOD_FAILED_JOB_ID',
  ];
  const script = `printf '%s\\n' ${lines.map((line) => `"${line}"`).join(' ')} | sendmail -oi -t`;
  return { command: '/bin/sh', args: ['-c', script], env: { MAILTO: mailTo, PATH: `${path}:/usr/sbin:/usr/lib` } };
}
