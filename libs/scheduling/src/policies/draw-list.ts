import { murmur3 } from '@synod/hashing';
import { isFree } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import type { PlacedJob } from './strategy.js';

/** Draws from the workers that are free, each as likely. What is drawn and turns out not to be free leaves the list for this plan. */
export class DrawList {
  private readonly places: number[];

  constructor(
    private readonly round: PlanRound,
    fitting: readonly number[],
  ) {
    this.places = [...fitting];
  }

  /**
   * At most `count` different places that are free. The same for the same job, revision and workers: who asks why a job went
   * where it did can compute it again.
   */
  draw(job: PlacedJob, count: number): readonly number[] {
    const { places, round } = this;
    const seed = murmur3(job.jobId, job.revision);
    // Drawn ones are put at the front, and stay in the list.
    let drawn = 0;
    for (let attempt = 0; drawn < count && drawn < places.length; attempt += 1) {
      const at = drawn + (murmur3(job.jobId, seed + attempt) % (places.length - drawn));
      const place = places[at] as number;
      if (isFree(round, place)) {
        places[at] = places[drawn] as number;
        places[drawn] = place;
        drawn += 1;
      } else {
        places[at] = places[places.length - 1] as number;
        places.length -= 1;
      }
    }
    return places.slice(0, drawn);
  }
}
