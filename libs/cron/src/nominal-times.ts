import type { NominalTimes } from '@synod/base';
import { CronError } from './cron-error.js';
import { CronTimes } from './cron-times.js';
import { IntervalTimes } from './interval-times.js';
import { DST_RULES } from './timing.js';
import type { IntervalTiming, Timing } from './timing.js';
import { WallTimes } from './wall-times.js';
import { ZoneClock } from './zone-clock.js';

const MIN_INTERVAL_MS = 1_000;
const MAX_INTERVAL_MS = 366 * 24 * 3_600_000;
const MAX_KEPT_CLOCKS = 256;
const clocks = new Map<string, ZoneClock>();

/** The nominal times of a timing. Throws a {@link CronError} that says what is wrong with it. */
export function nominalTimes(timing: Timing): NominalTimes {
  if (timing.kind === 'every') {
    checkInterval(timing);
    return new IntervalTimes(timing.everyMs, timing.offsetMs);
  }
  const { expression, timeZone, dst } = timing;
  const walls = new WallTimes(expression);
  if (walls.isEverDue) return new CronTimes(walls, clockOf(timeZone), dst);
  throw new CronError(
    { code: 'cronNeverDue', expression },
    `The cron expression "${expression}" is never due: no day has that day of month in that month. Change one of the two.`,
  );
}

/**
 * Nominal times by the text of their timing, those asked for last kept: reading an expression takes some 60 us, and what croner makes
 * of it 80 KiB, so that neither each time nor all of them is a good answer. Throws as {@link parseTiming}; texts were checked when
 * they were set.
 */
export class KeptTimes {
  private readonly kept = new Map<string, NominalTimes>();

  constructor(private readonly maxKept = 256) {}

  get size(): number {
    return this.kept.size;
  }

  of(text: string): NominalTimes {
    const times = this.kept.get(text) ?? timesOf(parseTiming(text));
    this.kept.delete(text);
    this.kept.set(text, times);
    if (this.kept.size > this.maxKept) this.kept.delete(this.kept.keys().next().value as string);
    return times;
  }

  clear(): void {
    this.kept.clear();
  }
}

function timesOf(timing: Timing): NominalTimes {
  if (timing.kind === 'every') return nominalTimes(timing);
  return new CronTimes(new WallTimes(timing.expression), clockOf(timing.timeZone), timing.dst);
}

/** The next `count` after `afterMs`, fewer when there are no more. */
export function previewTimes(times: NominalTimes, afterMs: number, count: number): number[] {
  const found: number[] = [];
  for (let at = times.next(afterMs); at !== undefined && found.length < count; at = times.next(at)) found.push(at);
  return found;
}

/** One line of text that says all of a timing; equal timings have equal texts. What keeps it need not understand it. */
export function formatTiming(timing: Timing): string {
  return timing.kind === 'every'
    ? JSON.stringify({ everyMs: timing.everyMs, offsetMs: timing.offsetMs })
    : JSON.stringify({ cron: timing.expression, timeZone: timing.timeZone, dst: timing.dst });
}

/** What {@link formatTiming} wrote. Throws `timingUnreadable`. */
export function parseTiming(text: string): Timing {
  let fields: Readonly<Record<string, unknown>> | null;
  try {
    fields = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  } catch (error) {
    throw unreadable(error);
  }
  if (fields === null) throw unreadable(undefined);
  const { cron, timeZone, everyMs, offsetMs } = fields;
  const dst = DST_RULES.find((rule) => rule === fields['dst']);
  if (typeof cron === 'string' && typeof timeZone === 'string' && dst !== undefined) {
    return { kind: 'cron', expression: cron, timeZone, dst };
  }
  if (typeof everyMs === 'number' && typeof offsetMs === 'number') return { kind: 'every', everyMs, offsetMs };
  throw unreadable(undefined);
}

/** Clocks keep what they found out about their zones, and many schedules share a zone. */
function clockOf(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new ZoneClock(timeZone);
  if (clocks.size >= MAX_KEPT_CLOCKS) clocks.clear();
  clocks.set(timeZone, clock);
  return clock;
}

function checkInterval({ everyMs, offsetMs }: IntervalTiming): void {
  const isEvery = Number.isInteger(everyMs / 1_000) && everyMs >= MIN_INTERVAL_MS && everyMs <= MAX_INTERVAL_MS;
  if (!isEvery) throw intervalInvalid('every', everyMs, 'whole seconds from 1 s to 366 days');
  const isOffset = Number.isSafeInteger(offsetMs) && offsetMs >= 0 && offsetMs < everyMs;
  if (!isOffset) throw intervalInvalid('offset', offsetMs, 'milliseconds from 0 to less than the interval');
}

function intervalInvalid(field: string, valueMs: number, allowed: string): CronError {
  const value = `${valueMs} ms`;
  return new CronError(
    { code: 'intervalInvalid', field, value, allowed },
    `"${field}" is ${value}: allowed are ${allowed}.`,
  );
}

function unreadable(cause: unknown): CronError {
  return new CronError(
    { code: 'timingUnreadable' },
    'The times of this schedule were written by a newer program: run its version, or set the schedule again.',
    { cause },
  );
}
