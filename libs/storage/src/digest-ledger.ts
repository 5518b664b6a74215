import { assert } from '@synod/base';
import type { Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import type { EncodedEntry } from './entry-record.js';
import type { LogScan } from './log-scan.js';
import { getBytes } from './lmdb-environment.js';
import type { Tree } from './lmdb-environment.js';
import { blockOf, SlotDigest } from './slot-digest.js';

/** Digests kept in memory. Appends touch the last ones; a new leader accepts again a window of slots behind them. */
const MAX_CACHED = 64;

interface Known {
  readonly digest: SlotDigest;
  /** Checksum of the record as the next commit finds it; undefined when there is none yet. */
  checksum: number | undefined;
}

export interface DigestUpdate {
  /** Records to write in the same transaction as the entries. */
  readonly records: readonly (readonly [block: number, bytes: Buffer])[];
  /** Sum of all digests afterwards. */
  readonly sum: number;
}

/** Keeps the digests and their sum in step with the entries, at a constant cost for each append. */
export class DigestLedger {
  readonly #known = new Map<number, Known>();
  readonly #tree: Tree;
  /** Found damaged at opening; written with the first commit. */
  #repaired: ReadonlyMap<number, SlotDigest>;
  #sum: number;

  constructor(tree: Tree, scan: LogScan) {
    this.#tree = tree;
    this.#sum = scan.digestSum;
    this.#repaired = scan.repaired;
    for (const [block, digest] of scan.repaired) {
      this.#known.set(block, { digest, checksum: digest.encode().readUInt32BE(0) });
    }
  }

  /**
   * Call once for each commit, with no other under way. `lastSlot` is the highest slot before it. Blocks that a jump to a
   * higher slot skips get a digest too, which says that all their slots are holes.
   */
  update(entries: ReadonlyMap<Slot, EncodedEntry>, lastSlot: Slot, newLastSlot: Slot): DigestUpdate {
    const touched = new Set(this.#repaired.keys());
    this.#repaired = new Map();
    const newestBlock = lastSlot === 0 ? -1 : blockOf(lastSlot);
    for (let block = newestBlock + 1; newLastSlot > 0 && block <= blockOf(newLastSlot); block++) {
      if (!this.#known.has(block)) this.#known.set(block, { digest: new SlotDigest(block), checksum: undefined });
      touched.add(block);
    }
    for (const [slot, entry] of entries) {
      const block = blockOf(slot);
      this.#find(block).digest.hold(slot, entry.checksum);
      touched.add(block);
    }
    return { records: [...touched].map((block) => this.#encode(block)), sum: this.#sum };
  }

  /** Bounds the memory; what was evicted is read again when it's needed. Call after the commit. */
  evict(): void {
    for (const block of this.#known.keys()) {
      if (this.#known.size <= MAX_CACHED) return;
      this.#known.delete(block);
    }
  }

  #encode(block: number): readonly [number, Buffer] {
    const known = this.#find(block);
    const bytes = known.digest.encode();
    const checksum = bytes.readUInt32BE(0);
    this.#sum = (this.#sum - (known.checksum ?? 0) + checksum) >>> 0;
    known.checksum = checksum;
    return [block, bytes];
  }

  #find(block: number): Known {
    const known = this.#known.get(block);
    if (known !== undefined) {
      this.#known.delete(block);
      this.#known.set(block, known);
      return known;
    }
    const bytes = getBytes(this.#tree, uint64Key(block));
    const digest = SlotDigest.decode(bytes, block);
    assert(bytes !== undefined && digest !== undefined, 'a digest that was intact at opening can be read', () =>
      String(block),
    );
    const loaded = { digest, checksum: bytes.readUInt32BE(0) };
    this.#known.set(block, loaded);
    return loaded;
  }
}
