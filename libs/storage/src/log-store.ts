import type { AcceptedEntry, Ballot, DurableState, LogWrite, NodeId, Slot } from '@synod/consensus';

/** Written once, when a directory is formatted; never changed. */
export interface LogIdentity {
  /** Version of the on-disk format; see FORMAT.md. */
  readonly formatVersion: number;
  readonly clusterId: string;
  readonly groupId: number;
  readonly nodeId: string;
  /** Minted when the directory is formatted: one per node id, ever (I10). */
  readonly storageId: string;
  readonly initialMembers: readonly { readonly id: string; readonly address: string }[];
}

/**
 * What a log holds when it is opened, beside an image of applied state at `imageSlot`. Where a record is damaged the slot is
 * `unknown` or `damaged`, never empty (P14).
 */
export interface RecoveredLog extends DurableState {
  /** The slot that `recover` was told; 0 when there is no image. */
  readonly imageSlot: Slot;
  /**
   * At least `imageSlot`, whatever is damaged below it. Above it, as far as the log knows slots chosen and holds them: the host
   * replays (imageSlot, chosenThroughSlot], all of which can be read. Below `trimmedThroughSlot` only without a fitting image,
   * and then it is `imageSlot`.
   */
  readonly chosenThroughSlot: Slot;
  /** Highest slot that was ever accepted or trimmed here; 0 when none. Slots up to it are trimmed, held, holes, or unknown. */
  readonly lastSlot: Slot;
  /**
   * Slots above `chosenThroughSlot` that were accepted here and can't be read, in order. An acceptor isn't counted for them.
   * Appending to such a slot repairs it.
   */
  readonly unknownSlots: readonly Slot[];
  /** Slots of (trimmedThroughSlot, chosenThroughSlot] that can't be read, in order; they are covered by the image. */
  readonly damagedSlots: readonly Slot[];
  /** What was trimmed, or lies below a hole that the image covers: a snapshot was installed, and its trim didn't get here. */
  readonly trimmedThroughSlot: Slot;
  readonly peers: ReadonlyMap<NodeId, string>;
}

export interface LogStoreStats {
  /** Commits made durable since opening. */
  readonly flushes: number;
  readonly lastFlushDurationMs: number;
  /** Age of the oldest append that isn't durable yet; 0 when none. A hung disk shows here (P17). */
  readonly oldestOutstandingFlushMs: number;
  readonly queuedAppends: number;
  readonly bytesOnDisk: number;
}

/**
 * The durable log of one acceptor. One instance at a time holds a directory.
 *
 * Ordering: calls of `append` become durable in the order in which they were made; a later call is never durable without the
 * earlier ones. Each call is atomic. Reads see what is durable, not what is queued.
 */
export interface LogStore {
  readonly identity: LogIdentity;
  /** Counts the openings of this directory, from 1. Raised and flushed before `open` resolves. */
  readonly incarnation: number;
  /**
   * What was durable when the store was opened, for a host whose durable image of applied state is of `imageSlot` (0: it has
   * none). Called once, before the first append.
   */
  recover(imageSlot?: Slot): RecoveredLog;
  /**
   * Resolves after the flush. Calls made while a flush is under way share the next one. A rejection means that the process
   * is about to be killed: nothing may be said that depends on these writes. A call that holds nothing but `chosenThrough`
   * hints resolves at once; the hints ride along with the next flush.
   *
   * After a call with `trimmed`, slots through it are not read, and not accepted again; they are deleted in bounded steps
   * that follow by themselves, also after a restart. A trim below an earlier one changes nothing.
   */
  append(writes: readonly LogWrite[]): Promise<void>;
  /**
   * Durable entries of [fromSlot, throughSlot] above the trim, in order; holes are left out. Stops after `maxBytes` of
   * commands, but gives one entry at least. Stops before a slot whose record is damaged, and throws `slotUnknown` with that
   * slot when nothing comes before it: who reads on from the last entry learns of it.
   */
  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): readonly AcceptedEntry[];
  stats(): LogStoreStats;
  /** Flushes what is queued, then releases the directory. Twice is fine. */
  close(): Promise<void>;
}

/** The promise of a log that has never promised. */
export const ZERO_BALLOT: Ballot = { round: 0, priority: 0, nodeId: '' };

/** Whether `a` comes before `b` in the total order of ballots. Node ids compare by code unit, as in the core. */
export function isLowerBallot(a: Ballot, b: Ballot): boolean {
  if (a.round !== b.round) return a.round < b.round;
  if (a.priority !== b.priority) return a.priority < b.priority;
  return a.nodeId < b.nodeId;
}

/** Peers whose storage ids a log keeps, and bytes of a node id or storage id, at the most. */
export const MAX_PEERS = 256;
export const MAX_ID_BYTES = 255;
