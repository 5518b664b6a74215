import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MutablePlacement, WeightedNode } from '@synod/hashing';
import { median } from '../report.js';
import { ALGORITHMS, keysOf, nodeIdOf, nodesOf } from './algorithms.js';
import type { Algorithm } from './algorithms.js';

/**
 * What one algorithm does with so many workers. Shares and moves are parts of all keys; times and rates are those of the best turn, as what else
 * runs on the machine can only take away.
 */
export interface AlgorithmFigures {
  readonly algorithm: string;
  readonly workers: number;
  readonly lookupsPerSecond: number;
  readonly buildMs: number;
  /** Until the next lookup after one worker was added, and removed again. */
  readonly addMs: number;
  readonly removeMs: number;
  readonly memoryBytes: number;
  /** Relative standard deviation of the keys that workers have, and the most loaded worker's over the mean. */
  readonly deviation: number;
  readonly worst: number;
  /** The deviation that equal shares would show with so many keys. */
  readonly deviationByChance: number;
  readonly movedByJoin: number;
  readonly movedByLeave: number;
  /** One worker's weight goes from 1 to 2; undefined for algorithms without weights. */
  readonly movedByWeight: number | undefined;
  /** The least that any placement with equal shares must move. */
  readonly leastByJoin: number;
  readonly leastByLeave: number;
  readonly leastByWeight: number;
}

const KEYS = 100_000;
const KEYS_OF_LINEAR = 2_000_000;
const MEASURE_MS = 250;

export function measureAlgorithms(sizes: readonly number[], rounds: number): AlgorithmFigures[] {
  return sizes.flatMap((workers) => ALGORITHMS.map((algorithm) => measure(algorithm, workers, rounds)));
}

function measure(algorithm: Algorithm, workers: number, rounds: number): AlgorithmFigures {
  const nodes = nodesOf(workers);
  // A linear lookup asks each node: with many of them fewer keys have to do.
  const keys = keysOf(algorithm.linear ? Math.min(KEYS, Math.max(10_000, Math.floor(KEYS_OF_LINEAR / workers))) : KEYS);
  const memoryBytes = bytesOf(algorithm, nodes);
  let placement = algorithm.make(nodes);
  const builds = repeatTurns(rounds, () =>
    timeMs(() => {
      placement = algorithm.make(nodes);
      placement.owner('first');
    }),
  );
  const updates = repeatTurns(rounds, () => updateTimes(placement, workers));
  return {
    algorithm: algorithm.name,
    workers,
    lookupsPerSecond: Math.max(...repeatTurns(rounds, () => lookupsPerSecond(algorithm, placement, keys))),
    buildMs: Math.min(...builds),
    addMs: Math.min(...updates.map(({ addMs }) => addMs)),
    removeMs: Math.min(...updates.map(({ removeMs }) => removeMs)),
    memoryBytes,
    ...balance(algorithm, placement, keys),
    ...moves(algorithm, workers, keys),
  };
}

function ownersOf({ placeAll }: Algorithm, placement: MutablePlacement, keys: readonly string[]): readonly string[] {
  const placed = placeAll?.(placement, keys);
  return keys.map((key) => (placed === undefined ? placement.owner(key) : placed.get(key)) ?? '');
}

function balance(algorithm: Algorithm, placement: MutablePlacement, keys: readonly string[]) {
  const counts = new Map<string, number>(placement.nodeIds().map((nodeId) => [nodeId, 0]));
  for (const owner of ownersOf(algorithm, placement, keys)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const mean = keys.length / placement.size;
  let squares = 0;
  let most = 0;
  for (const count of counts.values()) {
    squares += (count / mean - 1) ** 2;
    most = Math.max(most, count);
  }
  return {
    deviation: Math.sqrt(squares / placement.size),
    worst: most / mean,
    deviationByChance: Math.sqrt((placement.size - 1) / keys.length),
  };
}

function moves(algorithm: Algorithm, workers: number, keys: readonly string[]) {
  const placement = algorithm.make(nodesOf(workers));
  const joining = nodeIdOf(workers);
  const before = ownersOf(algorithm, placement, keys);
  const movedSince = (): number => {
    const after = ownersOf(algorithm, placement, keys);
    return before.filter((owner, at) => owner !== after[at]).length / keys.length;
  };
  placement.set(joining);
  const movedByJoin = movedSince();
  placement.remove(joining);
  // One from the middle: hosts do not leave in the order in which they came.
  const leaving = nodeIdOf(Math.floor(workers / 2));
  placement.remove(leaving);
  const movedByLeave = movedSince();
  placement.set(leaving, algorithm.weighted ? 2 : 1);
  const movedByWeight = algorithm.weighted ? movedSince() : undefined;
  return {
    ...{ movedByJoin, movedByLeave, movedByWeight },
    leastByJoin: 1 / (workers + 1),
    leastByLeave: 1 / workers,
    leastByWeight: 2 / (workers + 1) - 1 / workers,
  };
}

/** Lookups of one after the other on one core, for a while. */
function lookupsPerSecond(algorithm: Algorithm, placement: MutablePlacement, keys: readonly string[]): number {
  if (algorithm.placeAll !== undefined) {
    const tookMs = timeMs(() => algorithm.placeAll?.(placement, keys));
    return (keys.length / tookMs) * 1_000;
  }
  return lookupRate((key) => placement.owner(key), keys);
}

/** Calls a second of a lookup, with keys in turn. */
export function lookupRate(lookUp: (key: string) => unknown, keys: readonly string[], measureMs = MEASURE_MS): number {
  const batch = 256;
  let looked = 0;
  let at = 0;
  const startedMs = performance.now();
  let tookMs = 0;
  while (tookMs < measureMs) {
    for (let count = 0; count < batch; count += 1) {
      lookUp(keys[at] as string);
      at = at + 1 === keys.length ? 0 : at + 1;
    }
    looked += batch;
    tookMs = performance.now() - startedMs;
  }
  return (looked / tookMs) * 1_000;
}

function timeMs(work: () => unknown): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}

function repeatTurns<Result>(rounds: number, turn: () => Result): Result[] {
  return Array.from({ length: rounds }, turn);
}

/** Medians of one turn: until the next lookup after one worker joined, and left again. */
function updateTimes(
  placement: MutablePlacement,
  workers: number,
): { readonly addMs: number; readonly removeMs: number } {
  const joining = nodeIdOf(workers);
  const [adds, removes]: [number[], number[]] = [[], []];
  // The first ones warm it up; where one takes long, few will do.
  for (let update = 0; update < (workers > 1_000 ? 3 : 20); update += 1) {
    adds.push(timeMs(() => (placement.set(joining), placement.owner('after'))));
    removes.push(timeMs(() => (placement.remove(joining), placement.owner('after'))));
  }
  return { addMs: median(adds), removeMs: median(removes) };
}

/** Of one: small ones many at a time, or what else the process does would be larger. */
function bytesOf(algorithm: Algorithm, nodes: readonly WeightedNode[]): number {
  const copies = nodes.length < 1_000 ? 50 : 2;
  const make = (): MutablePlacement => {
    const placement = algorithm.make(nodes);
    placement.owner('first');
    return placement;
  };
  make();
  const before = usedBytes();
  const kept = Array.from({ length: copies }, make);
  const used = usedBytes() - before;
  return Math.max(0, used / kept.length);
}

let collect: (() => void) | undefined;

/** Heap and typed arrays after a collection. */
function usedBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
