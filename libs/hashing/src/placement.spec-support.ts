import type { MutablePlacement } from './placement.js';
import { Rendezvous } from './rendezvous.js';
import { Ring } from './ring.js';

/** What makes each kind of placement; all must show the same. */
export const PLACEMENTS: readonly (readonly [name: string, make: () => MutablePlacement])[] = [
  ['ring', () => new Ring({ virtualNodes: 32 })],
  ['ring of two points', () => new Ring({ virtualNodes: 2 })],
  ['rendezvous', () => new Rendezvous()],
];

export const KEYS = Array.from({ length: 200 }, (_, at) => `customer-${at}`);

export function withNodes(make: () => MutablePlacement, nodeIds: Iterable<string>): MutablePlacement {
  const placement = make();
  for (const nodeId of nodeIds) placement.set(nodeId);
  return placement;
}

export function owners(placement: MutablePlacement): ReadonlyMap<string, string | undefined> {
  return new Map(KEYS.map((key) => [key, placement.owner(key)]));
}
