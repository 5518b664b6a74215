import type { Ring } from '@synod/hashing';
import type { WorkerRecord } from '@synod/jobs';

/** Loads and weights of all workers by their place in the sorted list, shared by all pools of one plan. */
export interface WorkerLoads {
  /** Active attempts and reservations; within a plan they only rise. */
  readonly loads: Int32Array;
  readonly capacities: Int32Array;
  /** Capacity times measured speed. */
  readonly weights: Float64Array;
  /** 1: slow so far as is known, but not tried lately: idle, it counts as any other, for one job. */
  readonly trials: Uint8Array;
  /** Place that wins ties; the places after it come next, around. */
  readonly firstOfEquals: number;
}

/** What one plan knows of the workers. */
export interface PlanRound extends WorkerLoads {
  readonly roundNumber: number;
  /** Sorted by id; a worker's index here is its place. */
  readonly workers: readonly WorkerRecord[];
  readonly workersRevision: number;
  readonly placeOf: ReadonlyMap<string, number>;
  /** Whether the caller lets the worker have work; asked once for each worker and plan. */
  readonly accepts: (place: number) => boolean;
  /** Ring of all online workers. */
  readonly ring: () => Ring;
  /** By place, the active attempts and reservations of one queue. */
  readonly queueLoads: (queue: string) => Int32Array;
}

export function hasRoom(round: WorkerLoads, place: number): boolean {
  return (round.loads[place] as number) < (round.capacities[place] as number);
}

/** Whether a job may be placed there now, given that the worker fits it. */
export function isFree(round: PlanRound, place: number): boolean {
  return hasRoom(round, place) && round.accepts(place);
}

/**
 * The part of the worker in use once it has one job more; what measured speed it lacks counts as capacity that it lacks. It rises
 * with the load. Equal fractions of small integers are equal quotients.
 */
export function relativeLoad({ loads, capacities, weights, trials }: WorkerLoads, place: number): number {
  const load = loads[place] as number;
  if (load === 0 && trials[place] === 1) return 1 / (capacities[place] as number);
  return (load + 1) / (weights[place] as number);
}

/** Where the place stands among equals: from `firstOfEquals` on, around. */
export function turnOf({ loads, firstOfEquals }: WorkerLoads, place: number): number {
  return place >= firstOfEquals ? place - firstOfEquals : place - firstOfEquals + loads.length;
}
