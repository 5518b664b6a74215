import { assert } from '@synod/base';
import { murmur3 } from './murmur3.js';
import { compareIds, MAX_WEIGHT } from './placement.js';
import type { MutablePlacement, WeightedNode } from './placement.js';

/** Successors of a key's first node are drawn with a hash of their own: the overflow of one node spreads over all others. */
const STRIDE_SEED = 0x5be0cd19;

/**
 * What placements over a sorted list of nodes share: the list, made anew after a change, and everything that follows from
 * the order in which a key visits the places of the list.
 */
export abstract class NodeListPlacement implements MutablePlacement {
  private readonly weights = new Map<string, number>();
  private sorted: readonly string[] | undefined;

  get size(): number {
    return this.weights.size;
  }

  has(nodeId: string): boolean {
    return this.weights.has(nodeId);
  }

  nodeIds(): readonly string[] {
    this.sorted ??= [...this.weights.keys()].sort(compareIds);
    return this.sorted;
  }

  set(nodeId: string, weight = 1): void {
    assert(weight > 0 && weight <= MAX_WEIGHT, 'weight in range', () => `${nodeId}: ${weight}`);
    if (this.weights.get(nodeId) === weight) return;
    this.weights.set(nodeId, weight);
    this.forget();
  }

  remove(nodeId: string): boolean {
    if (!this.weights.delete(nodeId)) return false;
    this.forget();
    return true;
  }

  owner(key: string): string | undefined {
    return this.firstAccepted(key, () => true);
  }

  preferenceList(key: string, count: number): readonly string[] {
    const preferred: string[] = [];
    if (count <= 0) return preferred;
    this.firstAccepted(key, (nodeId) => preferred.push(nodeId) >= count);
    return preferred;
  }

  firstAccepted(key: string, accepts: (nodeId: string) => boolean): string | undefined {
    if (this.size === 0) return undefined;
    const nodeIds = this.nodeIds();
    for (const place of this.visit(key)) {
      const nodeId = nodeIds[place] as string;
      if (accepts(nodeId)) return nodeId;
    }
    return undefined;
  }

  firstOf(key: string, nodeIds: Iterable<string>): string | undefined {
    const wanted = new Set(nodeIds);
    return this.firstAccepted(key, (nodeId) => wanted.has(nodeId));
  }

  protected weightOf(nodeId: string): number {
    return this.weights.get(nodeId) as number;
  }

  protected setAll(nodes: readonly WeightedNode[]): void {
    for (const { nodeId, weight } of nodes) this.set(nodeId, weight);
  }

  /** The nodes are others than before. */
  protected forget(): void {
    this.sorted = undefined;
  }

  /** Places of `nodeIds()` in the order of the key's preference, each once. There is at least one node. */
  protected abstract visit(key: string): Iterable<number>;
}

/** All of `count` places once, from `first` on in steps that the key decides. */
export function* strides(key: string, seed: number, first: number, count: number): Generator<number> {
  yield first;
  if (count === 1) return;
  let stride = 1 + (murmur3(key, seed ^ STRIDE_SEED) % (count - 1));
  while (greatestCommonDivisor(stride, count) !== 1) stride = stride + 1 === count ? 1 : stride + 1;
  for (let place = (first + stride) % count; place !== first; place = (place + stride) % count) yield place;
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
