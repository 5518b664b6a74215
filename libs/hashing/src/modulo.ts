import { murmur3 } from './murmur3.js';
import { NodeListPlacement, strides } from './node-list.js';
import type { WeightedNode } from './placement.js';

/** The Mersenne prime 2^31 - 1. */
export const MODULO_PRIME = 2_147_483_647;

const KEY_SEED = 0x510e527f;

/**
 * Modulo hashing, `(x mod p) mod m` of a key's hash x, a prime p and m nodes: the baseline, and no consistent hashing. Keys
 * spread evenly and a lookup costs nothing, but when the number of nodes goes from m to m + 1, a key stays with a probability of
 * 1 / (m + 1): nearly all move, where one in m + 1 would have to. It knows no weights: they are taken and do nothing.
 */
export class Modulo extends NodeListPlacement {
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
    return (murmur3(key, this.seed ^ KEY_SEED) % MODULO_PRIME) % this.size;
  }
}
