import { isFree } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import type { PlacementStrategy } from './strategy.js';

/**
 * Smooth weighted round-robin, as nginx has it: at each turn every free worker earns its weight, the one with the most is chosen and pays
 * what all earned. A worker of weight 5 beside two of weight 1 gets a a b a c a a: five of seven, and never five in a row. The
 * weight is capacity times measured speed, so a worker that slows down gets fewer turns, not none.
 *
 * A turn looks at every worker: 2 us at 2,000 of them.
 */
export class WeightedRoundRobin implements PlacementStrategy {
  /** What workers have earned and not paid; kept over plans by id. */
  private earned = new Map<string, number>();
  private round: PlanRound | undefined;
  private places: readonly number[] = [];
  private credits = new Float64Array(0);
  /** Worker ids of `places`, once credits differ from `earned`. */
  private ids: readonly string[] = [];

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.keep();
    this.round = round;
    this.places = fitting;
    this.ids = fitting.map((place) => round.workers[place]?.workerId ?? '');
    this.credits = Float64Array.from(this.ids, (workerId) => this.earned.get(workerId) ?? 0);
  }

  choose(): number | undefined {
    const { round, places, credits } = this;
    if (round === undefined) return undefined;
    let best = -1;
    let total = 0;
    for (let index = 0; index < places.length; index += 1) {
      const place = places[index] as number;
      if (!isFree(round, place)) continue;
      const weight = round.weights[place] as number;
      const credit = (credits[index] as number) + weight;
      credits[index] = credit;
      total += weight;
      if (best < 0 || credit > (credits[best] as number)) best = index;
    }
    if (best < 0) return undefined;
    credits[best] = (credits[best] as number) - total;
    return places[best];
  }

  /** Only of workers that still fit: who left and comes back begins at 0. */
  private keep(): void {
    this.earned = new Map(this.ids.map((workerId, index) => [workerId, this.credits[index] as number]));
  }
}
