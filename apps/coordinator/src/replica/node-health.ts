import type { Clock, Logger } from '@synod/base';
import type { HostHealth } from '@synod/consensus';
import type { DiskLevel } from '@synod/storage';

/** A flush that is under way for so long means a hung disk (P17). */
const MAX_FLUSH_AGE_MS = 1_000;
/** A tick that comes so late means that this process did not run. */
const MAX_TICK_GAP_MS = 500;
/** After a gap, ticks on time in a row before the node counts as well again. */
const TICKS_TO_RECOVER = 20;

const HAPPY: HostHealth = { happy: true, reason: '' };
const DISK: HostHealth = { happy: false, reason: 'disk' };
/** A commit would fail, which is fatal: nothing is written until there is room (P15). */
const DISK_FULL: HostHealth = { happy: false, reason: 'diskFull', mayWrite: false };
const EVENT_LOOP: HostHealth = { happy: false, reason: 'eventLoop' };

export interface NodeHealthModules {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Age of the oldest flush of the log that is under way; 0 when none is. */
  readonly oldestFlushMs: () => number;
  readonly diskLevel: () => DiskLevel;
}

/** Whether this process is fit to lead, as it sees itself; asked once a tick. */
export class NodeHealth {
  private lastTickMs: number | undefined;
  private ticksToRecover = 0;
  private isHung = false;

  constructor(private readonly modules: NodeHealthModules) {}

  /** A flush takes too long. */
  get diskIsSlow(): boolean {
    return this.modules.oldestFlushMs() > MAX_FLUSH_AGE_MS;
  }

  check(): HostHealth {
    const now = this.modules.clock.monotonicMs();
    const gapMs = this.lastTickMs === undefined ? 0 : now - this.lastTickMs;
    this.lastTickMs = now;
    if (gapMs > MAX_TICK_GAP_MS) {
      this.ticksToRecover = TICKS_TO_RECOVER;
      this.modules.logger.warn(
        { gapMs: Math.round(gapMs) },
        'this process did not run for a while and gives up leadership: is its host overloaded, or was it paused?',
      );
    } else if (this.ticksToRecover > 0) this.ticksToRecover -= 1;
    this.tellHung();
    return this.current();
  }

  current(): HostHealth {
    if (this.modules.diskLevel() === 'full') return DISK_FULL;
    if (this.diskIsSlow || this.modules.diskLevel() === 'low') return DISK;
    if (this.ticksToRecover > 0) return EVENT_LOOP;
    return HAPPY;
  }

  private tellHung(): void {
    const { diskIsSlow } = this;
    if (diskIsSlow === this.isHung) return;
    this.isHung = diskIsSlow;
    const flushMs = Math.round(this.modules.oldestFlushMs());
    if (diskIsSlow) {
      this.modules.logger.warn(
        { flushMs },
        'a write has been under way for too long and this coordinator gives up leadership: look at its disk and the kernel log',
      );
    } else this.modules.logger.info({ flushMs }, 'writes end in time again');
  }
}
