/** Where keys go: a function from keys to nodes that every process computes alike. */
export interface Placement {
  /** Number of nodes. */
  readonly size: number;
  /** The node that the key belongs to; undefined without nodes. */
  owner(key: string): string | undefined;
  /**
   * The owner and then its successors, each node once, at most `count`: who takes the key when those before can't. Every
   * prefix is the same whatever the count.
   */
  preferenceList(key: string, count: number): readonly string[];
  /** The first node of the whole preference list that `accepts` takes; undefined when it takes none. Asks each node once at most. */
  firstAccepted(key: string, accepts: (nodeId: string) => boolean): string | undefined;
  /**
   * The one of these nodes that comes first in the key's preference list; undefined when none of them is known. The same
   * as `firstAccepted` of these, at the cost of their number: for few of many.
   */
  firstOf(key: string, nodeIds: Iterable<string>): string | undefined;
}

/** A placement whose nodes come and go. */
export interface MutablePlacement extends Placement {
  /** Adds the node, or changes its weight. */
  set(nodeId: string, weight?: number): void;
  /** False when it was not there. */
  remove(nodeId: string): boolean;
  has(nodeId: string): boolean;
  /** Sorted. */
  nodeIds(): readonly string[];
}

/** A node with its weight: its share of the keys relative to others. */
export interface WeightedNode {
  readonly nodeId: string;
  /** Above 0, at most 1,000; 1 is usual. */
  readonly weight: number;
}

export const MAX_WEIGHT = 1_000;

/** By UTF-16 code units: total, and the same on every machine. All ties are broken by it. */
export function compareIds(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
