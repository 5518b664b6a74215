import type { NominalTimes } from '@synod/base';
import type { DstRule } from './timing.js';
import type { WallTimes } from './wall-times.js';
import type { ZoneClock, ZoneSegment } from './zone-clock.js';

/** More jumps of a clock than any zone makes between two days that a cron expression can name. */
const MAX_SEGMENTS = 1_000;
const MINUTE_MS = 60_000;
/** What changes a clock by as much or more is, for cron(8), somebody who sets it right, and no summer time. */
const CORRECTION_MS = 180 * MINUTE_MS;

/**
 * The moments at which a zone's clock shows the times of a cron expression.
 *
 * The clock is a chain of segments in which it runs evenly, joined by jumps; within one, wall time and real time differ by a
 * constant, and no rule is needed. At a jump forward some wall times are never shown; at one back some are shown twice:
 *
 * - `both` takes each moment at which the clock shows a time: nothing for what was skipped, twice what is repeated;
 * - `skip` likewise, but of what is repeated only the first;
 * - `once` is `skip`, and whatever was skipped is due, as one firing, at the moment of the jump;
 * - `cron` does what the source of Debian's cron does. An expression with a star in second, minute or hour goes by the clock as it
 *   shows: `both`. Any other is due, for each minute that was skipped, right after the jump, and not again for what is repeated;
 *   a jump of three hours or more is none of its business: `both` again. A moment is decided once, so that skipped times which are
 *   due together are a millisecond apart, and what is due at the moment of the jump itself comes behind them.
 */
export class CronTimes implements NominalTimes {
  private readonly rule: Exclude<DstRule, 'cron'> | 'fixed';

  constructor(
    private readonly walls: WallTimes,
    private readonly clock: ZoneClock,
    rule: DstRule,
  ) {
    if (rule === 'cron') this.rule = walls.isWildcard ? 'both' : 'fixed';
    else this.rule = rule;
  }

  next(afterMs: number): number | undefined {
    let fromMs = Math.floor(afterMs) + 1;
    for (let count = 0; count < MAX_SEGMENTS; count += 1) {
      const segment = this.clock.segmentAt(fromMs);
      const { startMs, endMs, offsetMs, previousOffsetMs } = segment;
      if (this.isMadeUpFor(segment, fromMs)) return fromMs;
      const firstNewMs = this.repeats(segment) ? -Infinity : startMs + previousOffsetMs;
      const wallMs = this.walls.notBefore(Math.max(fromMs + offsetMs, firstNewMs));
      if (wallMs === undefined) return undefined;
      if (wallMs - offsetMs < endMs) return wallMs - offsetMs;
      fromMs = endMs;
    }
    return undefined;
  }

  private repeats({ offsetMs, previousOffsetMs }: ZoneSegment): boolean {
    return this.rule === 'both' || (this.rule === 'fixed' && previousOffsetMs - offsetMs > CORRECTION_MS);
  }

  /** Whether something that the clock skipped is due at this moment, in or right after its jump forward. */
  private isMadeUpFor({ startMs, offsetMs, previousOffsetMs }: ZoneSegment, atMs: number): boolean {
    const skippedFromMs = startMs + previousOffsetMs;
    const shownFromMs = startMs + offsetMs;
    if (skippedFromMs >= shownFromMs) return false;
    if (this.rule === 'once') return atMs === startMs && this.isDueWithin(skippedFromMs, shownFromMs);
    if (this.rule !== 'fixed' || shownFromMs - skippedFromMs >= CORRECTION_MS) return false;
    if (atMs > startMs + CORRECTION_MS / MINUTE_MS) return false;
    const minutes = this.minutesDue(skippedFromMs, shownFromMs);
    if (minutes === 0) return false;
    const own = this.isDueWithin(shownFromMs, shownFromMs + 1) ? 1 : 0;
    return atMs - startMs < minutes + own;
  }

  private isDueWithin(fromWallMs: number, toWallMs: number): boolean {
    const wallMs = this.walls.notBefore(fromWallMs);
    return wallMs !== undefined && wallMs < toWallMs;
  }

  /** cron knows no seconds: what is due more than once in a minute counts once. */
  private minutesDue(fromWallMs: number, toWallMs: number): number {
    let minutes = 0;
    for (let fromMs = fromWallMs; ; minutes += 1) {
      const wallMs = this.walls.notBefore(fromMs);
      if (wallMs === undefined || wallMs >= toWallMs) return minutes;
      fromMs = (Math.floor(wallMs / MINUTE_MS) + 1) * MINUTE_MS;
    }
  }
}
