import type { PlanRound } from '../plan-round.js';
import { DrawList } from './draw-list.js';
import type { PlacedJob, PlacementStrategy } from './strategy.js';

/** Any worker with room, each as likely, whatever its size. */
export class Random implements PlacementStrategy {
  private free: DrawList | undefined;

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.free = new DrawList(round, fitting);
  }

  choose(job: PlacedJob): number | undefined {
    return this.free?.draw(job, 1)[0];
  }
}
