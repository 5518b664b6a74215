import { hasRoom } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import type { PlacedJob, PlacementStrategy } from './strategy.js';

/** Jobs without a key, where their queue says this policy, are placed by their ids. */
export function keyOf({ placementKey, jobId }: PlacedJob): string {
  return placementKey === '' ? jobId : placementKey;
}

/** The first worker with room in the preference list of the job's key. */
export class ConsistentHash implements PlacementStrategy {
  private round: PlanRound | undefined;
  private fitting: readonly number[] = [];
  /** Those that had room when the plan first asked, with their places; later ones drop out as they are met. */
  private free: Map<string, number> | undefined;

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.round = round;
    this.fitting = fitting;
    this.free = undefined;
  }

  choose(job: PlacedJob): number | undefined {
    const { round } = this;
    if (round === undefined) return undefined;
    const free = this.freeWorkers(round);
    const key = keyOf(job);
    const ring = round.ring();
    while (free.size > 0) {
      // A walk meets the first free worker after about (all / free) workers; asking each free one takes as many steps as
      // there are. The cheaper of the two takes about the root of the number of workers at most.
      const owner =
        free.size * free.size > ring.size
          ? ring.firstAccepted(key, (workerId) => free.has(workerId))
          : ring.firstOf(key, free.keys());
      const place = owner === undefined ? undefined : free.get(owner);
      if (owner === undefined || place === undefined) return undefined;
      if (hasRoom(round, place) && round.accepts(place)) return place;
      free.delete(owner);
    }
    return undefined;
  }

  private freeWorkers(round: PlanRound): Map<string, number> {
    if (this.free === undefined) {
      this.free = new Map();
      for (const place of this.fitting) {
        if (hasRoom(round, place)) this.free.set(round.workers[place]?.workerId ?? '', place);
      }
    }
    return this.free;
  }
}
