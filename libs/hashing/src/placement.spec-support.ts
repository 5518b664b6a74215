import { Jump } from './jump.js';
import { Maglev } from './maglev.js';
import { Modulo } from './modulo.js';
import type { MutablePlacement } from './placement.js';
import { Rendezvous } from './rendezvous.js';
import { Ring } from './ring.js';

export type NamedPlacement = readonly [name: string, make: () => MutablePlacement];

/** Those under which a change of nodes moves the least keys possible. */
export const CONSISTENT_PLACEMENTS: readonly NamedPlacement[] = [
  ['ring', () => new Ring({ virtualNodes: 32 })],
  ['ring of two points', () => new Ring({ virtualNodes: 2 })],
  ['rendezvous', () => new Rendezvous()],
];

/** What makes each kind of placement; all keep the promises of the interface. */
export const PLACEMENTS: readonly NamedPlacement[] = [
  ...CONSISTENT_PLACEMENTS,
  ['Maglev', () => new Maglev({ tableSize: 251 })],
  ['Maglev with fewer entries than nodes', () => new Maglev({ tableSize: 5 })],
  ['jump', () => new Jump()],
  ['modulo', () => new Modulo()],
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
