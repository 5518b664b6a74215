import { isFree } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import type { PlacementStrategy } from './strategy.js';

/**
 * The worker with the largest part of its capacity in use that has room, the first by id of equal ones: the others become empty, and
 * can be stopped.
 */
export class BinPack implements PlacementStrategy {
  private round: PlanRound | undefined;
  private fitting: readonly number[] = [];

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.round = round;
    this.fitting = fitting;
  }

  choose(): number | undefined {
    const { round, fitting } = this;
    if (round === undefined) return undefined;
    const { loads, capacities } = round;
    let best: number | undefined;
    let most = -1;
    for (const place of fitting) {
      const used = (loads[place] as number) / (capacities[place] as number);
      if (used <= most || !isFree(round, place)) continue;
      best = place;
      most = used;
    }
    return best;
  }
}
