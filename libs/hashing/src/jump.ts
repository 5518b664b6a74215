import { murmur3 } from './murmur3.js';
import { NodeListPlacement, strides } from './node-list.js';
import type { WeightedNode } from './placement.js';

const LOW_SEED = 0x9b05688c;
const HIGH_SEED = 0x1f83d9ab;

/** 2862933555777941757, the multiplier of the paper's generator, as 16-bit limbs of its low half and its two halves. */
const MULTIPLIER_HIGH = 0x27bb2ee6;
const MULTIPLIER_LOW = 0x87b0b0fd;

/**
 * Jump consistent hash (Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", 2014): the bucket, from 0 to
 * `buckets - 1`, of a 64-bit key given as two halves. From n to n + 1 buckets a key stays or goes to the new one; on average in
 * ln(buckets) steps, without any memory.
 */
export function jumpHash(keyHigh: number, keyLow: number, buckets: number): number {
  let high = keyHigh >>> 0;
  let low = keyLow >>> 0;
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    const carried = multiplyLow(low);
    high = (carried + Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH)) >>> 0;
    low = (Math.imul(low, MULTIPLIER_LOW) + 1) >>> 0;
    if (low === 0) high = (high + 1) >>> 0;
    // The paper's (key >> 33) + 1, in doubles, whose four operations are the same on every machine.
    next = Math.floor((bucket + 1) * (2 ** 31 / ((high >>> 1) + 1)));
  }
  return bucket;
}

/** The upper 32 bits of the 64-bit product of `value` and the multiplier's low half. */
function multiplyLow(value: number): number {
  const valueHigh = value >>> 16;
  const valueLow = value & 0xffff;
  const factorHigh = MULTIPLIER_LOW >>> 16;
  const factorLow = MULTIPLIER_LOW & 0xffff;
  const middle = valueHigh * factorLow + ((valueLow * factorLow) >>> 16);
  const other = valueLow * factorHigh + (middle % 0x10000);
  return valueHigh * factorHigh + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000);
}

/**
 * Jump hashing over nodes in order of id. The buckets of the paper are numbered and only the last one may come or go, so this is for
 * nodes with rising names (shards, replicas of a set): one that comes last in the order moves the least keys possible; one that
 * leaves from the middle renumbers all behind it, and their keys move. It knows no weights: they are taken and do nothing.
 */
export class Jump extends NodeListPlacement {
  private readonly seed: number;

  constructor(options: { readonly seed?: number } = {}, nodes: readonly WeightedNode[] = []) {
    super();
    this.seed = options.seed ?? 0;
    this.setAll(nodes);
  }

  override owner(key: string): string | undefined {
    return this.size === 0 ? undefined : this.nodeIds()[this.placeOf(key)];
  }

  protected override visit(key: string): Iterable<number> {
    return strides(key, this.seed, this.placeOf(key), this.size);
  }

  private placeOf(key: string): number {
    return jumpHash(murmur3(key, this.seed ^ HIGH_SEED), murmur3(key, this.seed ^ LOW_SEED), this.size);
  }
}
