import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import type { Slot } from '@synod/consensus';
import type { StateChange } from '@synod/jobs';
import type { ImageChange, ImageStore } from '@synod/storage';

export interface ImageWriterOptions {
  /**
   * Changed records that make a batch at once. A batch is one transaction beside the log's flushes, and one more stall of the event
   * loop: about 3 µs for each record. 2,000 is a few milliseconds of both. More write less, as what changes twice is written once.
   */
  readonly maxChanges: number;
  /** Otherwise a batch is cut this long after the first change. It bounds what a restart replays when there is little to do. */
  readonly maxDelayMs: number;
  /** Records encoded before others get their turn. */
  readonly encodeSlice: number;
}

export const DEFAULT_IMAGE_WRITER_OPTIONS: ImageWriterOptions = {
  maxChanges: 2_000,
  maxDelayMs: 1_000,
  encodeSlice: 500,
};

/** The part of the state machine that an image is made of. */
export interface ImageSource {
  readonly appliedSlot: Slot;
  /** Records that changed since changes were last taken. */
  readonly changedCount: number;
  takeChanges(): readonly StateChange[];
  stateHash(): string;
}

export interface ImageWriterModules {
  readonly source: () => ImageSource;
  readonly store: Pick<ImageStore, 'write'>;
  readonly encode: (change: StateChange) => ImageChange;
  /**
   * Resolves when what an image of this slot builds on is on the disk: the records of jobs that left the state, and the log's own
   * word that its slots through this one are chosen, without which a restart takes the image for a snapshot that the log doesn't
   * belong to, and trims it.
   */
  readonly prepared: (slot: Slot) => Promise<void>;
  /** False while the disk has no room: a write would fail, which is fatal (P15). The image then stays behind. */
  readonly mayWrite: () => boolean;
  /** The image of this slot is durable. */
  readonly flushed: (slot: Slot) => void;
  /** A write failed: what is on the disk is not known. */
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** How the writer does, for metrics. */
export interface ImageWriterStats {
  readonly batches: number;
  readonly records: number;
  readonly lastBatchRecords: number;
  /** Longest that a cut held the event loop. */
  readonly longestCutMs: number;
}

type Phase = 'idle' | 'writing' | 'paused' | 'stopped';

/**
 * The write-behind image: what changed in the state goes to the disk in batches, each of one applied slot. One batch is under way
 * at a time; meanwhile changes gather, and what changes twice is written once, so a slow disk costs lag and no memory.
 */
export class ImageWriter {
  private phase: Phase = 'idle';
  private due = false;
  private scheduled = false;
  private cancelDelay: CancelTimer | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private batches = 0;
  private records = 0;
  private lastBatchRecords = 0;
  private longestCutMs = 0;

  constructor(
    private readonly options: ImageWriterOptions,
    private readonly modules: ImageWriterModules,
  ) {}

  get stats(): ImageWriterStats {
    const { batches, records, lastBatchRecords, longestCutMs } = this;
    return { batches, records, lastBatchRecords, longestCutMs };
  }

  /** An entry was applied. Nothing is cut before the turn of the event loop is over: what is sent for the entry goes first. */
  applied(): void {
    if (this.phase === 'paused' || this.phase === 'stopped' || this.scheduled) return;
    if (this.modules.source().changedCount >= this.options.maxChanges) this.due = true;
    if (!this.due) return this.arm();
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.begin();
    });
  }

  /** Resolves when no batch is under way. */
  async written(): Promise<void> {
    await this.underWay;
  }

  /** No batch is cut any more until `resume`. Resolves when none is under way. */
  async pause(): Promise<void> {
    if (this.phase === 'stopped') return this.underWay;
    const { underWay } = this;
    this.phase = 'paused';
    this.disarm();
    await underWay;
  }

  resume(): void {
    if (this.phase !== 'paused') return;
    this.phase = 'idle';
    this.applied();
  }

  /** Writes a last batch, of all that is applied by now. Not while paused: the state is being replaced then. */
  async stop(): Promise<void> {
    if (this.phase === 'stopped') return this.underWay;
    const wasPaused = this.phase === 'paused';
    this.phase = 'stopped';
    this.disarm();
    await this.underWay;
    if (wasPaused || this.modules.source().changedCount === 0 || !this.modules.mayWrite()) return;
    this.underWay = this.write();
    await this.underWay;
  }

  private arm(): void {
    this.cancelDelay ??= this.modules.timers.after(this.options.maxDelayMs, () => {
      this.cancelDelay = undefined;
      this.due = true;
      this.begin();
    });
  }

  private disarm(): void {
    this.due = false;
    this.cancelDelay?.();
    this.cancelDelay = undefined;
  }

  private begin(): void {
    if (this.phase !== 'idle' || !this.due) return;
    this.disarm();
    if (this.modules.source().changedCount === 0) return;
    if (!this.modules.mayWrite()) return this.arm();
    this.phase = 'writing';
    this.underWay = this.write().then(() => {
      if (this.phase !== 'writing') return;
      this.phase = 'idle';
      // What gathered meanwhile.
      if (this.modules.source().changedCount > 0) this.applied();
    });
  }

  private async write(): Promise<void> {
    const { clock, source, store, flushed, failed, prepared } = this.modules;
    const startedMs = clock.monotonicMs();
    const state = source();
    const slot = state.appliedSlot;
    const stateHash = state.stateHash();
    const taken = state.takeChanges();
    const cutMs = clock.monotonicMs() - startedMs;
    this.longestCutMs = Math.max(this.longestCutMs, cutMs);
    try {
      const ready = prepared(slot);
      const changes = await this.encodeAll(taken);
      await ready;
      await store.write({ slot, stateHash, changes });
    } catch (error) {
      return failed(error);
    }
    this.batches += 1;
    this.records += taken.length;
    this.lastBatchRecords = taken.length;
    this.modules.logger.debug({ slot, records: taken.length, cutMs }, 'image written');
    flushed(slot);
  }

  private async encodeAll(taken: readonly StateChange[]): Promise<ImageChange[]> {
    const { encodeSlice } = this.options;
    const changes: ImageChange[] = [];
    for (let from = 0; from < taken.length; from += encodeSlice) {
      if (from > 0) await new Promise((resolve) => setImmediate(resolve));
      for (const change of taken.slice(from, from + encodeSlice)) changes.push(this.modules.encode(change));
    }
    return changes;
  }
}
