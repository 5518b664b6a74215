import { ZERO_BALLOT } from '@synod/consensus';
import type { AcceptedEntry, Ballot, DurableState, Entry, LogWrite, NodeId, Slot, SlotEntry } from '@synod/consensus';

/** What a node's log holds for sure: what survives a crash. */
export class LogImage {
  promised: Ballot = ZERO_BALLOT;
  chosenThroughSlot: Slot = 0;
  trimmedThroughSlot: Slot = 0;
  /** As written; a damaged record is here too, for the checker, and `damaged` names it. */
  readonly accepted = new Map<Slot, AcceptedEntry>();
  /** Slots that the log lists and whose record can't be read: unknown, never empty (P14). */
  readonly damaged = new Set<Slot>();
  /** Those of them that a process found: at its start, or when it read them for a peer. */
  readonly foundDamaged = new Set<Slot>();
  readonly peers = new Map<NodeId, string>();
  /** Damaged records that were written anew. */
  repaired = 0;

  /** Gives what takes the write back, as a power cut does to a disk that lied. */
  store(write: LogWrite): () => void {
    switch (write.kind) {
      case 'promised': {
        const { promised } = this;
        this.promised = write.ballot;
        return () => (this.promised = promised);
      }
      case 'accepted':
        return this.storeAccepted(write.accepted);
      case 'trimmed':
        return this.storeTrimmed(write.throughSlot);
      case 'peer':
        this.peers.set(write.nodeId, write.storageId);
        return () => this.peers.delete(write.nodeId);
      case 'chosenThrough': {
        const { chosenThroughSlot } = this;
        this.chosenThroughSlot = write.slot;
        return () => (this.chosenThroughSlot = chosenThroughSlot);
      }
    }
  }

  /**
   * What a process finds that starts with an image at `imageSlot`, and the entries that it replays on top of it. The log may know less
   * than the image, or have a gap below it, when the process ended after a snapshot was installed and before the log was cut.
   */
  load(imageSlot: Slot): { readonly durable: DurableState; readonly replay: readonly SlotEntry[] } {
    const replay: SlotEntry[] = [];
    let chosenThroughSlot = imageSlot;
    if (this.trimmedThroughSlot <= imageSlot) {
      while (chosenThroughSlot < this.chosenThroughSlot) {
        const held = this.valid(chosenThroughSlot + 1);
        if (held === undefined) break;
        replay.push({ slot: held.slot, entry: held.entry });
        chosenThroughSlot = held.slot;
      }
    }
    const accepted = [...this.accepted.values()]
      .filter(({ slot }) => slot > chosenThroughSlot && !this.damaged.has(slot))
      .sort((left, right) => left.slot - right.slot);
    const damaged = [...this.damaged].sort((left, right) => left - right);
    for (const slot of damaged) this.foundDamaged.add(slot);
    const durable: DurableState = {
      promised: this.promised,
      chosenThroughSlot,
      imageSlot,
      logChosenThroughSlot: this.chosenThroughSlot,
      accepted,
      unknownSlots: damaged.filter((slot) => slot > chosenThroughSlot),
      damagedSlots: damaged.filter((slot) => slot <= chosenThroughSlot),
      trimmedThroughSlot: this.trimmedThroughSlot,
      peers: new Map(this.peers),
    };
    return { durable, replay };
  }

  /** Entries from a slot up, as far as they can be read. */
  entries(fromSlot: Slot, throughSlot: Slot, maxBytes: number): ReadEntries {
    const entries: SlotEntry[] = [];
    let bytes = 0;
    for (let slot = fromSlot; slot <= throughSlot && bytes < maxBytes; slot += 1) {
      if (this.damaged.has(slot)) {
        this.foundDamaged.add(slot);
        return { entries, damagedSlot: slot };
      }
      const held = this.accepted.get(slot);
      if (held === undefined) break;
      entries.push({ slot, entry: held.entry });
      bytes += sizeOf(held.entry);
    }
    return { entries, damagedSlot: undefined };
  }

  /** Flips a bit in the record of a slot; false when there is none. */
  damage(slot: Slot): boolean {
    if (!this.accepted.has(slot)) return false;
    this.damaged.add(slot);
    return true;
  }

  /** The disk is gone, and an empty one in its place. */
  lose(): void {
    this.promised = ZERO_BALLOT;
    this.chosenThroughSlot = 0;
    this.trimmedThroughSlot = 0;
    this.accepted.clear();
    this.damaged.clear();
    this.foundDamaged.clear();
    this.peers.clear();
  }

  private valid(slot: Slot): AcceptedEntry | undefined {
    return this.damaged.has(slot) ? undefined : this.accepted.get(slot);
  }

  private storeAccepted(accepted: AcceptedEntry): () => void {
    const { slot } = accepted;
    const before = this.accepted.get(slot);
    const wasDamaged = this.damaged.delete(slot);
    this.foundDamaged.delete(slot);
    if (wasDamaged) this.repaired += 1;
    this.accepted.set(slot, accepted);
    return () => {
      if (before === undefined) this.accepted.delete(slot);
      else this.accepted.set(slot, before);
      if (wasDamaged) this.damaged.add(slot);
    };
  }

  private storeTrimmed(throughSlot: Slot): () => void {
    const before = this.trimmedThroughSlot;
    this.trimmedThroughSlot = Math.max(before, throughSlot);
    const dropped: AcceptedEntry[] = [];
    for (const held of this.accepted.values()) {
      if (held.slot > throughSlot) continue;
      dropped.push(held);
      this.accepted.delete(held.slot);
      this.damaged.delete(held.slot);
      this.foundDamaged.delete(held.slot);
    }
    return () => {
      this.trimmedThroughSlot = before;
      for (const held of dropped) this.accepted.set(held.slot, held);
    };
  }
}

export interface ReadEntries {
  readonly entries: readonly SlotEntry[];
  /** The first slot that can't be read. */
  readonly damagedSlot: Slot | undefined;
}

function sizeOf(entry: Entry): number {
  return entry.kind === 'noop' ? 1 : entry.commands.reduce((sum, { length }) => sum + length, 0);
}
