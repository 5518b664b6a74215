import { assert } from '@synod/base';
import type { Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import type { EncodedEntry } from './entry-record.js';
import type { LogScan } from './log-scan.js';
import { getBytes } from './lmdb-environment.js';
import type { Tree } from './lmdb-environment.js';
import { blockOf, firstBlockAbove, lastBlockThrough, SlotDigest } from './slot-digest.js';

/** Digests kept in memory. Appends touch the last ones; a new leader accepts again a window of slots behind them. */
const MAX_CACHED = 64;

interface Known {
  readonly digest: SlotDigest;
  /** Checksum of the record as the next commit finds it; undefined when there is none yet. */
  checksum: number | undefined;
}

/** The slots that digests describe: (trimmedThroughSlot, lastSlot]. */
export interface LogRange {
  readonly trimmedThroughSlot: Slot;
  readonly lastSlot: Slot;
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
   * Call once for each commit, with no other under way; the entries lie in the range `after` it. Blocks that a jump to a higher
   * slot skips get a digest too, which says that all their slots are holes; blocks below the trim need none.
   */
  update(entries: ReadonlyMap<Slot, EncodedEntry>, before: LogRange, after: LogRange): DigestUpdate {
    const firstBlock = firstBlockAbove(after.trimmedThroughSlot);
    this.#forgetBelow(firstBlock, before);
    const touched = new Set([...this.#repaired.keys()].filter((block) => block >= firstBlock));
    this.#repaired = new Map();
    const firstNew = Math.max(firstBlock, lastBlockThrough(before.lastSlot) + 1);
    for (let block = firstNew; block <= lastBlockThrough(after.lastSlot); block++) {
      this.#known.set(block, { digest: new SlotDigest(block), checksum: undefined });
      touched.add(block);
    }
    for (const [slot, entry] of entries) {
      const block = blockOf(slot);
      this.#find(block).digest.hold(slot, entry.checksum);
      touched.add(block);
    }
    return { records: [...touched].map((block) => this.#encode(block)), sum: this.#sum };
  }

  /**
   * Takes the blocks below `firstBlock` out of the sum: subtracts those that go, or adds up those that stay, whichever are fewer.
   * So a trim costs little when it is small, and when it leaves little.
   */
  #forgetBelow(firstBlock: number, before: LogRange): void {
    const oldest = firstBlockAbove(before.trimmedThroughSlot);
    if (firstBlock <= oldest) return;
    const newest = lastBlockThrough(before.lastSlot);
    const goes = this.#sumOf(oldest, Math.min(firstBlock - 1, newest), newest - oldest + 1);
    if (goes === undefined) this.#sum = this.#sumOf(firstBlock, newest, Infinity) ?? 0;
    else this.#sum = (this.#sum - goes) >>> 0;
    for (const block of [...this.#known.keys()]) if (block < firstBlock) this.#known.delete(block);
  }

  /** Sum over the blocks from `first` through `last`; undefined when they are more than half of `all`. */
  #sumOf(first: number, last: number, all: number): number | undefined {
    if (last - first + 1 > all / 2) return undefined;
    let sum = 0;
    for (let block = first; block <= last; block++) sum = (sum + (this.#peek(block).checksum ?? 0)) >>> 0;
    return sum;
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
    const loaded = this.#load(block);
    this.#known.set(block, loaded);
    return loaded;
  }

  /** As {@link #find}, without keeping it in memory. */
  #peek(block: number): Known {
    return this.#known.get(block) ?? this.#load(block);
  }

  #load(block: number): Known {
    const bytes = getBytes(this.#tree, uint64Key(block));
    const digest = SlotDigest.decode(bytes, block);
    assert(bytes !== undefined && digest !== undefined, 'a digest that was intact at opening can be read', () =>
      String(block),
    );
    return { digest, checksum: bytes.readUInt32BE(0) };
  }
}
