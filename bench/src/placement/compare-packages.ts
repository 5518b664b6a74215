import ConsistentHash from 'consistent-hash';
import HashRing from 'hashring';
import { Ring } from '@synod/hashing';
import { KEY_KINDS, keysOf, nodesOf, VIRTUAL_NODES } from './algorithms.js';
import type { KeyKind } from './algorithms.js';
import { lookupRate } from './measure-algorithms.js';

/** Lookups a second of one library with keys of one kind, beside those of Synod's ring in the same rounds. */
export interface PackageFigures {
  readonly name: string;
  readonly keys: KeyKind;
  readonly lookupsPerSecond: number;
  /** Synod's ring over this, each in its best turn. */
  readonly ringIsFasterBy: number;
}

/** How the ring is called among them. */
export const OWN_RING = "Synod's ring";

const WORKERS = 1_000;
const KEYS = 20_000;
/** Short turns, and of each the best: what else runs on the machine can only take away, and takes away from all. */
const TURN_MS = 60;
const TURNS_OF_ROUND = 5;

/** The packages of npm that do the same, with as many workers and points, in turn with Synod's ring. */
export function comparePackages(rounds: number): PackageFigures[] {
  const nodes = nodesOf(WORKERS);
  const ring = new Ring({ virtualNodes: VIRTUAL_NODES }, nodes);
  const others = [hashring(nodes), consistentHash(nodes)];
  return KEY_KINDS.flatMap((kind) => compare(kind, ring, others, rounds));
}

function compare(kind: KeyKind, ring: Ring, others: readonly Other[], rounds: number): PackageFigures[] {
  const keys = keysOf(KEYS, kind);
  const ringRates: number[] = [];
  const rates = others.map((): number[] => []);
  for (let turn = 0; turn < rounds * TURNS_OF_ROUND; turn += 1) {
    ringRates.push(lookupRate((key) => ring.owner(key), keys, TURN_MS));
    others.forEach(({ lookUp }, at) => rates[at]?.push(lookupRate(lookUp, keys, TURN_MS)));
  }
  const best = Math.max(...ringRates);
  return [
    { name: OWN_RING, keys: kind, lookupsPerSecond: best, ringIsFasterBy: 1 },
    ...others.map(({ name }, at) => {
      const lookupsPerSecond = Math.max(...(rates[at] ?? []));
      return { name, keys: kind, lookupsPerSecond, ringIsFasterBy: best / lookupsPerSecond };
    }),
  ];
}

interface Other {
  readonly name: string;
  readonly lookUp: (key: string) => unknown;
}

function hashring(nodes: readonly { readonly nodeId: string }[]): Other {
  // As many points for each node as Synod's ring has; its cache of answers holds one, or only that would be measured (0 makes it throw).
  const settings = { 'max cache size': 1, 'vnode count': VIRTUAL_NODES, replicas: 1 };
  const weights = Object.fromEntries(nodes.map(({ nodeId }) => [nodeId, { weight: 1, vnodes: VIRTUAL_NODES }]));
  const ring = new HashRing(weights, 'md5', settings);
  return { name: 'hashring 3.2.0', lookUp: (key) => ring.get(key) };
}

function consistentHash(nodes: readonly { readonly nodeId: string }[]): Other {
  const ring = new ConsistentHash({ range: 10_000_019, weight: VIRTUAL_NODES });
  for (const { nodeId } of nodes) ring.add(nodeId, VIRTUAL_NODES);
  return { name: 'consistent-hash 1.2.2', lookUp: (key) => ring.get(key) };
}
