import {
  backfillScheduleFromWire,
  CommandRefusedError,
  deleteScheduleFromWire,
  firingOutcomes,
  listSchedulesFromWire,
  pauseScheduleFromWire,
  previewScheduleFromWire,
  scheduleIdFromWire,
  scheduleToWire,
  setScheduleFromWire,
  triggerScheduleFromWire,
} from '@synod/contracts';
import type { BackfillQuery, PreviewQuery } from '@synod/contracts';
import { CronError, formatTiming, KeptTimes, previewTimes } from '@synod/cron';
import { MAX_FIRINGS_PER_COMMAND } from '@synod/jobs';
import type { Command, CommandReply, ScheduleRecord } from '@synod/jobs';
import { unary } from '@synod/rpc';
import type { CallContext, Handlers } from '@synod/rpc';
import type { NominalTimes } from '@synod/base';
import type { services, WireScheduleInput } from '@synod/wire';
import { timesOfRequest, timingOfRecord } from './schedule-timing.js';
import { expectReply, patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

interface Modules extends ScheduleServiceModules {
  readonly times: KeptTimes;
}

export interface ScheduleServiceModules extends ServiceContext {
  readonly wallMs: () => number;
}

const SHOWN_AT_ONCE = 20;
const NO_TIMES: NominalTimes = { next: () => undefined };

/** ScheduleService as clients see it. */
export function scheduleServiceHandlers(given: ScheduleServiceModules): Handlers<(typeof services)['ScheduleService']> {
  const modules: Modules = { ...given, times: new KeptTimes() };
  const { view, reads } = modules;
  const propose = (command: Command, call: CallContext): Promise<CommandReply> =>
    modules.propose(command, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
  const change = async (command: Command, call: CallContext) =>
    expectReply(await propose(command, call), 'scheduleChanged');
  return {
    setSchedule: unary(async (request, call) => {
      const query = setScheduleFromWire(request);
      timesOfRequest(query.timing, 'spec.timing');
      const { revision, change: what } = await change(query.command(formatTiming(query.timing)), call);
      return { revision, change: what };
    }),
    getSchedule: unary(async (request, call) => {
      const scheduleId = scheduleIdFromWire(request);
      await reads.pass(patienceMs(call.remainingMs));
      const record = known(modules, scheduleId);
      return { schedule: shown(modules, record, view.scheduleJobs(scheduleId)) };
    }),
    listSchedules: unary(async (request, call) => {
      const { limit, afterScheduleId } = listSchedulesFromWire(request);
      await reads.pass(patienceMs(call.remainingMs));
      const page = view.listSchedules(afterScheduleId, limit + 1);
      const records = page.slice(0, limit);
      const nextPageToken = page.length > limit ? (records.at(-1)?.scheduleId ?? '') : '';
      return { schedules: await allShown(modules, records), nextPageToken };
    }),
    deleteSchedule: unary(async (request, call) => {
      await change(deleteScheduleFromWire(request), call);
      return {};
    }),
    pauseSchedule: unary(async (request, call) => {
      const reply = await change(pauseScheduleFromWire(request, true), call);
      return { changed: reply.change !== 'unchanged' };
    }),
    resumeSchedule: unary(async (request, call) => {
      const reply = await change(pauseScheduleFromWire(request, false), call);
      return { changed: reply.change !== 'unchanged' };
    }),
    triggerSchedule: unary(async (request, call) => {
      const reply = expectReply(await propose(triggerScheduleFromWire(request), call), 'scheduleTriggered');
      const { outcome, reason, jobId = '' } = reply;
      return { outcome: firingOutcomes.toWire[outcome], reason, jobId };
    }),
    backfillSchedule: unary(async (request, call) => {
      const query = backfillScheduleFromWire(request, modules.wallMs());
      await reads.pass(patienceMs(call.remainingMs));
      return backfill(modules, query, (command) => propose(command, call));
    }),
    previewSchedule: unary(async (request, call) => {
      const query = previewScheduleFromWire(request);
      await reads.pass(patienceMs(call.remainingMs));
      return { nominalMs: preview(modules, query) };
    }),
  };
}

function known(modules: Pick<Modules, 'view'>, scheduleId: string): ScheduleRecord {
  const record = modules.view.schedule(scheduleId);
  if (record === undefined) throw new CommandRefusedError({ code: 'scheduleUnknown', scheduleId });
  return record;
}

function shown(modules: Modules, record: ScheduleRecord, jobs: Parameters<typeof scheduleToWire>[3]) {
  const timing = timingOfRecord(record.spec.timing);
  const after = Math.max(record.decidedThroughMs, modules.wallMs());
  const next = record.paused ? undefined : nextOf(record, after, timesOf(modules, record));
  return scheduleToWire(record, timing, next, jobs);
}

/** In portions: the next time of each is computed, and between them the event loop is free. */
async function allShown(modules: Modules, records: readonly ScheduleRecord[]): Promise<WireScheduleInput[]> {
  const schedules: WireScheduleInput[] = [];
  for (const [at, record] of records.entries()) {
    if (at > 0 && at % SHOWN_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    schedules.push(shown(modules, record, undefined));
  }
  return schedules;
}

/** None of a timing that a newer program wrote. */
function timesOf({ times }: Pick<Modules, 'times'>, { spec }: ScheduleRecord): NominalTimes {
  try {
    return times.of(spec.timing);
  } catch (error) {
    if (error instanceof CronError) return NO_TIMES;
    throw error;
  }
}

/** Within the schedule's bounds. */
function nextOf(record: ScheduleRecord, afterMs: number, times: NominalTimes): number | undefined {
  const { startAtMs = 0, endAtMs } = record.spec;
  const next = times.next(Math.max(afterMs, startAtMs - 1));
  return next === undefined || next > (endAtMs ?? next) ? undefined : next;
}

function preview(modules: Modules, { of, count, afterMs }: PreviewQuery): number[] {
  const after = afterMs ?? modules.wallMs();
  if ('timing' in of) return previewTimes(timesOfRequest(of.timing, 'timing'), after, count);
  const record = known(modules, of.scheduleId);
  const times = timesOf(modules, record);
  return previewTimes({ next: (time) => nextOf(record, time, times) }, after, count);
}

/** In commands of bounded size, each of which fires all of its times or none. */
async function backfill(
  modules: Modules,
  { scheduleId, overlap, fromMs, toMs }: BackfillQuery,
  propose: (command: Command) => Promise<CommandReply>,
): Promise<{ fired: number; skipped: number }> {
  const record = known(modules, scheduleId);
  const times = timesOf(modules, record);
  const total = { fired: 0, skipped: 0 };
  let next = nextOf(record, fromMs - 1, times);
  while (next !== undefined && next <= toMs) {
    const nominalMs: number[] = [];
    for (; next !== undefined && next <= toMs && nominalMs.length < MAX_FIRINGS_PER_COMMAND;) {
      nominalMs.push(next);
      next = nextOf(record, next, times);
    }
    const command = { type: 'backfillSchedule', scheduleId, revision: record.revision, nominalMs, overlap } as const;
    const { fired, skipped } = expectReply(await propose(command), 'scheduleBackfilled');
    total.fired += fired;
    total.skipped += skipped;
  }
  return total;
}
