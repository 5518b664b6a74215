import { assert } from '@synod/base';
import { murmur3 } from './murmur3.js';
import { compareIds } from './placement.js';
import type { MutablePlacement } from './placement.js';

/** How far above the mean a node may be loaded, as a factor: above 1; 1.25 is usual. */
export const DEFAULT_LOAD_FACTOR = 1.25;

/** The highest load of a node, of `nodes` equal ones that have `keys` keys in all: the least integer at or above factor times mean. */
export function loadBound(keys: number, nodes: number, factor = DEFAULT_LOAD_FACTOR): number {
  assert(factor > 1, 'load factor is above 1', () => String(factor));
  return nodes === 0 ? 0 : Math.ceil((factor * keys) / nodes);
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA 2018) for keys that come and go: each key goes
 * to the first node of its preference list whose load is below the bound, with the key itself counted in the mean. What is
 * placed stays until it is released, as a job that runs can't move; so a load may exceed a bound that fell since, and the node
 * takes nothing new until it is below it.
 *
 * Over a ring the preference list is the walk along it, which is the paper's algorithm; over rendezvous hashing the overflow of
 * one node spreads over all others.
 */
export class BoundedLoads {
  private readonly loads = new Map<string, number>();
  private total = 0;

  constructor(
    private readonly placement: MutablePlacement,
    private readonly factor = DEFAULT_LOAD_FACTOR,
  ) {
    assert(factor > 1, 'load factor is above 1', () => String(factor));
  }

  /** Keys placed and not released. */
  get size(): number {
    return this.total;
  }

  loadOf(nodeId: string): number {
    return this.loads.get(nodeId) ?? 0;
  }

  /** Places one key; undefined without nodes. */
  assign(key: string): string | undefined {
    const bound = loadBound(this.total + 1, this.placement.size, this.factor);
    const nodeId = this.placement.firstAccepted(key, (candidate) => this.loadOf(candidate) < bound);
    if (nodeId === undefined) return undefined;
    this.loads.set(nodeId, this.loadOf(nodeId) + 1);
    this.total += 1;
    return nodeId;
  }

  /** One key of this node is gone. */
  release(nodeId: string): void {
    const load = this.loadOf(nodeId);
    assert(load > 0, 'a released key was placed', () => nodeId);
    if (load === 1) this.loads.delete(nodeId);
    else this.loads.set(nodeId, load - 1);
    this.total -= 1;
  }
}

/**
 * The bounded-load placement of a whole set of keys, as a function of keys and nodes alone: whatever the order in which they are
 * given. Keys are placed in order of their hashes, so that two sets that differ a little are placed alike but for a few keys.
 */
export function placeBounded(
  placement: MutablePlacement,
  keys: Iterable<string>,
  factor = DEFAULT_LOAD_FACTOR,
): ReadonlyMap<string, string> {
  const ranked = [...new Set(keys)].map((key) => ({ key, rank: murmur3(key, 0) }));
  ranked.sort((left, right) => left.rank - right.rank || compareIds(left.key, right.key));
  const bound = loadBound(ranked.length, placement.size, factor);
  const loads = new Map<string, number>();
  const placed = new Map<string, string>();
  if (placement.size === 0) return placed;
  for (const { key } of ranked) {
    const nodeId = placement.firstAccepted(key, (candidate) => (loads.get(candidate) ?? 0) < bound);
    assert(nodeId !== undefined, 'bounds of all nodes together hold every key');
    loads.set(nodeId, (loads.get(nodeId) ?? 0) + 1);
    placed.set(key, nodeId);
  }
  return placed;
}
