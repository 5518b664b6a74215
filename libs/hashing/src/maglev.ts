import { assert } from '@synod/base';
import { murmur3 } from './murmur3.js';
import { NodeListPlacement } from './node-list.js';
import type { WeightedNode } from './placement.js';

export interface MaglevOptions {
  /**
   * Entries of the lookup table: a prime from 2 to 4,194,301, default 65,537. With 100 entries a node or more, shares differ by
   * about 1 %; more entries also move fewer keys of nodes that stay.
   */
  readonly tableSize: number;
  /** Which of many equally good tables; all processes of a cluster need the same. Default 0. */
  readonly seed: number;
}

export const DEFAULT_MAGLEV_OPTIONS: MaglevOptions = { tableSize: 65_537, seed: 0 };

const MAX_TABLE_SIZE = 4_194_301;
const KEY_SEED = 0x428a2f98;
const OFFSET_SEED = 0x71374491;
const SKIP_SEED = 0x5c4dd124;

/**
 * Maglev hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, section 3.4).
 *
 * Each node has a permutation of the table's entries; nodes take turns, each taking the next entry of its permutation that is
 * free, until the table is full. A lookup is one hash and one read. Shares are nearly equal whatever the ids; the price is that a
 * change of nodes moves a few keys of others too, and that the table is built anew. A node of weight w takes w turns for one of a node
 * of weight 1.
 */
export class Maglev extends NodeListPlacement {
  private readonly options: MaglevOptions;
  /** Places of `nodeIds()`, by entry; undefined after a change. */
  private table: Uint32Array | undefined;

  constructor(options: Partial<MaglevOptions> = {}, nodes: readonly WeightedNode[] = []) {
    super();
    this.options = { ...DEFAULT_MAGLEV_OPTIONS, ...options };
    const { tableSize } = this.options;
    assert(tableSize <= MAX_TABLE_SIZE && isPrime(tableSize), 'tableSize is a prime in range', () => String(tableSize));
    this.setAll(nodes);
  }

  override owner(key: string): string | undefined {
    if (this.size === 0) return undefined;
    return this.nodeIds()[this.built()[this.entryOf(key)] as number];
  }

  /** The part of the table that each node has, from 0 to 1; sorted by node id. */
  shares(): ReadonlyMap<string, number> {
    const owned = new Float64Array(this.size);
    if (this.size > 0) for (const place of this.built()) owned[place] = (owned[place] as number) + 1;
    return new Map(this.nodeIds().map((nodeId, place) => [nodeId, (owned[place] as number) / this.options.tableSize]));
  }

  protected override forget(): void {
    super.forget();
    this.table = undefined;
  }

  /** The nodes of the entries from the key's own on; one that has no entry, as the table is too small, comes last. */
  protected override *visit(key: string): Generator<number> {
    const table = this.built();
    const seen = new Uint8Array(this.size);
    let unseen = this.size;
    const first = this.entryOf(key);
    for (let step = 0; step < table.length && unseen > 0; step += 1) {
      const place = table[(first + step) % table.length] as number;
      if (seen[place] === 1) continue;
      seen[place] = 1;
      unseen -= 1;
      yield place;
    }
    for (let place = 0; place < seen.length && unseen > 0; place += 1) if (seen[place] === 0) yield place;
  }

  private entryOf(key: string): number {
    return murmur3(key, this.options.seed ^ KEY_SEED) % this.options.tableSize;
  }

  private built(): Uint32Array {
    this.table ??= this.build();
    return this.table;
  }

  private build(): Uint32Array {
    const { tableSize, seed } = this.options;
    const nodeIds = this.nodeIds();
    const free = 0xffff_ffff;
    const table = new Uint32Array(tableSize).fill(free);
    const next = nodeIds.map((nodeId) => murmur3(nodeId, seed ^ OFFSET_SEED) % tableSize);
    const skips = nodeIds.map((nodeId) => (murmur3(nodeId, seed ^ SKIP_SEED) % (tableSize - 1)) + 1);
    const heaviest = nodeIds.reduce((most, nodeId) => Math.max(most, this.weightOf(nodeId)), 0);
    // Turns that each node is owed: the heaviest takes one each round, the others in proportion.
    const owed = new Float64Array(nodeIds.length);
    let filled = 0;
    while (filled < tableSize) {
      for (let place = 0; place < nodeIds.length && filled < tableSize; place += 1) {
        owed[place] = (owed[place] as number) + this.weightOf(nodeIds[place] as string) / heaviest;
        if ((owed[place] as number) < 1) continue;
        owed[place] = (owed[place] as number) - 1;
        let entry = next[place] as number;
        while (table[entry] !== free) entry = (entry + (skips[place] as number)) % tableSize;
        table[entry] = place;
        next[place] = (entry + (skips[place] as number)) % tableSize;
        filled += 1;
      }
    }
    return table;
  }
}

function isPrime(value: number): boolean {
  if (!Number.isInteger(value) || value < 2) return false;
  for (let divisor = 2; divisor * divisor <= value; divisor += 1) if (value % divisor === 0) return false;
  return true;
}
