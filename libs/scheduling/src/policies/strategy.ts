import type { JobId, PlacementOptions } from '@synod/jobs';
import type { PlanRound } from '../plan-round.js';

/** What a policy may know of the job that it places. */
export interface PlacedJob {
  readonly jobId: JobId;
  readonly revision: number;
  readonly queue: string;
  readonly placementKey: string;
}

/**
 * One policy, for jobs that need the same of a worker. It lives from plan to plan, so that turns go on where they stopped; what
 * it keeps can be lost at any time, and is, at a change of leader.
 */
export interface PlacementStrategy {
  /** A plan begins. `fitting`: places of open workers that can run such jobs, rising; they may be full. */
  begin(round: PlanRound, fitting: readonly number[]): void;
  /**
   * The place of a worker that fits, has room and is accepted; undefined when there is none. The caller then raises its load,
   * and that of others as it places other jobs; loads never fall within a plan.
   */
  choose(job: PlacedJob): number | undefined;
}

/** Makes the strategy of one policy, with the options that the job gives. */
export type StrategyFactory = (options: PlacementOptions) => PlacementStrategy;
