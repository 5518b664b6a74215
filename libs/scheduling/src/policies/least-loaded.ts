import type { PlanRound } from '../plan-round.js';
import { LoadHeap } from './load-heap.js';
import type { PlacementStrategy } from './strategy.js';

/** The worker with the smallest part of its capacity in use, counting what it lacks in speed; equal ones take turns. */
export class LeastLoaded implements PlacementStrategy {
  private heap: LoadHeap | undefined;

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.heap = new LoadHeap(round, fitting);
  }

  choose(): number | undefined {
    return this.heap?.top();
  }
}
