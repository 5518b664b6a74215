import type { Slot } from '@synod/consensus';

/**
 * One record of applied state. A key has 1 to 511 bytes. Keys are short and in order of creation wherever there is one:
 * appending to a tree is cheap.
 */
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

/** Why there is no image. */
export type ImageAbsence =
  /** None was ever written. */
  | 'new'
  /** Its manifest is damaged, or the file as a whole. */
  | 'damaged'
  /** It was dropped by `discard`. */
  | 'discarded'
  /** It is that of another owner: another cluster, group, or storage id. */
  | 'foreign';

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
  readonly bytesOnDisk: number;
}

export interface ReadingOptions {
  /**
   * How long the reading may last; after that it throws `readingTooLong`. While it lasts no page that it could need is used
   * again, so the file grows with every write. Default 180 s.
   */
  readonly maxDurationMs?: number;
}

/** The image as it was at one moment, whatever is written meanwhile. */
export interface ImageReading {
  readonly state: ImageState;
  /**
   * All records in order of their keys' bytes, in chunks of bounded size, once. Throws `imageDamaged` at a record whose checksum
   * is wrong, and at the end when the records as a whole are not those of the manifest.
   */
  records(): AsyncIterable<readonly ImageRecord[]>;
  /** Ends the reading. Twice is fine. */
  close(): void;
}

/**
 * The durable, write-behind image of the applied state, in an environment of its own: a large batch must not hold up a flush of
 * the log. It may lag behind the applied slot, never run ahead of it; what it lacks is replayed from the log.
 */
export interface ImageStore {
  /** What is durable; undefined when there is none. */
  readonly state: ImageState | undefined;
  /** Why `state` is undefined; undefined when it is not. */
  readonly absence: ImageAbsence | undefined;
  /** Starts a consistent reading; undefined when there is no image. Whoever starts one closes it. */
  openReading(options?: ReadingOptions): ImageReading | undefined;
  /**
   * All records of one reading without a limit of time, for the start, before anything is written. Nothing when there is no
   * image. Throws as {@link ImageReading.records} does.
   */
  records(): AsyncIterable<readonly ImageRecord[]>;
  /**
   * Batches become durable in the order of their slots, which rise. Resolves after the flush; a failed one is fatal, as in the
   * log. The caller may use its buffers again once the call has returned. Where there is no image, the batch is taken for the
   * whole of a new one.
   */
  write(batch: ImageBatch): Promise<void>;
  /**
   * Puts other content in place of all. It is made beside the image, which stays until the other is durable: a member that had
   * none for that time, and a log that is trimmed below, would be as good as lost. So for that time both take room on the disk.
   * No `write` is under way or begun meanwhile. Rejects with what `records` throws, and with `imageDamaged` when their number is
   * not that of `state`; then the image is the one before.
   */
  replace(state: ImageState, records: AsyncIterable<readonly ImageRecord[]>): Promise<void>;
  /** Drops the image: what it held turned out to be damaged. */
  discard(): Promise<void>;
  stats(): ImageStoreStats;
  /** Flushes what is queued. Twice is fine. */
  close(): Promise<void>;
}

export const DEFAULT_READING_MS = 180_000;
