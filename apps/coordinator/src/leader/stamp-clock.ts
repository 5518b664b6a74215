import type { Clock, Logger } from '@synod/base';
import type { ReplicaStatus } from '@synod/consensus';

export interface StampClockModules {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Voters of the group, this one included. */
  readonly memberCount: number;
  readonly status: () => Pick<ReplicaStatus, 'peers'> | undefined;
  /** As far as clocks may differ: `maxClockSkewMs` of the replica. */
  readonly maxSkewMs: number;
}

/** A wall clock that was set is believed once it has stood so for as long, and peers heard since then agree with it. */
const CONFIRM_MS = 2_000;

/**
 * The wall clock by which a leader stamps, and finds what is due.
 *
 * Applied time is the highest stamp so far and never falls: one stamp an hour ahead, and no wait ends for an hour, under any later
 * leader. The replica stops leading when its clock is off, but it takes a round of polls to see that, and entries are stamped
 * meanwhile. So a leader does not follow a clock that jumps further than clocks may differ. It goes on by the monotonic clock until
 * a majority of the group, heard after the jump, has the new time, too: then the clock was wrong before, or the whole
 * group stood still. So what a stamp is wrong by is bounded by `maxSkewMs`, as long as no majority of clocks is wrong.
 */
export class StampClock implements Clock {
  /** What was last given out; undefined: the wall clock is taken as it is. */
  private last: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  private jumpedAtMs: number | undefined;
  private leading = false;

  constructor(private readonly modules: StampClockModules) {}

  /** This node leads: where it did not before, its clock was found fit for that. */
  lead(): void {
    if (this.leading) return;
    this.leading = true;
    this.last = undefined;
    this.jumpedAtMs = undefined;
  }

  yield(): void {
    this.leading = false;
  }

  monotonicMs(): number {
    return this.modules.clock.monotonicMs();
  }

  wallMs(): number {
    const { clock, logger, maxSkewMs } = this.modules;
    const [wallMs, monotonicMs] = [clock.wallMs(), clock.monotonicMs()];
    if (this.last === undefined) return this.follow(wallMs, monotonicMs);
    const expectedMs = Math.round(this.last.wallMs + monotonicMs - this.last.monotonicMs);
    const jumpMs = wallMs - expectedMs;
    if (Math.abs(jumpMs) <= maxSkewMs) return this.follow(wallMs, monotonicMs);
    if (this.jumpedAtMs === undefined) {
      this.jumpedAtMs = monotonicMs;
      logger.warn(
        { jumpMs },
        'the wall clock jumped: stamps go on by the old one until most members have the new time',
      );
    }
    if (monotonicMs - this.jumpedAtMs < CONFIRM_MS || !this.isConfirmed(this.jumpedAtMs)) return expectedMs;
    logger.warn({ jumpMs }, 'most members have the time to which the wall clock jumped: stamps follow it');
    return this.follow(wallMs, monotonicMs);
  }

  private follow(wallMs: number, monotonicMs: number): number {
    this.last = { wallMs, monotonicMs };
    this.jumpedAtMs = undefined;
    return wallMs;
  }

  /** A majority, this node included, has its time. */
  private isConfirmed(sinceMs: number): boolean {
    const { memberCount, status, maxSkewMs } = this.modules;
    let agree = 1;
    for (const { learner, heardAtMs = -Infinity, wallOffsetMs = Infinity } of status()?.peers ?? []) {
      if (!learner && heardAtMs > sinceMs && Math.abs(wallOffsetMs) <= maxSkewMs) agree += 1;
    }
    return agree > memberCount / 2;
  }
}
