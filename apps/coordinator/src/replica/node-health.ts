import type { Clock } from '@synod/base';
import type { HostHealth } from '@synod/consensus';

/** A flush that is under way for so long means a hung disk (P17). */
const MAX_FLUSH_AGE_MS = 1_000;
/** A tick that comes so late means that this process did not run. */
const MAX_TICK_GAP_MS = 500;
/** After a gap, ticks on time in a row before the node counts as well again. */
const TICKS_TO_RECOVER = 20;

const HAPPY: HostHealth = { happy: true, reason: '' };

/** Whether this process is fit to lead, as it sees itself; asked once a tick. */
export class NodeHealth {
  private lastTickMs: number | undefined;
  private ticksToRecover = 0;

  constructor(
    private readonly clock: Clock,
    private readonly oldestFlushMs: () => number,
    private readonly diskHasRoom: () => boolean,
  ) {}

  check(): HostHealth {
    const now = this.clock.monotonicMs();
    const gapMs = this.lastTickMs === undefined ? 0 : now - this.lastTickMs;
    this.lastTickMs = now;
    if (gapMs > MAX_TICK_GAP_MS) this.ticksToRecover = TICKS_TO_RECOVER;
    else if (this.ticksToRecover > 0) this.ticksToRecover -= 1;
    return this.current();
  }

  current(): HostHealth {
    if (this.oldestFlushMs() > MAX_FLUSH_AGE_MS || !this.diskHasRoom()) return { happy: false, reason: 'disk' };
    if (this.ticksToRecover > 0) return { happy: false, reason: 'eventLoop' };
    return HAPPY;
  }
}
