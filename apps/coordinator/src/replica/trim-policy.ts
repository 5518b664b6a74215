import type { Slot } from '@synod/consensus';

/** How much of the log is kept below the image, for peers. */
export interface TrimOptions {
  /**
   * Slots kept for anybody who lags a little: a member that was restarted catches up from the log, which costs its peers less than
   * a snapshot. 20,000 is half a minute and more of a busy cluster.
   */
  readonly keptSlots: number;
  /** The same in bytes on the disk; whichever is less. */
  readonly keptBytes: number;
  /** A member that is connected and further behind holds the log up to so many times that, and no more: then a snapshot is cheaper. */
  readonly lagFactor: number;
  /** Slots that are trimmed at once, at least. */
  readonly stepSlots: number;
}

const MIB = 2 ** 20;

export const DEFAULT_TRIM_OPTIONS: TrimOptions = {
  keptSlots: 20_000,
  keptBytes: 256 * MIB,
  lagFactor: 4,
  stepSlots: 1_000,
};

export interface TrimFacts {
  readonly imageSlot: Slot;
  readonly trimmedThroughSlot: Slot;
  /** Average size of an entry in the log. */
  readonly bytesPerSlot: number;
  /** How far members that were heard lately know slots chosen. One that isn't heard holds nothing (P20). */
  readonly connected: readonly Slot[];
  /** Slots of snapshots that members fetch from here, or installed lately: from there they go on by the log (P19). */
  readonly served: readonly Slot[];
  /** There is little room: nothing is kept for a member that is far behind. */
  readonly diskIsLow: boolean;
}

/** Through which slot the log may go; undefined when it is not worth it. Never above the image. */
export function trimTarget(facts: TrimFacts, options: TrimOptions): Slot | undefined {
  const kept = Math.min(options.keptSlots, Math.floor(options.keptBytes / Math.max(1, facts.bytesPerSlot)));
  let through = facts.imageSlot - kept;
  if (!facts.diskIsLow) {
    const furthest = facts.imageSlot - kept * options.lagFactor;
    for (const slot of facts.connected) if (slot >= furthest) through = Math.min(through, slot);
    for (const slot of facts.served) through = Math.min(through, slot);
  }
  return through - facts.trimmedThroughSlot >= options.stepSlots ? through : undefined;
}
