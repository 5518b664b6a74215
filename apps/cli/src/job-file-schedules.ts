import type { JobSpec, ScheduleSpec, ScheduleTiming } from '@synod/client';
import { isFields, malformed, refuseUnknown, scalar, type Fields } from './job-file-fields.js';
import { anyDelay, TIME_FORM, timeOf } from './timing.js';

/** A schedule of a file. */
export interface ScheduleOfFile {
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  /** Undefined: as it is; true or false: to be paused, or to go on. */
  readonly paused: boolean | undefined;
}

const KEYS = [
  ...['cron', 'timeZone', 'dst', 'every', 'offset', 'jitter', 'overlap', 'catchUp', 'window', 'from', 'until'],
  ...['paused', 'job'],
] as const;

/**
 * `schedules: {backup: {cron: "30 2 * * *", timeZone: Europe/Berlin, job: {exec: …}}}`: all that is to be set of each; keys are those of
 * `synod schedule create`. Which words there are for `dst`, `overlap` and `catchUp` is for the client to say.
 */
export function parseSchedules(
  schedules: unknown,
  place: string,
  parseJob: (job: unknown, place: string) => JobSpec,
): ScheduleOfFile[] {
  if (!isFields(schedules)) throw malformed(place, 'needs a mapping of ids to schedules');
  return Object.entries(schedules).map(([scheduleId, fields]) => {
    const at = `${place}: ${scheduleId}`;
    if (!isFields(fields)) throw malformed(at, 'needs a mapping');
    refuseUnknown(fields, KEYS, at);
    const { paused, job } = fields;
    if (paused !== undefined && typeof paused !== 'boolean') throw malformed(`${at}: paused`, 'must be true or false');
    if (job === undefined) throw malformed(at, 'has no job: say what it runs');
    const spec = { timing: timingOf(fields, at), job: parseJob(job, `${at}: job`), ...rulesOf(fields, at) };
    return { scheduleId, spec, paused };
  });
}

function timingOf(fields: Fields, at: string): ScheduleTiming {
  const { cron, timeZone, dst, every, offset } = fields;
  if ((cron === undefined) === (every === undefined)) throw malformed(at, 'needs one of the keys cron and every');
  const stray = cron === undefined ? ['timeZone', 'dst'] : ['offset'];
  const found = stray.find((key) => fields[key] !== undefined);
  if (found !== undefined)
    throw malformed(at, `has the key ${found}, which goes with ${cron === undefined ? 'cron' : 'every'}`);
  if (cron === undefined) {
    const everyMs = span(every, `${at}: every`);
    return { everyMs, ...(offset === undefined ? {} : { offsetMs: span(offset, `${at}: offset`) }) };
  }
  return {
    cron: scalar(cron, `${at}: cron`),
    ...(timeZone === undefined ? {} : { timeZone: scalar(timeZone, `${at}: timeZone`) }),
    ...(dst === undefined ? {} : { dst: word(dst, `${at}: dst`) }),
  };
}

function rulesOf(fields: Fields, at: string): Omit<ScheduleSpec, 'timing' | 'job'> {
  const { jitter, overlap, catchUp, window, from, until } = fields;
  return {
    ...(jitter === undefined ? {} : { jitterMs: span(jitter, `${at}: jitter`) }),
    ...(overlap === undefined ? {} : { overlap: word(overlap, `${at}: overlap`) }),
    ...(catchUp === undefined && window === undefined
      ? {}
      : { catchUp: catchUp === undefined ? 'window' : word(catchUp, `${at}: catchUp`) }),
    ...(window === undefined ? {} : { catchUpWindowMs: span(window, `${at}: window`) }),
    ...(from === undefined ? {} : { startAtMs: time(from, `${at}: from`) }),
    ...(until === undefined ? {} : { endAtMs: time(until, `${at}: until`) }),
  };
}

function word<Word extends string>(value: unknown, place: string): Word {
  return scalar(value, place) as Word;
}

function time(value: unknown, place: string): number {
  const timeMs = value instanceof Date ? value.getTime() : timeOf(scalar(value, place));
  if (timeMs === undefined) throw malformed(place, `must be ${TIME_FORM}`);
  return timeMs;
}

function span(value: unknown, place: string): number {
  const result = anyDelay.schema.safeParse(value);
  if (!result.success) throw malformed(place, `must be ${anyDelay.expectation}`);
  return result.data as number;
}
