import type { Slot } from '@synod/consensus';

/** One record of applied state. Keys are short and in order of creation wherever there is one: appending to a tree is cheap. */
export interface ImageRecord {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** A record that changed since the last batch; without bytes it is gone. */
export interface ImageChange {
  readonly key: string;
  readonly bytes: Uint8Array | undefined;
}

/** What an image is of: the state right after `slot`, with the hash that a replica computes of it. */
export interface ImageState {
  readonly slot: Slot;
  readonly stateHash: string;
  /** Records that the image holds. */
  readonly records: number;
}

/** All changes from one applied slot to a later one. Made durable as one transaction, so an image is never between two slots. */
export interface ImageBatch {
  readonly slot: Slot;
  readonly stateHash: string;
  readonly changes: readonly ImageChange[];
}

export interface ImageStoreStats {
  readonly flushes: number;
  readonly lastFlushDurationMs: number;
  readonly oldestOutstandingFlushMs: number;
  readonly queuedBatches: number;
}

/**
 * The durable, write-behind image of the applied state, in an environment of its own: a large batch must not hold up a flush of
 * the log. It may lag behind the applied slot, never run ahead of it; what it lacks is replayed from the log.
 */
export interface ImageStore {
  /** What is durable; undefined when there is none: new, damaged, or a replacement that was interrupted. */
  readonly state: ImageState | undefined;
  /** All records in order of keys, in chunks of bounded size. Throws `imageDamaged` at a record whose checksum is wrong. */
  records(): AsyncIterable<readonly ImageRecord[]>;
  /** Batches become durable in the order of their slots. Resolves after the flush; a failed one is fatal, as in the log. */
  write(batch: ImageBatch): Promise<void>;
  /**
   * Puts other content in place of all: no image from the start of it until its end is durable, so a crash in between leaves
   * none. No `write` is under way or begun meanwhile.
   */
  replace(state: ImageState, records: AsyncIterable<readonly ImageRecord[]>): Promise<void>;
  /** Drops the image: what it held turned out to be damaged. */
  discard(): Promise<void>;
  stats(): ImageStoreStats;
  close(): Promise<void>;
}
