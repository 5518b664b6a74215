import { isFree } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import { ConsistentHash, keyOf } from './consistent-hash.js';
import type { PlacedJob, PlacementStrategy } from './strategy.js';

export const DEFAULT_LOAD_FACTOR_PERCENT = 125;

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA 2018): the first worker in the preference list of the
 * job's key that is below its bound, ceil(factor × mean), where the mean counts the job itself and is shared out by weight, which is
 * capacity times measured speed. So a popular key spills over to the next workers before its own is full.
 *
 * Loads are those of all jobs, whatever placed them. The bound does not make a job wait while a worker has room: where only workers
 * above their bounds have any, the first of these takes it.
 */
export class BoundedHash implements PlacementStrategy {
  private readonly unbounded = new ConsistentHash();
  private round: PlanRound | undefined;
  private fitting: readonly number[] = [];
  /** By place. */
  private isFitting = new Uint8Array(0);

  constructor(private readonly loadFactorPercent: number) {}

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.round = round;
    this.fitting = fitting;
    this.isFitting = new Uint8Array(round.workers.length);
    for (const place of fitting) this.isFitting[place] = 1;
    this.unbounded.begin(round, fitting);
  }

  choose(job: PlacedJob): number | undefined {
    const { round } = this;
    if (round === undefined) return undefined;
    const boundOfWeight = this.boundOfWeight(round);
    const { loads, weights } = round;
    const owner = round.ring().firstAccepted(keyOf(job), (workerId) => {
      const place = round.placeOf.get(workerId);
      if (place === undefined || this.isFitting[place] !== 1 || !isFree(round, place)) return false;
      return (loads[place] as number) < Math.ceil(boundOfWeight * (weights[place] as number));
    });
    return owner === undefined ? this.unbounded.choose(job) : round.placeOf.get(owner);
  }

  /** What a worker of weight 1 may be loaded, before it is rounded up. Loads rise with every job that the plan places. */
  private boundOfWeight(round: PlanRound): number {
    let [load, weight] = [1, 0];
    for (const place of this.fitting) {
      if (!round.accepts(place)) continue;
      load += round.loads[place] as number;
      weight += round.weights[place] as number;
    }
    return weight === 0 ? 0 : (load * this.loadFactorPercent) / (100 * weight);
  }
}
