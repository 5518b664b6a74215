import type { Timers } from '@synod/base';
import type { SeededRandom } from './seeded-random.js';

export interface DiskFaults {
  readonly minFlushMs: number;
  readonly maxFlushMs: number;
  /** Share of flushes that fail; after one, the disk takes nothing more until `crash`. */
  readonly failRate: number;
}

export const PERFECT_DISK: DiskFaults = Object.freeze({ minFlushMs: 0.2, maxFlushMs: 0.6, failRate: 0 });

/**
 * What a failed flush leaves behind: nothing, everything though it was reported as failed, or nothing while later flushes
 * succeed as if nothing had been (P16). After the first two the disk takes nothing more until `crash`.
 */
export type FlushFailure = 'lost' | 'stored' | 'thenSucceeds';

export interface DiskCounts {
  flushes: number;
  failedFlushes: number;
  /** Crashes that lost at least one write that waited. */
  lossyCrashes: number;
  lostWrites: number;
  /** Batches that were acknowledged before they were durable. */
  lies: number;
  /** Acknowledged writes that a power cut lost. */
  brokenPromises: number;
}

interface Flush<W> {
  readonly writes: readonly W[];
  readonly done: (ok: boolean) => void;
}

/** An acknowledged batch that power still holds: what takes it back. */
interface VolatileBatch {
  readonly size: number;
  readonly takeBack: () => void;
}

export interface SimulatedDiskModules<W> {
  readonly timers: Timers;
  readonly random: SeededRandom;
  /** Folds one batch, all of it or nothing, into what the disk holds; gives what takes it back, if disks here may lie. */
  readonly store: (writes: readonly W[]) => (() => void) | void;
}

/**
 * A disk that flushes one batch after the other, each after a while. `store` is called when a batch is durable and not before:
 * what the caller keeps there is what a crash leaves behind.
 *
 * A lying disk stores and acknowledges at once what becomes durable later. The end of the process doesn't show it, for the
 * operating system writes on; a power cut does.
 */
export class SimulatedDisk<W> {
  readonly counts: DiskCounts = {
    flushes: 0,
    failedFlushes: 0,
    lossyCrashes: 0,
    lostWrites: 0,
    lies: 0,
    brokenPromises: 0,
  };
  private queue: Flush<W>[] = [];
  private readonly volatile: VolatileBatch[] = [];
  private hanging = false;
  private busy = false;
  private failing: FlushFailure | undefined;
  private lieMs: number | undefined;
  private room = Infinity;
  /** Rises with each crash: a flush of an earlier life must not come true. */
  private life = 0;

  constructor(
    private readonly modules: SimulatedDiskModules<W>,
    private faults: DiskFaults = PERFECT_DISK,
  ) {}

  get pendingFlushes(): number {
    return this.queue.length;
  }

  /** True while something is acknowledged that a power cut would lose. */
  get hasLied(): boolean {
    return this.volatile.length > 0;
  }

  get isLying(): boolean {
    return this.lieMs !== undefined;
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
  failNext(how: FlushFailure = 'lost'): void {
    this.failing = how;
  }

  /** Flushes stop, and go on with `resume`. */
  hang(): void {
    this.hanging = true;
  }

  resume(): void {
    this.hanging = false;
    this.next();
  }

  /** Room for so many more writes, then flushes fail; `Infinity` for a disk that is never full. */
  leaveRoom(writes: number): void {
    this.room = writes;
  }

  /** From now on batches are acknowledged `lieMs` before they are durable; undefined for the truth. */
  lie(lieMs: number | undefined): void {
    this.lieMs = lieMs;
  }

  /** The process ends: loses what waits. What was acknowledged stays, lie or not. The disk itself works again afterwards. */
  crash(): void {
    this.life += 1;
    const lost = this.queue.reduce((sum, { writes }) => sum + writes.length, 0);
    if (lost > 0) this.counts.lossyCrashes += 1;
    this.counts.lostWrites += lost;
    this.queue = [];
    this.busy = false;
    this.hanging = false;
    this.failing = undefined;
  }

  /** The machine loses power: a crash that takes back what was acknowledged and isn't durable. Gives how many writes that were. */
  cutPower(): number {
    this.crash();
    let lost = 0;
    for (const batch of this.volatile.splice(0).reverse()) {
      batch.takeBack();
      lost += batch.size;
    }
    this.counts.brokenPromises += lost;
    return lost;
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
    const failure = this.failureOf(flush);
    if (failure !== undefined) return this.fail(flush, failure);
    this.queue.shift();
    this.counts.flushes += 1;
    this.room -= flush.writes.length;
    this.keep(flush.writes);
    flush.done(true);
    if (life === this.life) this.next();
  }

  private failureOf(flush: Flush<W>): FlushFailure | undefined {
    const { failing } = this;
    this.failing = undefined;
    if (failing !== undefined) return failing;
    if (flush.writes.length > this.room) return 'lost';
    return this.modules.random.chance(this.faults.failRate) ? 'lost' : undefined;
  }

  private fail(flush: Flush<W>, failure: FlushFailure): void {
    const { life } = this;
    this.counts.failedFlushes += 1;
    if (failure === 'stored') this.keep(flush.writes);
    if (failure === 'thenSucceeds') this.queue.shift();
    else this.hanging = true;
    flush.done(false);
    if (life === this.life) this.next();
  }

  private keep(writes: readonly W[]): void {
    const takeBack = this.modules.store(writes);
    if (this.lieMs === undefined) {
      // A true flush takes with it what lies before it.
      this.volatile.length = 0;
      return;
    }
    this.counts.lies += 1;
    const batch: VolatileBatch = { size: writes.length, takeBack: takeBack ?? (() => undefined) };
    this.volatile.push(batch);
    this.modules.timers.after(this.lieMs, () => {
      const index = this.volatile.indexOf(batch);
      if (index >= 0) this.volatile.splice(0, index + 1);
    });
  }
}
