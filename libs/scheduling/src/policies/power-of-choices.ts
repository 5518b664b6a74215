import type { PlanRound } from '../plan-round.js';
import { relativeLoad } from '../plan-round.js';
import { DrawList } from './draw-list.js';
import type { PlacedJob, PlacementStrategy } from './strategy.js';

export const DEFAULT_CHOICES = 2;

/**
 * The least loaded of a few workers that are drawn (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001):
 * nearly as even as the least loaded of all. The planner knows all loads, so this is for its randomness: of planners that can't know
 * each other's decisions, none sends all to the same worker.
 */
export class PowerOfChoices implements PlacementStrategy {
  private free: DrawList | undefined;
  private round: PlanRound | undefined;

  constructor(private readonly choices: number) {}

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.round = round;
    this.free = new DrawList(round, fitting);
  }

  choose(job: PlacedJob): number | undefined {
    const { round, free } = this;
    if (round === undefined || free === undefined) return undefined;
    let best: number | undefined;
    // The first drawn wins a tie: that is chance already.
    for (const place of free.draw(job, this.choices)) {
      if (best === undefined || relativeLoad(round, place) < relativeLoad(round, best)) best = place;
    }
    return best;
  }
}
