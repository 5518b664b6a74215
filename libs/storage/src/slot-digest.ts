import type { Slot } from '@synod/consensus';
import { readUint64, seal, unseal, writeUint64 } from './bytes.js';

/** Slots whose digests share one record. More makes each append copy more; fewer makes more records. */
export const SLOTS_PER_BLOCK = 128;

export const SLOT_HOLE = 0;
export const SLOT_HELD = 1;
export const SLOT_UNKNOWN = 2;

const VERSION = 1;
const STATES_AT = 13;
const CHECKSUMS_AT = STATES_AT + SLOTS_PER_BLOCK / 4;
const RECORD_BYTES = CHECKSUMS_AT + SLOTS_PER_BLOCK * 4;

export function blockOf(slot: Slot): number {
  return Math.floor((slot - 1) / SLOTS_PER_BLOCK);
}

export function firstSlotOf(block: number): Slot {
  return block * SLOTS_PER_BLOCK + 1;
}

/** The block of the first slot above `slot`. */
export function firstBlockAbove(slot: Slot): number {
  return blockOf(slot + 1);
}

/** The block of `slot`; -1 when there is no slot yet. */
export function lastBlockThrough(slot: Slot): number {
  return slot === 0 ? -1 : blockOf(slot);
}

/**
 * What the log says about 128 consecutive slots, kept in another tree than the entries themselves: whether each is held, a
 * hole or unknown, and the checksum of the record that is held. It makes a record that vanished, or that an old page brought
 * back, show as unknown.
 */
export class SlotDigest {
  readonly #states = new Uint8Array(SLOTS_PER_BLOCK);
  readonly #checksums = new Uint32Array(SLOTS_PER_BLOCK);

  constructor(readonly block: number) {}

  stateOf(slot: Slot): number {
    return this.#states[this.#indexOf(slot)] ?? SLOT_UNKNOWN;
  }

  checksumOf(slot: Slot): number {
    return this.#checksums[this.#indexOf(slot)] ?? 0;
  }

  hold(slot: Slot, checksum: number): void {
    this.#states[this.#indexOf(slot)] = SLOT_HELD;
    this.#checksums[this.#indexOf(slot)] = checksum;
  }

  markUnknown(slot: Slot): void {
    this.#states[this.#indexOf(slot)] = SLOT_UNKNOWN;
    this.#checksums[this.#indexOf(slot)] = 0;
  }

  #indexOf(slot: Slot): number {
    return slot - firstSlotOf(this.block);
  }

  /** The sealed record; its first 4 bytes are the checksum that goes into the manifest's sum. */
  encode(): Buffer {
    const bytes = Buffer.alloc(RECORD_BYTES);
    bytes.writeUInt8(VERSION, 4);
    writeUint64(bytes, this.block, 5);
    for (let index = 0; index < SLOTS_PER_BLOCK; index++) {
      const at = STATES_AT + (index >> 2);
      bytes[at] = (bytes[at] ?? 0) | ((this.#states[index] ?? 0) << ((index & 3) * 2));
      bytes.writeUInt32BE(this.#checksums[index] ?? 0, CHECKSUMS_AT + index * 4);
    }
    return seal(bytes);
  }

  /** The digest of `block`, or undefined when the record is damaged or belongs to another block. */
  static decode(bytes: Buffer | undefined, block: number): SlotDigest | undefined {
    if (bytes?.length !== RECORD_BYTES || unseal(bytes) === undefined) return undefined;
    if (bytes.readUInt8(4) !== VERSION || readUint64(bytes, 5) !== block) return undefined;
    const digest = new SlotDigest(block);
    for (let index = 0; index < SLOTS_PER_BLOCK; index++) {
      const state = ((bytes[STATES_AT + (index >> 2)] ?? 0) >> ((index & 3) * 2)) & 3;
      if (state > SLOT_UNKNOWN) return undefined;
      digest.#states[index] = state;
      digest.#checksums[index] = bytes.readUInt32BE(CHECKSUMS_AT + index * 4);
    }
    return digest;
  }
}
