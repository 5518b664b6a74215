import type { AcceptedEntry, Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import { decodeEntry } from './entry-record.js';
import { getBytes } from './lmdb-environment.js';
import { guarded } from './lmdb-log-open.js';
import type { LogEnvironment } from './lmdb-log-open.js';
import type { SlotState } from './recovery.js';
import { blockOf, SLOT_HELD, SLOT_HOLE, SlotDigest } from './slot-digest.js';
import { slotUnknown } from './storage-error.js';

/** Reads slots as they are durable. `commitSequence` of the calls says which commit that is. */
export class LogReader {
  #last: { block: number; commitSequence: number; digest: SlotDigest | undefined } | undefined;

  constructor(
    private readonly directory: string,
    private readonly environment: LogEnvironment,
  ) {}

  /** Held entries of [fromSlot, throughSlot]; see `LogStore.read`. */
  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number, commitSequence: number): readonly AcceptedEntry[] {
    const found: AcceptedEntry[] = [];
    let bytes = 0;
    for (let slot = fromSlot; slot <= throughSlot; slot++) {
      const read = this.slot(slot, commitSequence);
      if (read === 'unknown' && found.length > 0) break;
      if (read === 'unknown') throw slotUnknown(slot);
      if (read === undefined) continue;
      bytes += commandBytes(read);
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(read);
    }
    return found;
  }

  /** The entry, 'unknown' when it's listed but can't be read, undefined when the slot is a hole. */
  slot(slot: Slot, commitSequence: number): AcceptedEntry | 'unknown' | undefined {
    const found = this.#trySlot(slot, commitSequence);
    if (found !== 'unknown') return found;
    // A commit that is under way may show in the entry and not in the digest that was read before it: read both again.
    this.#last = undefined;
    return this.#trySlot(slot, commitSequence);
  }

  /** What the slot's digest says, without a look at the entry. */
  stateOf(slot: Slot, commitSequence: number): SlotState {
    const state = this.#digest(blockOf(slot), commitSequence)?.stateOf(slot);
    if (state === SLOT_HELD) return 'held';
    return state === SLOT_HOLE ? 'hole' : 'unknown';
  }

  #trySlot(slot: Slot, commitSequence: number): AcceptedEntry | 'unknown' | undefined {
    const digest = this.#digest(blockOf(slot), commitSequence);
    const state = this.stateOf(slot, commitSequence);
    if (digest === undefined || state === 'unknown') return 'unknown';
    if (state === 'hole') return undefined;
    const bytes = guarded(this.directory, () => getBytes(this.environment.trees.entries, uint64Key(slot)));
    return decodeEntry(bytes, slot, digest.checksumOf(slot)) ?? 'unknown';
  }

  /** As it is durable, which the ledger's, with a commit under way, need not be. */
  #digest(block: number, commitSequence: number): SlotDigest | undefined {
    if (this.#last?.block !== block || this.#last.commitSequence !== commitSequence) {
      const key = uint64Key(block);
      const bytes = guarded(this.directory, () => getBytes(this.environment.trees.digests, key));
      this.#last = { block, commitSequence, digest: SlotDigest.decode(bytes, block) };
    }
    return this.#last.digest;
  }
}

function commandBytes(accepted: AcceptedEntry): number {
  if (accepted.entry.kind === 'noop') return 0;
  return accepted.entry.commands.reduce((total, command) => total + command.length, 0);
}
