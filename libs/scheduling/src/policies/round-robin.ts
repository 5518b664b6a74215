import { isFree } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import type { PlacementStrategy } from './strategy.js';

/** One worker after the other in order of id, whatever its size; who is full is passed over. */
export class RoundRobin implements PlacementStrategy {
  /** Who had the last turn. By id: places change as workers come and go. */
  private lastWorkerId = '';
  private round: PlanRound | undefined;
  /** Places that may still be free, as a circle: behind each index of `places` the next one. */
  private places: readonly number[] = [];
  private next = new Int32Array(0);
  /** The index behind which the turn is. */
  private at = 0;
  private left = 0;

  begin(round: PlanRound, fitting: readonly number[]): void {
    const count = fitting.length;
    this.round = round;
    this.places = fitting;
    this.left = count;
    this.next = Int32Array.from(fitting, (_, index) => (index + 1 === count ? 0 : index + 1));
    const following = fitting.findIndex((place) => (round.workers[place]?.workerId ?? '') > this.lastWorkerId);
    this.at = (following <= 0 ? count : following) - 1;
  }

  choose(): number | undefined {
    const { round, places, next } = this;
    if (round === undefined) return undefined;
    while (this.left > 0) {
      const index = next[this.at] as number;
      const place = places[index] as number;
      if (isFree(round, place)) {
        this.at = index;
        this.lastWorkerId = round.workers[place]?.workerId ?? '';
        return place;
      }
      // Full or not accepted: so it is for the rest of this plan.
      next[this.at] = next[index] as number;
      this.left -= 1;
    }
    return undefined;
  }
}
