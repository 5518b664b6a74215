import { hostname, userInfo } from 'node:os';
import { basename } from 'node:path';
import type { ScheduleSpec } from '@synod/client';
import { UsageError, type UsageCommand } from '@synod/config';
import { Option } from 'commander';
import { crontabSchedules, safeId } from '../crontab/crontab-schedules.js';
import type { ImportedSchedule } from '../crontab/crontab-schedules.js';
import { parseCrontab } from '../crontab/parse-crontab.js';
import { withExamples } from '../flags.js';
import { readFlagFile } from '../job-options.js';
import { timingText } from '../output/schedule-text.js';
import { localTime } from '../output/times.js';
import type { CliSession } from '../session.js';
import { readStdin } from '../stdin.js';

interface ImportFlags {
  readonly system?: boolean;
  readonly pin?: 'host' | 'any';
  readonly host?: string;
  readonly prefix?: string;
  readonly timeZone?: string;
  readonly queue?: string;
  /** False: --no-user. */
  readonly user?: string | false;
  readonly dryRun?: boolean;
}

/** What became of a line of the file, or of a schedule that no line stands for any more. */
interface ImportedLine {
  readonly line: number | null;
  readonly scheduleId: string | null;
  /** created, updated, unchanged, planned, refused or left. */
  readonly change: string;
  readonly detail: string;
  readonly spec?: ScheduleSpec;
}

export function addImportCommand(root: UsageCommand, session: CliSession): void {
  const imports = root.command('import').summary('take over what another scheduler did');
  const command = imports
    .command('crontab')
    .summary('make a schedule of each line of a crontab')
    .description(
      'Keeps SHELL, PATH and other settings, CRON_TZ, the user (--system: of the column, else whoever imports), the home directory, and ' +
        'what follows % as standard input; MAILTO becomes a mail when a job fails. Jobs start whatever else runs, and missed ones are ' +
        'not made up for, as cron does it. The same file again changes only what differs; schedules of lines that are gone are named, and ' +
        'left. Lines that can’t be taken over are listed with their numbers; the others are imported, and the exit status is 1. ' +
        'Take the lines out of the crontab then: else both run them.',
    )
    .argument(
      '<file>',
      'the crontab, or - for the standard input, as in: crontab -l | synod import crontab - --pin any',
    )
    .option('--system', 'with a user column, as /etc/crontab and /etc/cron.d have')
    .option('--user <name>', 'without a user column: run the jobs as this user (default: whoever imports)')
    .option('--no-user', 'without a user column: run the jobs as the user of the worker agent')
    .option('--host <name>', 'with --pin host: another host than this one')
    .option('--prefix <text>', 'in front of the ids of the schedules (default: host if pinned, and name of the file)')
    .option('--time-zone <name>', 'zone of the times where no CRON_TZ says (default: of this host)')
    .option('--queue <name>', 'queue of the jobs')
    .option('--dry-run', 'only show what would be made');
  command.addOption(
    new Option('--pin <where>', 'host: only on workers with the label host=<this host>; any: on every worker').choices([
      'host',
      'any',
    ]),
  );
  withExamples(command, [
    ['crontab -l | synod import crontab - --pin host --dry-run', 'what would be made of this user’s crontab'],
    ['synod import crontab /etc/cron.d/backup --system --pin any', 'for all workers to share'],
  ]);
  command.action(async (file: string, flags: ImportFlags) => {
    const bytes = file === '-' ? await readStdin(session.io) : readFlagFile('<file>', file);
    await importCrontab(session, file, Buffer.from(bytes).toString('utf8'), flags);
  });
}

async function importCrontab(session: CliSession, file: string, text: string, flags: ImportFlags): Promise<void> {
  const system = flags.system === true;
  const host = pinnedTo(flags);
  const user = userOf(flags);
  const prefix = flags.prefix ?? prefixOf(file, host, user);
  const { schedules, problems } = crontabSchedules(parseCrontab(text, { system }), {
    ...{ prefix, host, user, queue: flags.queue },
    timeZone: flags.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    nowMs: Date.now(),
  });
  const lines: ImportedLine[] = problems.map(({ line, message }) => ({
    ...{ line, scheduleId: null, change: 'refused', detail: message },
  }));
  const dryRun = flags.dryRun === true;
  for (const schedule of schedules) lines.push(await take(session, schedule, dryRun));
  lines.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
  if (!dryRun) lines.push(...(await left(session, prefix, new Set(schedules.map(({ scheduleId }) => scheduleId)))));
  if (problems.length > 0) session.exitStatus = 1;
  const columns = [
    { title: 'line', value: (it: ImportedLine) => `${it.line ?? '-'}`, align: 'right' as const },
    { title: 'schedule', value: (it: ImportedLine) => it.scheduleId ?? '-' },
    { title: 'change', value: (it: ImportedLine) => it.change },
    { title: 'what', value: (it: ImportedLine) => it.detail, shrinks: true },
  ];
  await session.showList(lines, columns, 'the file has no jobs');
  if (schedules.length === 0) return;
  if (host !== undefined) {
    session.note(`these jobs run on workers with the label host=${host} only: synod-worker-agent --labels host=…`);
  }
  if (problems.length > 0) session.note(`${problems.length} lines are not taken over: cron has to keep them`);
}

async function take(session: CliSession, schedule: ImportedSchedule, dryRun: boolean): Promise<ImportedLine> {
  const { line, scheduleId, spec } = schedule;
  const about = { line, scheduleId, detail: detailOf(schedule), spec };
  if (dryRun) return { ...about, change: 'planned' };
  const { change } = await session.client.schedules.set(scheduleId, spec);
  return { ...about, change };
}

/** Who imports a file once more, after a line was taken out of it, hears of the schedule that it had made. */
async function left(session: CliSession, prefix: string, made: ReadonlySet<string>): Promise<ImportedLine[]> {
  const lines: ImportedLine[] = [];
  for await (const { scheduleId, spec } of session.client.schedules.list()) {
    const isOfFile = scheduleId.startsWith(prefix) && spec.job.labels?.['source'] === 'crontab';
    if (!isOfFile || made.has(scheduleId)) continue;
    const detail = `not in the file (any more): synod schedule delete ${scheduleId}`;
    lines.push({ line: null, scheduleId, change: 'left', detail });
  }
  return lines;
}

function detailOf({ spec: { timing, job }, nextMs, command }: ImportedSchedule): string {
  const exec = 'exec' in job ? job.exec : undefined;
  const parts = [
    timingText(timing),
    ...(exec?.user === undefined ? [] : [`as ${exec.user}`]),
    command,
    ...(exec?.stdin === undefined ? [] : [`${exec.stdin.length} bytes of standard input`]),
    ...(job.onFailure === undefined ? [] : ['a mail on failure']),
    `next ${localTime(nextMs)}`,
  ];
  return parts.join('; ');
}

function userOf({ system, user }: ImportFlags): string | undefined {
  if (system === true) {
    if (typeof user !== 'string') return undefined;
    throw new UsageError({ code: 'invalidCombination', option: '--user' }, '--user: with --system the column says who');
  }
  return user === false ? undefined : (user ?? userInfo().username);
}

/** What tells the schedules of one file from those of another: two hosts have each their own /etc/crontab. */
function prefixOf(file: string, host: string | undefined, user: string | undefined): string {
  const name = file === '-' ? `crontab${user === undefined ? '' : `-${user}`}` : basename(file);
  return `${host === undefined ? '' : `${safeId(host, 'host').slice(0, 30)}.`}${safeId(name, 'crontab').slice(0, 28)}.`;
}

function pinnedTo({ pin, host }: ImportFlags): string | undefined {
  if (pin === undefined) {
    throw new UsageError(
      { code: 'missingValue', option: '--pin' },
      'say where the jobs may run: --pin host (they need files of this host) or --pin any',
    );
  }
  if (pin === 'host') return host ?? hostname();
  if (host === undefined) return undefined;
  throw new UsageError({ code: 'invalidCombination', option: '--host' }, '--host belongs to --pin host');
}
