import type { Slot } from '@synod/consensus';
import type { ImageRecord, SnapshotOffer } from '@synod/storage';

// What fetching and serving need of `SnapshotDirectory`; a memory takes its place in tests and in the simulator.

/** A piece of a snapshot: whole records, encoded. */
export interface SnapshotChunk {
  /** From 0. */
  readonly index: number;
  readonly data: Uint8Array;
  readonly checksum: number;
}

/** The state right after a slot, in chunks. */
export interface OutgoingSnapshot {
  readonly info: SnapshotOffer;
  /** Rejects when it can't be read. */
  chunk(index: number): Promise<SnapshotChunk>;
  /** No chunk is asked for any more. */
  close(): Promise<void>;
}

/** Where snapshots for others come from. */
export interface SnapshotSource {
  /** The one with this id if it is still there, else one of a slot above; undefined when the image isn't above it. */
  latest(wanted: {
    readonly aboveSlot: Slot;
    readonly resumeId?: string | undefined;
  }): Promise<OutgoingSnapshot | undefined>;
  /** A chunk of it can't be read: another is made. */
  forgetOutgoing(snapshotId: string): Promise<void>;
}

/** A snapshot of another member on its way into this one, kept on the disk as it comes. */
export interface IncomingSnapshot {
  /** The first chunk that isn't here. */
  readonly nextChunk: number;
  readonly hasAll: boolean;
  /** Takes the next chunk; false: it is here already. Rejects when it isn't whole. */
  add(index: number, data: Uint8Array, checksum: number): Promise<boolean>;
  /** Checks the whole, once all is here. Rejects with `snapshotDamaged`: then it is gone. */
  complete(): Promise<CompleteSnapshot>;
}

/** A snapshot that is here and whole. */
export interface CompleteSnapshot {
  /** All records, in order of keys; may be read more than once. */
  records(): AsyncIterable<readonly ImageRecord[]>;
  close(): Promise<void>;
}

/** Where incoming snapshots are kept; one at a time. */
export interface SnapshotInbox {
  /** Begins to take this one, or goes on where an earlier transfer of it ended; what there is of another one goes. */
  receive(offer: SnapshotOffer): Promise<IncomingSnapshot>;
  /** Drops what is there. */
  discardIncoming(): Promise<void>;
}
