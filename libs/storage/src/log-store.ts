import type { AcceptedEntry, Ballot, DurableState, LogWrite, Slot } from '@synod/consensus';

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

/** What a log holds when it is opened. Where a record is damaged the slot is `unknown`, never empty (P14). */
export interface RecoveredLog extends DurableState {
  /** Highest slot that was ever accepted here; 0 when none. Slots up to it are held, holes, or unknown. */
  readonly lastSlot: Slot;
  /**
   * Slots that were accepted here and can't be read, in order. An acceptor isn't counted for them. `chosenThroughSlot` is
   * below the first of them, so that every slot up to it is present. Appending to such a slot repairs it.
   */
  readonly unknownSlots: readonly Slot[];
  readonly trimmedThroughSlot: Slot;
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
  /** What was durable when the store was opened. Called once, before the first append. */
  recover(): RecoveredLog;
  /**
   * Resolves after the flush. Calls made while a flush is under way share the next one. A rejection means that the process
   * is about to be killed: nothing may be said that depends on these writes. A call that holds nothing but `chosenThrough`
   * hints resolves at once; the hints ride along with the next flush.
   */
  append(writes: readonly LogWrite[]): Promise<void>;
  /**
   * Durable entries of [fromSlot, throughSlot] in order, without holes; stops after `maxBytes` of commands, but gives one
   * entry at least. Stops before an unknown slot, and throws `slotUnknown` when that is the first.
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
