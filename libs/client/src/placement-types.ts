import type { PlacementOptions, PlacementPolicy } from './types.js';

/** Who owns a key, and who would get a job of it? */
export interface ShowPlacementQuery {
  readonly key: string;
  /** Default: `default`. */
  readonly queue?: string;
  /** By which the job would be placed; default `consistentHash`. */
  readonly placement?: PlacementPolicy;
  readonly placementOptions?: PlacementOptions;
  /** What the job needs of a worker: these labels, and this handler; without one, that it runs commands. */
  readonly workerLabels?: Readonly<Record<string, string>>;
  readonly handler?: string;
  /** Workers of the preference list to be shown, up to 1,000; default 5. */
  readonly count?: number;
}

/** Why a job would go to a worker, or pass it over. */
export type PlacementVerdict = 'free' | 'full' | 'cordoned' | 'draining' | 'unfit' | 'unknown';

export interface PreferredWorker {
  readonly workerId: string;
  readonly verdict: PlacementVerdict;
  /** Its share of the keys, relative to others. */
  readonly weight: number;
  readonly activeAttempts: number;
  readonly capacity: number;
}

export interface KeyPlacement {
  /** First in the preference list that fits and is open, full or not; undefined when there is none. */
  readonly owner: string | undefined;
  /** Where a job of this key would go now; undefined: nowhere. */
  readonly chosen: string | undefined;
  /** Online workers in the order in which the key falls to them. */
  readonly preferred: readonly PreferredWorker[];
}

/** What would change if workers came, went, or the queue were placed otherwise? One change at least. */
export interface SimulatePlacementQuery {
  /** Whose jobs and keys are looked at; default `default`. */
  readonly queue?: string;
  /** Workers that would join, up to 1,000: like the first online one by id, unless said otherwise. */
  readonly add?: number;
  readonly addCapacity?: number;
  readonly addLabels?: Readonly<Record<string, string>>;
  /** Ids of workers that would leave. */
  readonly remove?: readonly string[];
  /** How all jobs of the queue would be placed; default: as they say. */
  readonly placement?: PlacementPolicy;
  readonly placementOptions?: PlacementOptions;
}

export interface KeyMove {
  readonly key: string;
  /** Undefined: nobody could take it. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface WorkerEffect {
  readonly workerId: string;
  readonly change: 'stays' | 'joins' | 'leaves' | 'unknown';
  readonly activeAttempts: number;
  readonly capacity: number;
  /** Part of all possible keys. */
  readonly shareBefore: number;
  readonly shareAfter: number;
  /** Of the queue's ready jobs, those that the next plan would give it. */
  readonly jobsBefore: number;
  readonly jobsAfter: number;
}

export interface PlacementSimulation {
  /** Keys of the queue's jobs that are ready or under way, and how many would get another owner. */
  readonly keys: number;
  readonly movedKeys: number;
  /** The first 1,000 of those, by key. */
  readonly moves: readonly KeyMove[];
  /** Part of all possible keys that would move, and the least that any placement with the same shares must move. */
  readonly movedShare: number;
  readonly leastShare: number;
  /** Ready jobs that were looked at, the oldest 10,000. */
  readonly jobs: number;
  readonly placedBefore: number;
  readonly placedAfter: number;
  /** Jobs that the next plan would place on another worker than as it is. */
  readonly movedJobs: number;
  /** Attempts under way on workers that would leave. */
  readonly attemptsLeaving: number;
  /** All online workers and those that would join, by id. */
  readonly workers: readonly WorkerEffect[];
}
