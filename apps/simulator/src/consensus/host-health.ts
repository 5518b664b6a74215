import type { HostHealth } from '@synod/consensus';
import type { VirtualClock } from '@synod/testkit';

const HEALTHY: HostHealth = Object.freeze({ happy: true, reason: '' });
const FULL: HostHealth = Object.freeze({ happy: false, reason: 'diskFull', mayWrite: false });

/** A flush that takes longer than this shows that the disk hangs (P17). */
const FLUSH_PATIENCE_MS = 400;

/** What a host tells its replica about itself: how old the oldest flush is, whether there is room, and what faults say. */
export class HostHealthMonitor {
  /** Why the host isn't well, as a fault has it; empty when it is. */
  ailment = '';
  full = false;
  /** What the replica was told last. */
  toldFull = false;
  private readonly flushes = new Map<number, number>();

  constructor(private readonly clock: VirtualClock) {}

  flushBegins(token: number): void {
    this.flushes.set(token, this.clock.nowMs);
  }

  flushEnds(token: number): void {
    this.flushes.delete(token);
  }

  crash(): void {
    this.flushes.clear();
    this.toldFull = false;
  }

  tell(): HostHealth {
    this.toldFull = this.full;
    if (this.full) return FULL;
    if (this.ailment !== '') return { happy: false, reason: this.ailment };
    const [oldest] = this.flushes.values();
    const hangs = oldest !== undefined && this.clock.nowMs - oldest > FLUSH_PATIENCE_MS;
    return hangs ? { happy: false, reason: 'disk' } : HEALTHY;
  }
}
