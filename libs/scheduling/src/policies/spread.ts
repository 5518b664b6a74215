import { isFree, relativeLoad, turnOf } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';
import type { PlacedJob, PlacementStrategy } from './strategy.js';

/** Where a worker stands: less is better, part by part. */
type Rank = readonly [ofLabel: number, ofWorker: number, relativeLoad: number, turn: number];

/**
 * Where the job's queue has the fewest attempts: first by the value of a label, such as the zone, if one is given; then by worker;
 * then the least loaded. So the loss of one zone or worker takes as few of a queue's attempts as can be. Workers without the label
 * are one group more.
 */
export class Spread implements PlacementStrategy {
  private round: PlanRound | undefined;
  private fitting: readonly number[] = [];
  /** By place, the group that the worker's label puts it in; groups are numbered from 0. */
  private groups = new Int32Array(0);
  private groupCount = 1;

  constructor(private readonly label: string | undefined) {}

  begin(round: PlanRound, fitting: readonly number[]): void {
    this.round = round;
    this.fitting = fitting;
    this.groups = new Int32Array(round.workers.length);
    this.groupCount = 1;
    if (this.label !== undefined) this.group(round, this.label);
  }

  choose({ queue }: PlacedJob): number | undefined {
    const { round, fitting, groups } = this;
    if (round === undefined) return undefined;
    const inQueue = round.queueLoads(queue);
    // Full workers count towards their group, too.
    const inGroup = new Float64Array(this.groupCount);
    for (const place of fitting) {
      const group = groups[place] as number;
      inGroup[group] = (inGroup[group] as number) + (inQueue[place] as number);
    }
    let best: number | undefined;
    let bestRank: Rank | undefined;
    for (const place of fitting) {
      const ofLabel = inGroup[groups[place] as number] as number;
      const ofWorker = inQueue[place] as number;
      if (bestRank !== undefined && (ofLabel > bestRank[0] || (ofLabel === bestRank[0] && ofWorker > bestRank[1])))
        continue;
      if (!isFree(round, place)) continue;
      const rank: Rank = [ofLabel, ofWorker, relativeLoad(round, place), turnOf(round, place)];
      if (bestRank !== undefined && !isBefore(rank, bestRank)) continue;
      best = place;
      bestRank = rank;
    }
    return best;
  }

  private group(round: PlanRound, label: string): void {
    const byValue = new Map<string | undefined, number>();
    for (const place of this.fitting) {
      const labels = round.workers[place]?.labels ?? {};
      const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
      let group = byValue.get(value);
      if (group === undefined) {
        group = byValue.size;
        byValue.set(value, group);
      }
      this.groups[place] = group;
    }
    this.groupCount = Math.max(1, byValue.size);
  }
}

function isBefore(left: Rank, right: Rank): boolean {
  for (let at = 0; at < left.length; at += 1) {
    const [one, other] = [left[at] as number, right[at] as number];
    if (one !== other) return one < other;
  }
  return false;
}
