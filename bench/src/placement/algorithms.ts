import { Jump, Maglev, Modulo, placeBounded, Rendezvous, Ring } from '@synod/hashing';
import type { MutablePlacement, WeightedNode } from '@synod/hashing';
import { SeededRandom } from '@synod/testkit';

/** A way to place keys, as the benchmark compares it. */
export interface Algorithm {
  readonly name: string;
  readonly make: (nodes: readonly WeightedNode[]) => MutablePlacement;
  /** It knows weights. */
  readonly weighted: boolean;
  /** A lookup asks every node, so that many nodes are measured with fewer keys. */
  readonly linear: boolean;
  /** Owners of a whole set of keys, where that is more than one lookup each. */
  readonly placeAll?: (placement: MutablePlacement, keys: readonly string[]) => ReadonlyMap<string, string>;
}

/** The least prime of at least 100 entries a node, as the Maglev paper advises, and not below its usual 65,537. */
const MAGLEV_TABLES = [65_537, 1_000_003, 4_194_301];

function maglevTable(nodes: number): number {
  return MAGLEV_TABLES.find((size) => size >= 100 * nodes) ?? 4_194_301;
}

/** The ring's default. */
export const VIRTUAL_NODES = 128;

export const ALGORITHMS: readonly Algorithm[] = [
  { name: 'ring', make: (nodes) => new Ring({}, nodes), weighted: true, linear: false },
  {
    name: 'ring, bounded loads',
    make: (nodes) => new Ring({}, nodes),
    weighted: false,
    linear: false,
    placeAll: (placement, keys) => placeBounded(placement, keys),
  },
  { name: 'rendezvous', make: (nodes) => new Rendezvous({}, nodes), weighted: true, linear: true },
  {
    name: 'maglev',
    make: (nodes) => new Maglev({ tableSize: maglevTable(nodes.length) }, nodes),
    weighted: true,
    linear: false,
  },
  { name: 'jump', make: (nodes) => new Jump({}, nodes), weighted: false, linear: false },
  { name: 'modulo', make: (nodes) => new Modulo({}, nodes), weighted: false, linear: false },
];

/** Rising in the order of their names, so that the newest is the last also for jump hashing. */
export function nodesOf(count: number): WeightedNode[] {
  return Array.from({ length: count }, (_, at) => ({ nodeId: nodeIdOf(at), weight: 1 }));
}

export function nodeIdOf(at: number): string {
  return `worker-${String(at).padStart(6, '0')}`;
}

/** What keys look like: ids of eight hexadecimal digits, or `customer-` and a number. */
export type KeyKind = 'ids' | 'numbered names';
export const KEY_KINDS: readonly KeyKind[] = ['ids', 'numbered names'];

/**
 * Keys as requests bring them: in no order, and flat in memory. Numbered keys one after the other would let a weak hash walk the ring
 * in order, which every cache likes; and texts that were just put together are trees, on which all hashes are slow alike.
 */
export function keysOf(count: number, kind: KeyKind = 'numbered names'): string[] {
  const random = new SeededRandom(7);
  // An odd factor makes each id once.
  const id = (at: number): string => (Math.imul(at + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  const textOf = (at: number): string => (kind === 'ids' ? id(at) : `customer-${at}`);
  const keys = Array.from({ length: count }, (_, at) => Buffer.from(textOf(at)).toString('latin1'));
  for (let at = count - 1; at > 0; at -= 1) {
    const other = random.nextUint32() % (at + 1);
    [keys[at], keys[other]] = [keys[other] as string, keys[at] as string];
  }
  return keys;
}
