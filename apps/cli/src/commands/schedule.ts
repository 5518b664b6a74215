import type { FiringDecision, OverlapPolicy, Schedule } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { Option } from 'commander';
import { checked, withExamples } from '../flags.js';
import { OVERLAP_POLICIES, timeFlag } from '../schedule-options.js';
import { ledgerColumns, scheduleText, timingText } from '../output/schedule-text.js';
import { localTime } from '../output/times.js';
import type { CliSession } from '../session.js';
import { addCreate, addPreview } from './schedule-create.js';

const revision = option.integer({ summary: '', min: 0, max: Number.MAX_SAFE_INTEGER, unit: 'count' });

interface RevisionFlags {
  readonly ifRevision?: number;
}

/** `synod schedule …`. */
export function addScheduleCommand(root: UsageCommand, session: CliSession): void {
  const schedule = root
    .command('schedule')
    .summary('jobs that are submitted again and again')
    .description(
      'Jobs that are submitted again and again: by a cron expression in a time zone, or at even intervals. Each time is decided once, ' +
        'whoever leads, and the ledger says what became of it. Files of schedules: synod submit FILE.yaml; a crontab: synod import crontab. ' +
        'All about them: docs/schedules.md',
    );
  addCreate(schedule, session);
  addList(schedule, session);
  addShow(schedule, session);
  addLedger(schedule, session);
  addPreview(schedule, session);
  addPause(schedule, session);
  addTrigger(schedule, session);
  addBackfill(schedule, session);
  addDelete(schedule, session);
}

function addList(schedule: UsageCommand, session: CliSession): void {
  schedule
    .command('list')
    .summary('list the schedules')
    .action(async () => {
      const schedules: Schedule[] = [];
      for await (const it of session.client.schedules.list()) schedules.push(it);
      const columns = [
        { title: 'schedule', value: (it: Schedule) => it.scheduleId, shrinks: true },
        { title: 'when', value: (it: Schedule) => timingText(it.spec.timing), shrinks: true },
        { title: 'next', value: (it: Schedule) => (it.paused ? 'paused' : localTime(it.nextNominalMs)) },
        { title: 'fired', value: (it: Schedule) => `${it.counts.fired + it.counts.caughtUp}`, align: 'right' as const },
        { title: 'skipped', value: (it: Schedule) => `${it.counts.skipped}`, align: 'right' as const },
        { title: 'missed', value: (it: Schedule) => `${it.counts.missed}`, align: 'right' as const },
      ];
      await session.showList(schedules, columns, 'no schedules; make one with synod schedule create');
    });
}

function addShow(schedule: UsageCommand, session: CliSession): void {
  schedule
    .command('show')
    .summary('show one schedule')
    .argument('<id>', 'id of the schedule')
    .action(async (id: string) => {
      const found = await session.client.schedules.get(id);
      await session.show(found, () => scheduleText(found));
    });
}

function addLedger(schedule: UsageCommand, session: CliSession): void {
  const command = schedule
    .command('ledger')
    .summary('what became of its last nominal times')
    .description('One line for each nominal time, or for several in a row that met the same end: each is decided once.')
    .argument('<id>', 'id of the schedule');
  command.action(async (id: string) => {
    const { ledger } = await session.client.schedules.get(id);
    await session.showList<FiringDecision>(ledger, ledgerColumns(), 'nothing is decided yet');
  });
}

function addPause(schedule: UsageCommand, session: CliSession): void {
  withRevision(schedule.command('pause'))
    .summary('fire no more until it is resumed')
    .argument('<id>', 'id of the schedule')
    .option('--reason <text>', 'why; shown with the schedule')
    .action(async (id: string, flags: RevisionFlags & { readonly reason?: string }) => {
      await session.client.schedules.pause(id, { ...condition(flags), reason: flags.reason ?? '' });
      await session.show({ scheduleId: id, paused: true }, () => `${id} is paused\n`);
    });
  withRevision(schedule.command('resume'))
    .summary('go on; times that passed meanwhile are not made up for')
    .argument('<id>', 'id of the schedule')
    .action(async (id: string, flags: RevisionFlags) => {
      await session.client.schedules.resume(id, condition(flags));
      await session.show({ scheduleId: id, paused: false }, () => `${id} goes on\n`);
    });
}

function addTrigger(schedule: UsageCommand, session: CliSession): void {
  const command = schedule.command('trigger').summary('fire now, paused or not').argument('<id>', 'id of the schedule');
  addOverlap(command, "in place of the schedule's own");
  command.action(async (id: string, { overlap }: { readonly overlap?: OverlapPolicy }) => {
    const fired = await session.client.schedules.trigger(id, overlap === undefined ? {} : { overlap });
    if (fired.jobId === undefined) session.exitStatus = 1;
    const text = fired.jobId ?? `it did not fire (${fired.reason}); --overlap allowAll fires beside what runs`;
    await session.show({ scheduleId: id, ...fired, jobId: fired.jobId ?? null }, () => `${text}\n`);
  });
}

function addBackfill(schedule: UsageCommand, session: CliSession): void {
  const command = schedule
    .command('backfill')
    .summary('fire for past times, whatever became of them')
    .argument('<id>', 'id of the schedule')
    .requiredOption('--from <time>', 'first time, such as 2026-11-01 or 2026-11-01T06:00Z', timeFlag('--from'))
    .requiredOption('--to <time>', 'last time; at the latest now', timeFlag('--to'));
  addOverlap(command, 'default bufferAll: one after another');
  withExamples(command, [
    ['synod schedule backfill report --from 2026-11-01 --to 2026-11-05T23:59:59', 'five days again, one after another'],
  ]);
  command.action(
    async (id: string, flags: { readonly from: number; readonly to: number; readonly overlap?: OverlapPolicy }) => {
      const { from: fromMs, to: toMs, overlap } = flags;
      const span = { fromMs, toMs, ...(overlap === undefined ? {} : { overlap }) };
      const counts = await session.client.schedules.backfill(id, span);
      await session.show(
        { scheduleId: id, ...counts },
        () => `${counts.fired} fired, ${counts.skipped} skipped; see synod schedule ledger ${id}\n`,
      );
    },
  );
}

function addDelete(schedule: UsageCommand, session: CliSession): void {
  withRevision(schedule.command('delete'))
    .summary('delete it; its jobs go on')
    .argument('<id>', 'id of the schedule')
    .action(async (id: string, flags: RevisionFlags) => {
      await session.client.schedules.delete(id, condition(flags));
      await session.show({ scheduleId: id, deleted: true }, () => `${id} is deleted\n`);
    });
}

function withRevision(command: UsageCommand): UsageCommand {
  const flag = new Option('--if-revision <n>', 'only if it is still at this revision');
  command.addOption(flag.argParser(checked('--if-revision', revision)));
  return command;
}

function condition({ ifRevision }: RevisionFlags): { ifRevision?: number } {
  return ifRevision === undefined ? {} : { ifRevision };
}

function addOverlap(command: UsageCommand, what: string): void {
  command.addOption(
    new Option('--overlap <policy>', `while a job of an earlier firing runs; ${what}`).choices(OVERLAP_POLICIES),
  );
}
