/**
 * How a worker is chosen among those that can run a job and have room. `leastLoaded` and `consistentHash` are of feature level 1,
 * the others of level 3. See docs/PLACEMENT.md.
 */
export type PlacementPolicy =
  | 'leastLoaded'
  | 'consistentHash'
  | 'random'
  | 'roundRobin'
  | 'weightedRoundRobin'
  | 'powerOfChoices'
  | 'boundedHash'
  | 'binPack'
  | 'spread';

/** All of them, in the order of the documentation. */
export const PLACEMENT_POLICIES: Readonly<Record<PlacementPolicy, true>> = {
  leastLoaded: true,
  consistentHash: true,
  random: true,
  roundRobin: true,
  weightedRoundRobin: true,
  powerOfChoices: true,
  boundedHash: true,
  binPack: true,
  spread: true,
};

/** What a policy goes by; each belongs to one policy and is absent for its default. */
export interface PlacementOptions {
  /** `powerOfChoices`: workers that are drawn, 2 to 16; default 2. */
  readonly choices?: number;
  /** `boundedHash`: the most that a worker may be loaded, in percent of the mean by capacity, 101 to 1,000; default 125. */
  readonly loadFactorPercent?: number;
  /** `spread`: the label of workers over whose values jobs are spread first; default: over workers alone. */
  readonly spreadLabel?: string;
}

export interface Placement {
  readonly policy: PlacementPolicy;
  readonly options?: PlacementOptions;
}

/** What a job says of its placement. */
export interface PlacementWish {
  readonly placement: PlacementPolicy;
  readonly placementOptions?: PlacementOptions;
  readonly ownPlacement?: true;
}

/** What counts: the job's own word, else its queue's, else `leastLoaded`. */
export function placementOf(job: PlacementWish, queueDefault?: Placement): Placement {
  const { placement: policy, placementOptions: options } = job;
  if (queueDefault !== undefined && policy === 'leastLoaded' && job.ownPlacement !== true) return queueDefault;
  return options === undefined ? { policy } : { policy, options };
}
