import type { JobSpec, ScheduleSpec } from '@synod/client';
import { option, UsageError, type UsageCommand } from '@synod/config';
import { Option } from 'commander';
import { checked, withExamples } from '../flags.js';
import { addHttpFlags, httpSpec, type HttpFlags } from '../http-options.js';
import { addJobFlags, execSpec, jobOptions, type JobFlags } from '../job-options.js';
import {
  addRulesFlags,
  addTimingFlags,
  noTiming,
  rulesOf,
  timeFlag,
  timingOf,
  type RulesFlags,
  type TimingFlags,
} from '../schedule-options.js';
import { timeInZone } from '../output/schedule-text.js';
import type { CliSession } from '../session.js';

interface CreateFlags extends JobFlags, HttpFlags, TimingFlags, RulesFlags {
  readonly handler?: string;
  readonly payload?: string;
  readonly ifRevision?: number;
  readonly paused?: boolean;
}

const revision = option.integer({ summary: '', min: 0, max: Number.MAX_SAFE_INTEGER, unit: 'count' });
const previewCount = option.integer({ summary: '', min: 1, max: 1_000, unit: 'count' });

export function addCreate(schedule: UsageCommand, session: CliSession): void {
  const command = schedule
    .command('create')
    .summary('make a schedule, or change the one of this id')
    .usage('[options] <id> -- <command> [arguments…]  |  <id> --http <url>  |  <id> --handler <name>')
    .argument('<id>', 'id of the schedule')
    .argument('[command...]', 'the command and its arguments, behind --')
    .option('--handler <name>', 'handler of an SDK worker to run instead of a command')
    .option('--payload <text>', 'what the handler is given')
    .option('--paused', 'make it paused');
  const ifRevision = 'only if it is at this revision; 0: only if it does not exist';
  command.addOption(new Option('--if-revision <n>', ifRevision).argParser(checked('--if-revision', revision)));
  addTimingFlags(command);
  addRulesFlags(command);
  addJobFlags(addHttpFlags(command));
  withExamples(command, [
    [
      'synod schedule create backup --cron "30 2 * * *" --time-zone Europe/Berlin -- /usr/local/bin/backup',
      'each night',
    ],
    ['synod schedule create poll --every 30s --overlap bufferOne -- ./poll.sh', 'each half minute, one at a time'],
  ]);
  command.action(async (id: string, words: string[], flags: CreateFlags) => {
    const timing = timingOf(flags);
    if (timing === undefined) throw noTiming();
    if (flags.idempotencyKey !== undefined || flags.idempotencyKeyLifetime !== undefined) throw noKey();
    const spec: ScheduleSpec = { timing, job: await jobOf(session, words, flags), ...rulesOf(flags) };
    const { ifRevision: revisionAsked, paused = false } = flags;
    const condition = revisionAsked === undefined ? {} : { ifRevision: revisionAsked };
    const set = await session.client.schedules.set(id, spec, { paused, ...condition });
    await session.show({ scheduleId: id, ...set }, () => `${id} is ${set.change} (revision ${set.revision})\n`);
  });
}

async function jobOf(session: CliSession, words: readonly string[], flags: CreateFlags): Promise<JobSpec> {
  const request = await httpSpec(session, words, flags);
  if (request !== undefined) return request;
  const { handler, payload } = flags;
  if (handler === undefined) return execSpec(words, flags, undefined);
  return { ...jobOptions(flags), handler: { handler, payload: Buffer.from(payload ?? '') } };
}

function noKey(): UsageError {
  return new UsageError(
    { code: 'invalidCombination', option: '--idempotency-key' },
    '--idempotency-key is for one job; a schedule fires once for each of its times anyway',
  );
}

interface PreviewFlags extends TimingFlags {
  readonly count?: number;
  readonly after?: number;
}

export function addPreview(schedule: UsageCommand, session: CliSession): void {
  const command = schedule
    .command('preview')
    .summary('the next times of a schedule, or of a timing that is none yet')
    .argument('[id]', 'id of the schedule; else say when with --cron or --every');
  command.addOption(new Option('-n, --count <n>', 'how many (default 10)').argParser(checked('--count', previewCount)));
  command.addOption(new Option('--after <time>', 'after this time (default now)').argParser(timeFlag('--after')));
  addTimingFlags(command);
  withExamples(command, [
    [
      'synod schedule preview --cron "30 2 * * *" --time-zone Europe/Berlin --after 2027-03-26',
      'over a change of the clock',
    ],
  ]);
  command.action(async (id: string | undefined, flags: PreviewFlags) => {
    const timing = timingOf(flags);
    const of = id ?? timing;
    if (of === undefined) throw noTiming();
    if (id !== undefined && timing !== undefined) {
      throw new UsageError({ code: 'invalidCombination', option: '--cron' }, 'give an id, or say when; not both');
    }
    const { count = 10, after } = flags;
    const times = await session.client.schedules.preview(of, {
      count,
      ...(after === undefined ? {} : { afterMs: after }),
    });
    const zoned = timing ?? (await session.client.schedules.get(id ?? '')).spec.timing;
    const zone = 'cron' in zoned ? (zoned.timeZone ?? 'UTC') : 'UTC';
    const rows = times.map((nominalMs) => ({ nominalMs, time: new Date(nominalMs).toISOString() }));
    const columns = [
      { title: `time (${zone})`, value: (row: (typeof rows)[number]) => timeInZone(row.nominalMs, zone) },
      { title: 'UTC', value: (row: (typeof rows)[number]) => row.time },
    ];
    await session.showList(rows, columns, 'it is never due again');
  });
}
