import type { NominalTimes } from '@synod/scheduling';
import type { DstRule } from './timing.js';
import type { WallTimes } from './wall-times.js';
import type { ZoneClock } from './zone-clock.js';

/** More jumps of a clock than any zone makes between two days that a cron expression can name. */
const MAX_SEGMENTS = 1_000;

/**
 * The moments at which a zone's clock shows the times of a cron expression.
 *
 * The clock is a chain of segments in which it runs evenly, joined by jumps; within one, wall time and real time differ by a
 * constant, and no rule is needed. At a jump forward some wall times are never shown; at one back some are shown twice:
 *
 * - `both` takes each moment at which the clock shows a time: nothing for what was skipped, twice what is repeated;
 * - `skip` likewise, but of what is repeated only the first;
 * - `once` is `skip`, and whatever was skipped is due, as one firing, at the moment of the jump;
 * - `cron` is `both` for an expression with a star in second, minute or hour, and `once` for any other, as in Debian's cron(8).
 */
export class CronTimes implements NominalTimes {
  private readonly repeats: boolean;
  private readonly makesUp: boolean;

  constructor(
    private readonly walls: WallTimes,
    private readonly clock: ZoneClock,
    rule: DstRule,
  ) {
    const effective = rule === 'cron' ? (walls.isWildcard ? 'both' : 'once') : rule;
    this.repeats = effective === 'both';
    this.makesUp = effective === 'once';
  }

  next(afterMs: number): number | undefined {
    let fromMs = Math.floor(afterMs) + 1;
    for (let count = 0; count < MAX_SEGMENTS; count += 1) {
      const segment = this.clock.segmentAt(fromMs);
      const { startMs, endMs, offsetMs, previousOffsetMs } = segment;
      const isJump = fromMs === startMs && previousOffsetMs < offsetMs;
      if (isJump && this.makesUp) {
        const skipped = this.walls.notBefore(startMs + previousOffsetMs);
        if (skipped !== undefined && skipped < startMs + offsetMs) return startMs;
      }
      const firstNewMs = this.repeats ? -Infinity : startMs + previousOffsetMs;
      const wallMs = this.walls.notBefore(Math.max(fromMs + offsetMs, firstNewMs));
      if (wallMs === undefined) return undefined;
      if (wallMs - offsetMs < endMs) return wallMs - offsetMs;
      fromMs = endMs;
    }
    return undefined;
  }
}
