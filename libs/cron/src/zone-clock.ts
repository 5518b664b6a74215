import { Temporal } from 'temporal-polyfill';
import { CronError } from './cron-error.js';

/** A stretch of time in which a zone's clock runs evenly: wall time is real time plus `offsetMs`. */
export interface ZoneSegment {
  /** The first moment of it; -Infinity when the zone never jumped before. */
  readonly startMs: number;
  /** The first moment after it; Infinity when the zone never jumps again, as far as is known. */
  readonly endMs: number;
  readonly offsetMs: number;
  /** Of the segment before. Lower than `offsetMs`: the clock jumped forward, and wall time was skipped; higher: it is repeated. */
  readonly previousOffsetMs: number;
}

const MAX_KEPT_SEGMENTS = 64;
const NANOSECONDS = 1_000_000;

/** The clock of a time zone, from the time zone data that Node brings along. */
export class ZoneClock {
  private readonly segments: ZoneSegment[] = [];
  readonly timeZone: string;

  /** Throws `timeZoneUnknown`. */
  constructor(timeZone: string) {
    this.timeZone = timeZone;
    try {
      this.at(0);
    } catch (error) {
      throw new CronError(
        { code: 'timeZoneUnknown', timeZone },
        `The time zone "${timeZone}" is not known: give a name of the IANA database, such as Europe/Berlin or UTC.`,
        { cause: error },
      );
    }
  }

  segmentAt(timeMs: number): ZoneSegment {
    const known = this.segments.find(({ startMs, endMs }) => startMs <= timeMs && timeMs < endMs);
    if (known !== undefined) return known;
    const segment = this.findSegment(timeMs);
    if (this.segments.length >= MAX_KEPT_SEGMENTS) this.segments.shift();
    this.segments.push(segment);
    return segment;
  }

  private findSegment(timeMs: number): ZoneSegment {
    const offsetMs = this.offsetAt(timeMs);
    const start = this.at(timeMs + 1).getTimeZoneTransition('previous');
    const end = this.at(timeMs).getTimeZoneTransition('next');
    const startMs = start?.epochMilliseconds ?? -Infinity;
    return {
      startMs,
      endMs: end?.epochMilliseconds ?? Infinity,
      offsetMs,
      previousOffsetMs: start === null ? offsetMs : this.offsetAt(startMs - 1),
    };
  }

  private offsetAt(timeMs: number): number {
    return this.at(timeMs).offsetNanoseconds / NANOSECONDS;
  }

  private at(timeMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(this.timeZone);
  }
}
