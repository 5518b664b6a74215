import { compareIds } from '@synod/hashing';
import type { ReadyClass, WorkerNeeds } from '@synod/jobs';
import type { PlanRound } from './plan-round.js';
import { WorkerPool } from './worker-pool.js';

/** Classes and pools kept from plan to plan; above, those that the last plan did not use are dropped. */
const MAX_KEPT = 1_024;

/** Pools by what jobs need; classes that differ by queue only share one. */
export class WorkerPools {
  private readonly byNeeds = new Map<string, WorkerPool>();
  private readonly byClass = new Map<string, WorkerPool>();

  of(round: PlanRound, readyClass: ReadyClass): WorkerPool {
    let pool = this.byClass.get(readyClass.classKey);
    if (pool === undefined) {
      pool = this.withNeeds(readyClass);
      this.byClass.set(readyClass.classKey, pool);
    }
    pool.enter(round);
    return pool;
  }

  dropUnused(roundNumber: number): void {
    if (this.byClass.size <= MAX_KEPT) return;
    for (const pools of [this.byClass, this.byNeeds]) {
      for (const [key, pool] of pools) if (pool.lastUsedRound !== roundNumber) pools.delete(key);
    }
  }

  clear(): void {
    this.byNeeds.clear();
    this.byClass.clear();
  }

  /** Takes what it needs from the class, which is a view of the state and holds until the next entry only. */
  private withNeeds({ task, workerLabels }: ReadyClass): WorkerPool {
    const key = needsKey({ task, workerLabels });
    const known = this.byNeeds.get(key);
    if (known !== undefined) return known;
    const pool = new WorkerPool({ task, workerLabels });
    this.byNeeds.set(key, pool);
    return pool;
  }
}

function needsKey({ task, workerLabels }: WorkerNeeds): string {
  const labels = Object.entries(workerLabels).sort((left, right) => compareIds(left[0], right[0]));
  return JSON.stringify([task.kind === 'handler' ? task.handler : '', task.kind, labels]);
}
