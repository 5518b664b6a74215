import type { AcceptedEntry, Ballot, Entry, Slot } from './types.js';

export interface HeldEntry extends AcceptedEntry {
  readonly sizeBytes: number;
  /** The persist that makes it durable. */
  readonly token: number;
}

/**
 * The part of an acceptor's log that is in memory: everything above the applied slot, and a cache of applied entries for peers
 * that lag a little. A slot missing below `firstSlot` isn't empty, it is on disk only.
 */
export class EntryLog {
  private readonly held = new Map<Slot, HeldEntry>();
  private highest: Slot;
  private lowest: Slot;
  private appliedThrough: Slot;
  private appliedBytes = 0;
  private pendingBytes = 0;

  /** `knownChosenSlot` is above `appliedSlot` where the image was lost: nothing is held up to there either. */
  constructor(appliedSlot: Slot, knownChosenSlot: Slot = appliedSlot) {
    this.appliedThrough = appliedSlot;
    this.lowest = knownChosenSlot + 1;
    this.highest = knownChosenSlot;
  }

  /** Lowest slot that memory still holds; what is below was evicted or never loaded. */
  get firstSlot(): Slot {
    return this.lowest;
  }

  /** Highest slot ever held. */
  get highestSlot(): Slot {
    return this.highest;
  }

  get cachedBytes(): number {
    return this.appliedBytes;
  }

  /** Bytes of entries above the applied slot: what has to stay in memory. */
  get unappliedBytes(): number {
    return this.pendingBytes;
  }

  get(slot: Slot): HeldEntry | undefined {
    return this.held.get(slot);
  }

  /** Holds an entry in memory, in place of what the slot held. Slots below the cache stay on disk only. */
  put(slot: Slot, ballot: Ballot, entry: Entry, sizeBytes: number, token: number): void {
    if (slot < this.lowest) return;
    const addedBytes = sizeBytes - (this.held.get(slot)?.sizeBytes ?? 0);
    if (slot <= this.appliedThrough) this.appliedBytes += addedBytes;
    else this.pendingBytes += addedBytes;
    this.held.set(slot, { slot, ballot, entry, sizeBytes, token });
    if (slot > this.highest) this.highest = slot;
  }

  /** From now on the slot belongs to the cache, and may be evicted once it is durable. */
  noteApplied(slot: Slot): void {
    this.appliedThrough = slot;
    const sizeBytes = this.held.get(slot)?.sizeBytes ?? 0;
    this.appliedBytes += sizeBytes;
    this.pendingBytes -= sizeBytes;
  }

  /** Drops the oldest applied and durable entries until the cache fits. */
  evict(maxCachedBytes: number, durableToken: number): void {
    while (this.appliedBytes > maxCachedBytes && this.lowest <= this.appliedThrough) {
      const oldest = this.held.get(this.lowest);
      if (oldest !== undefined) {
        if (oldest.token > durableToken) return;
        this.appliedBytes -= oldest.sizeBytes;
        this.held.delete(this.lowest);
      }
      this.lowest += 1;
    }
  }

  /** Forgets what is held through `slot`, all of it applied: the log on disk holds it no more. */
  trimThrough(slot: Slot): void {
    for (; this.lowest <= slot; this.lowest += 1) {
      this.appliedBytes -= this.held.get(this.lowest)?.sizeBytes ?? 0;
      this.held.delete(this.lowest);
    }
  }

  /** A snapshot took the place of everything through `slot`: what was accepted below it may not be what was chosen there. */
  restartAbove(slot: Slot): void {
    for (const { slot: old, sizeBytes } of [...this.held.values()]) {
      if (old > slot) continue;
      if (old <= this.appliedThrough) this.appliedBytes -= sizeBytes;
      else this.pendingBytes -= sizeBytes;
      this.held.delete(old);
    }
    this.appliedThrough = slot;
    this.lowest = slot + 1;
    this.highest = Math.max(this.highest, slot);
  }

  /** What is held from `fromSlot` up, in order of slots. */
  entriesFrom(fromSlot: Slot): HeldEntry[] {
    const entries: HeldEntry[] = [];
    for (let slot = fromSlot; slot <= this.highest; slot += 1) {
      const entry = this.held.get(slot);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }
}
