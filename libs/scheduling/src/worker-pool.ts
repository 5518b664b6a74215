import { assert } from '@synod/base';
import type { Placement, WorkerNeeds } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import { isFree } from './plan-round.js';
import type { PlanRound } from './plan-round.js';
import { makeStrategy, strategyKey } from './policies/strategies.js';
import type { PlacedJob, PlacementStrategy } from './policies/strategy.js';

interface KeptStrategy {
  readonly strategy: PlacementStrategy;
  roundNumber: number;
}

/** Strategies kept for one kind of needs; above, those that the last plan did not use are dropped. */
const MAX_STRATEGIES = 64;

/**
 * The workers that can run jobs with the same needs, and the strategies that choose among them. The list is kept while no worker comes,
 * goes, describes itself or is scheduled otherwise; what a strategy needs for one plan is made when a job first asks for it.
 */
export class WorkerPool {
  private workersRevision = -1;
  /** Places of online workers that fit and are neither cordoned nor draining, rising. */
  private fitting: readonly number[] = [];
  private readonly strategies = new Map<string, KeptStrategy>();
  private roundNumber = -1;

  constructor(private readonly needs: WorkerNeeds) {}

  get lastUsedRound(): number {
    return this.roundNumber;
  }

  enter(round: PlanRound): void {
    if (this.roundNumber === round.roundNumber) return;
    this.roundNumber = round.roundNumber;
    if (this.workersRevision === round.workersRevision) return;
    this.workersRevision = round.workersRevision;
    const fitting: number[] = [];
    for (const [place, worker] of round.workers.entries()) {
      const isOpen = worker.state === 'online' && worker.scheduling === 'active';
      if (isOpen && workerFits(worker, this.needs)) fitting.push(place);
    }
    this.fitting = fitting;
  }

  /** The place that the policy chooses among those that have room; undefined when none has. */
  choose(round: PlanRound, placement: Placement, job: PlacedJob): number | undefined {
    const place = this.strategyOf(round, placement).choose(job);
    assert(
      place === undefined || isFree(round, place),
      'a policy chooses a worker that has room',
      () => placement.policy,
    );
    return place;
  }

  private strategyOf(round: PlanRound, placement: Placement): PlacementStrategy {
    const key = strategyKey(placement);
    let kept = this.strategies.get(key);
    if (kept === undefined) {
      this.dropUnused();
      kept = { strategy: makeStrategy(placement), roundNumber: -1 };
      this.strategies.set(key, kept);
    }
    if (kept.roundNumber !== round.roundNumber) {
      kept.roundNumber = round.roundNumber;
      kept.strategy.begin(round, this.fitting);
    }
    return kept.strategy;
  }

  /** Jobs may come with any options: what they made is not kept for ever. */
  private dropUnused(): void {
    if (this.strategies.size < MAX_STRATEGIES) return;
    for (const [key, { roundNumber }] of this.strategies) {
      if (roundNumber !== this.roundNumber) this.strategies.delete(key);
    }
  }
}
