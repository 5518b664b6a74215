import { hostname } from 'node:os';
import { UsageError, type UsageCommand } from '@synod/config';
import { Option } from 'commander';
import { crontabSchedules } from '../crontab/crontab-schedules.js';
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
  readonly prefix: string;
  readonly timeZone?: string;
  readonly queue?: string;
  readonly dryRun?: boolean;
}

interface ImportedLine {
  readonly line: number;
  readonly scheduleId: string | null;
  /** created, updated, unchanged, planned or refused. */
  readonly change: string;
  readonly detail: string;
}

export function addImportCommand(root: UsageCommand, session: CliSession): void {
  const imports = root.command('import').summary('take over what another scheduler did');
  const command = imports
    .command('crontab')
    .summary('make a schedule of each line of a crontab')
    .description(
      'Keeps SHELL, PATH and other settings, CRON_TZ, the user column, and what follows % as standard input; MAILTO becomes a mail ' +
        'when a job fails. Jobs start whatever else runs, and missed ones are not made up for, as cron does it. The same file again ' +
        'changes only what differs. Lines that can’t be taken over are listed with their numbers; the others are imported, and the exit status is 1.',
    )
    .argument(
      '<file>',
      'the crontab, or - for the standard input, as in: crontab -l | synod import crontab - --pin any',
    )
    .option('--system', 'with a user column, as /etc/crontab and /etc/cron.d have')
    .option('--host <name>', 'with --pin host: another host than this one')
    .option('--prefix <text>', 'in front of the ids of the schedules', 'crontab.')
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
    await importCrontab(session, Buffer.from(bytes).toString('utf8'), flags);
  });
}

async function importCrontab(session: CliSession, text: string, flags: ImportFlags): Promise<void> {
  const { schedules, problems } = crontabSchedules(parseCrontab(text, { system: flags.system === true }), {
    prefix: flags.prefix,
    timeZone: flags.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    host: pinnedTo(flags),
    queue: flags.queue,
    nowMs: Date.now(),
  });
  const lines: ImportedLine[] = problems.map(({ line, message }) => ({
    ...{ line, scheduleId: null, change: 'refused', detail: message },
  }));
  for (const schedule of schedules) lines.push(await take(session, schedule, flags.dryRun === true));
  lines.sort((left, right) => left.line - right.line);
  if (problems.length > 0) session.exitStatus = 1;
  const columns = [
    { title: 'line', value: (it: ImportedLine) => `${it.line}`, align: 'right' as const },
    { title: 'schedule', value: (it: ImportedLine) => it.scheduleId ?? '-' },
    { title: 'change', value: (it: ImportedLine) => it.change },
    { title: 'what', value: (it: ImportedLine) => it.detail, shrinks: true },
  ];
  await session.showList(lines, columns, 'the file has no jobs');
  if (flags.pin === 'host' && schedules.length > 0) {
    session.note(
      `these jobs run on workers with the label host=${pinnedTo(flags) ?? ''} only: synod-worker-agent --labels host=…`,
    );
  }
}

async function take(session: CliSession, schedule: ImportedSchedule, dryRun: boolean): Promise<ImportedLine> {
  const { line, scheduleId, spec, nextMs } = schedule;
  const mails = spec.job.onFailure === undefined ? '' : '; a mail on failure';
  const detail = `${timingText(spec.timing)}, next ${localTime(nextMs)}${mails}`;
  if (dryRun) return { line, scheduleId, change: 'planned', detail };
  const { change } = await session.client.schedules.set(scheduleId, spec);
  return { line, scheduleId, change, detail };
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
