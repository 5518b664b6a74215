import { assert } from '@synod/base';
import { avalanche, murmur3 } from './murmur3.js';
import { logOfUnit } from './natural-log.js';
import { compareIds, MAX_WEIGHT } from './placement.js';
import type { MutablePlacement, WeightedNode } from './placement.js';

export interface RendezvousOptions {
  /** Which of many equally good placements; all processes of a cluster need the same. Default 0. */
  readonly seed: number;
}

interface RendezvousNode {
  readonly nodeId: string;
  readonly weight: number;
  readonly hash: number;
}

/** A key's cost at a node: the smallest owns it. */
interface Bid {
  readonly nodeId: string;
  readonly cost: number;
}

const KEY_SEED = 0x3c6ef372;
const NODE_SEED = 0x1f83d9ab;

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights by Schindelhauer and Schomaker 2005).
 *
 * Each node bids for each key, with -ln(u) / weight of a hash u of both: the smallest of exponential variables is each one's
 * with a probability by its weight, exactly. No memory and no update cost, and a change moves the least keys possible; but a
 * lookup asks all nodes, so it is for few: coordinators, registries.
 */
export class Rendezvous implements MutablePlacement {
  private readonly seed: number;
  private readonly nodes = new Map<string, RendezvousNode>();

  constructor(options: Partial<RendezvousOptions> = {}, nodes: readonly WeightedNode[] = []) {
    this.seed = options.seed ?? 0;
    for (const { nodeId, weight } of nodes) this.set(nodeId, weight);
  }

  get size(): number {
    return this.nodes.size;
  }

  has(nodeId: string): boolean {
    return this.nodes.has(nodeId);
  }

  nodeIds(): readonly string[] {
    return [...this.nodes.keys()].sort(compareIds);
  }

  set(nodeId: string, weight = 1): void {
    assert(weight > 0 && weight <= MAX_WEIGHT, 'weight in range', () => `${nodeId}: ${weight}`);
    this.nodes.set(nodeId, { nodeId, weight, hash: murmur3(nodeId, this.seed ^ NODE_SEED) });
  }

  remove(nodeId: string): boolean {
    return this.nodes.delete(nodeId);
  }

  owner(key: string): string | undefined {
    return this.best(key, this.nodes.values());
  }

  preferenceList(key: string, count: number): readonly string[] {
    return this.ranked(key)
      .slice(0, Math.max(0, count))
      .map((bid) => bid.nodeId);
  }

  firstAccepted(key: string, accepts: (nodeId: string) => boolean): string | undefined {
    return this.ranked(key).find((bid) => accepts(bid.nodeId))?.nodeId;
  }

  firstOf(key: string, nodeIds: Iterable<string>): string | undefined {
    const known: RendezvousNode[] = [];
    for (const nodeId of nodeIds) {
      const node = this.nodes.get(nodeId);
      if (node !== undefined) known.push(node);
    }
    return this.best(key, known);
  }

  private best(key: string, nodes: Iterable<RendezvousNode>): string | undefined {
    const keyHash = this.hashOf(key);
    let best: string | undefined;
    let bestCost = Infinity;
    for (const node of nodes) {
      const cost = costOf(keyHash, node);
      if (cost > bestCost || (cost === bestCost && best !== undefined && best < node.nodeId)) continue;
      best = node.nodeId;
      bestCost = cost;
    }
    return best;
  }

  private ranked(key: string): Bid[] {
    const keyHash = this.hashOf(key);
    const bids = [...this.nodes.values()].map((node) => ({ nodeId: node.nodeId, cost: costOf(keyHash, node) }));
    return bids.sort((left, right) => left.cost - right.cost || compareIds(left.nodeId, right.nodeId));
  }

  private hashOf(key: string): number {
    return murmur3(key, this.seed ^ KEY_SEED);
  }
}

function costOf(keyHash: number, node: RendezvousNode): number {
  return -logOfUnit(avalanche(keyHash ^ node.hash)) / node.weight;
}
