import { callUnary } from '@synod/rpc';
import type { CallOptions, Calls } from './calls.js';
import { int64 } from './convert/checks.js';
import { known } from './convert/checks.js';
import { OUTCOMES, OVERLAPS, scheduleFromWire, scheduleSpecToWire, timingToWire, wordOf } from './convert/schedule.js';
import { clientError } from './errors.js';
import { toClientError } from './faults.js';
import type { FiringOutcome, OverlapPolicy, Schedule, ScheduleSpec, ScheduleTiming } from './schedule-types.js';

export interface SetScheduleOptions extends CallOptions {
  /** `aborted` unless it has this revision; 0: unless it doesn't exist. Default: whatever it has. */
  readonly ifRevision?: number;
  /** Where it is made: begin paused. */
  readonly paused?: boolean;
}

export interface RevisionOptions extends CallOptions {
  readonly ifRevision?: number;
}

/** Schedules: jobs that are submitted again and again. All errors are `SynodClientError`s. */
export class Schedules {
  /** @internal Made by the client: `client.schedules`. */
  constructor(private readonly calls: Calls) {}

  /** Makes a schedule or replaces its definition; the same one again changes nothing. */
  async set(
    scheduleId: string,
    spec: ScheduleSpec,
    { ifRevision, paused = false, ...options }: SetScheduleOptions = {},
  ): Promise<{ readonly revision: number; readonly change: string }> {
    const request = { scheduleId, spec: scheduleSpecToWire(spec), paused, ...condition(ifRevision) };
    const { revision, change } = await this.calls.withFailover(
      ({ schedules }, once) => callUnary(schedules, 'setSchedule', request, once),
      options,
    );
    return { revision: Number(revision), change };
  }

  /** @throws SynodClientError `notFound` */
  async get(scheduleId: string, options: CallOptions = {}): Promise<Schedule> {
    const { schedule } = await this.calls.withFailover(
      ({ schedules }, once) => callUnary(schedules, 'getSchedule', { scheduleId }, once),
      options,
    );
    if (schedule === null)
      throw clientError('internal', 'the coordinator answered without a schedule: is it of a newer version?');
    return scheduleFromWire(schedule);
  }

  /** Sorted by id; pages are fetched as they are read. */
  async *list(options: CallOptions = {}): AsyncGenerator<Schedule, void, undefined> {
    for (let pageToken = ''; ;) {
      const token = pageToken;
      const page = await this.calls.withFailover(
        ({ schedules }, once) => callUnary(schedules, 'listSchedules', { pageToken: token }, once),
        options,
      );
      yield* page.schedules.map(scheduleFromWire);
      pageToken = page.nextPageToken;
      if (pageToken === '') return;
    }
  }

  /** Its jobs go on. */
  async delete(scheduleId: string, { ifRevision, ...options }: RevisionOptions = {}): Promise<void> {
    const request = { scheduleId, ...condition(ifRevision) };
    await this.calls.withFailover(
      ({ schedules }, once) => callUnary(schedules, 'deleteSchedule', request, once),
      options,
    );
  }

  async pause(
    scheduleId: string,
    { reason = '', ifRevision, ...options }: RevisionOptions & { readonly reason?: string } = {},
  ): Promise<void> {
    const request = { scheduleId, reason, ...condition(ifRevision) };
    await this.calls.withFailover(
      ({ schedules }, once) => callUnary(schedules, 'pauseSchedule', request, once),
      options,
    );
  }

  /** Times that passed while it was paused are not made up for. */
  async resume(scheduleId: string, { ifRevision, ...options }: RevisionOptions = {}): Promise<void> {
    const request = { scheduleId, ...condition(ifRevision) };
    await this.calls.withFailover(
      ({ schedules }, once) => callUnary(schedules, 'resumeSchedule', request, once),
      options,
    );
  }

  /**
   * Fires now, paused or not. Never repeated by itself: when an answer is lost (`unavailable`, `deadlineExceeded`), the ledger says
   * whether it fired.
   */
  async trigger(
    scheduleId: string,
    { overlap, ...options }: CallOptions & { readonly overlap?: OverlapPolicy } = {},
  ): Promise<{ readonly outcome: FiringOutcome; readonly reason: string; readonly jobId: string | undefined }> {
    const request = { scheduleId, ...(overlap === undefined ? {} : { overlap: known(OVERLAPS, overlap, 'overlap') }) };
    const { outcome, reason, jobId } = await this.once(scheduleId, options, (schedules, once) =>
      callUnary(schedules, 'triggerSchedule', request, once),
    );
    return { outcome: wordOf(OUTCOMES, outcome, 'skipped'), reason, jobId: jobId === '' ? undefined : jobId };
  }

  /** Fires for the nominal times from `fromMs` to `toMs`, both inclusive; not repeated by itself, as `trigger`. Default `bufferAll`. */
  async backfill(
    scheduleId: string,
    span: { readonly fromMs: number; readonly toMs: number; readonly overlap?: OverlapPolicy },
    options: CallOptions = {},
  ): Promise<{ readonly fired: number; readonly skipped: number }> {
    const { fromMs, toMs, overlap = 'bufferAll' } = span;
    const request = {
      ...{ scheduleId, fromMs: int64(fromMs, 'fromMs'), toMs: int64(toMs, 'toMs') },
      overlap: known(OVERLAPS, overlap, 'overlap'),
    };
    const { fired, skipped } = await this.once(scheduleId, options, (schedules, once) =>
      callUnary(schedules, 'backfillSchedule', request, once),
    );
    return { fired: Number(fired), skipped: Number(skipped) };
  }

  /** The next nominal times of a schedule, or of a timing that is none yet. */
  async preview(
    of: string | ScheduleTiming,
    { count = 10, afterMs, ...options }: CallOptions & { readonly count?: number; readonly afterMs?: number } = {},
  ): Promise<readonly number[]> {
    const what = typeof of === 'string' ? { scheduleId: of } : { timing: timingToWire(of) };
    const request = { ...what, count, ...(afterMs === undefined ? {} : { afterMs: int64(afterMs, 'afterMs') }) };
    const { nominalMs } = await this.calls.withFailover(
      ({ schedules }, once) => callUnary(schedules, 'previewSchedule', request, once),
      options,
    );
    return nominalMs.map(Number);
  }

  /** One try, at a coordinator that has just answered. */
  private async once<Answer>(
    scheduleId: string,
    options: CallOptions,
    call: (
      schedules: ReturnType<Calls['channels']['current']>['schedules'],
      once: { deadlineMs: number; signal: AbortSignal | undefined },
    ) => Promise<Answer>,
  ): Promise<Answer> {
    await this.get(scheduleId, options);
    const { deadlineMs = this.calls.deadlineMs, signal } = options;
    try {
      return await call(this.calls.channels.current().schedules, { deadlineMs, signal });
    } catch (error) {
      throw toClientError(error);
    }
  }
}

function condition(ifRevision: number | undefined): { ifRevision?: string } {
  return ifRevision === undefined ? {} : { ifRevision: int64(ifRevision, 'ifRevision') };
}
