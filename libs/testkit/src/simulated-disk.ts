import type { Timers } from '@synod/base';
import type { SeededRandom } from './seeded-random.js';

export interface DiskFaults {
  readonly minFlushMs: number;
  readonly maxFlushMs: number;
  /** Share of flushes that fail; after one, the disk takes nothing more until `crash`. */
  readonly failRate: number;
}

export const PERFECT_DISK: DiskFaults = Object.freeze({ minFlushMs: 0.2, maxFlushMs: 0.6, failRate: 0 });

export interface DiskCounts {
  flushes: number;
  failedFlushes: number;
  /** Crashes that lost at least one write. */
  lossyCrashes: number;
  lostWrites: number;
}

interface Flush<W> {
  readonly writes: readonly W[];
  readonly done: (ok: boolean) => void;
}

export interface SimulatedDiskModules<W> {
  readonly timers: Timers;
  readonly random: SeededRandom;
  /** Folds one batch, all of it or nothing, into what the disk holds. */
  readonly store: (writes: readonly W[]) => void;
}

/**
 * A disk that flushes one batch after the other, each after a while. `store` is called when a batch is durable and not before:
 * what the caller keeps there is what a crash leaves behind.
 */
export class SimulatedDisk<W> {
  readonly counts: DiskCounts = { flushes: 0, failedFlushes: 0, lossyCrashes: 0, lostWrites: 0 };
  private queue: Flush<W>[] = [];
  private hanging = false;
  private busy = false;
  private failing = false;
  /** Rises with each crash: a flush of an earlier life must not come true. */
  private life = 0;

  constructor(
    private readonly modules: SimulatedDiskModules<W>,
    private faults: DiskFaults = PERFECT_DISK,
  ) {}

  get pendingFlushes(): number {
    return this.queue.length;
  }

  /** Queues an atomic batch; `done` is called once, or never after a crash or on a hung disk. */
  persist(writes: readonly W[], done: (ok: boolean) => void): void {
    this.queue.push({ writes, done });
    this.next();
  }

  setFaults(faults: DiskFaults): void {
    this.faults = faults;
  }

  /** The next flush fails. */
  failNext(): void {
    this.failing = true;
  }

  /** Flushes stop, and go on with `resume`. */
  hang(): void {
    this.hanging = true;
  }

  resume(): void {
    this.hanging = false;
    this.next();
  }

  /** Loses everything that isn't durable. The disk itself is as good as new afterwards. */
  crash(): void {
    this.life += 1;
    const lost = this.queue.reduce((sum, { writes }) => sum + writes.length, 0);
    if (lost > 0) this.counts.lossyCrashes += 1;
    this.counts.lostWrites += lost;
    this.queue = [];
    this.busy = false;
    this.hanging = false;
    this.failing = false;
  }

  private next(): void {
    const { life } = this;
    if (this.busy || this.hanging || this.queue.length === 0) return;
    this.busy = true;
    const delayMs = this.modules.random.between(this.faults.minFlushMs, this.faults.maxFlushMs);
    this.modules.timers.after(delayMs, () => {
      if (life !== this.life) return;
      this.busy = false;
      if (this.hanging) return;
      this.finish();
    });
  }

  private finish(): void {
    const { life } = this;
    const flush = this.queue[0];
    if (flush === undefined) return;
    if (this.failing || this.modules.random.chance(this.faults.failRate)) {
      this.failing = false;
      this.counts.failedFlushes += 1;
      this.hanging = true;
      flush.done(false);
      return;
    }
    this.queue.shift();
    this.counts.flushes += 1;
    this.modules.store(flush.writes);
    flush.done(true);
    if (life === this.life) this.next();
  }
}
