import type { Ring } from '@synod/hashing';
import type { WorkerNeeds, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import { LoadHeap } from './load-heap.js';
import type { WorkerLoads } from './load-heap.js';

/** What one plan knows of the workers. */
export interface PlanRound extends WorkerLoads {
  readonly roundNumber: number;
  /** Sorted by id; a worker's index here is its place. */
  readonly workers: readonly WorkerRecord[];
  readonly workersRevision: number;
  readonly placeOf: ReadonlyMap<string, number>;
  /** Whether the caller lets the worker have work; asked once for each worker and plan. */
  readonly accepts: (place: number) => boolean;
  /** Ring of all online workers. */
  readonly ring: () => Ring;
}

/**
 * The workers that can run jobs with the same needs. The list is kept while no worker comes, goes, describes itself or is
 * scheduled otherwise; heap
 * and free list are made for each plan, when a job first asks for them.
 */
export class WorkerPool {
  private workersRevision = -1;
  /** Places of online workers that fit and are neither cordoned nor draining, rising. */
  private fitting: readonly number[] = [];
  private roundNumber = -1;
  private heap: LoadHeap | undefined = undefined;
  private free: Map<string, number> | undefined = undefined;

  constructor(private readonly needs: WorkerNeeds) {}

  get lastUsedRound(): number {
    return this.roundNumber;
  }

  enter(round: PlanRound): void {
    if (this.roundNumber === round.roundNumber) return;
    this.roundNumber = round.roundNumber;
    this.heap = undefined;
    this.free = undefined;
    if (this.workersRevision === round.workersRevision) return;
    this.workersRevision = round.workersRevision;
    const fitting: number[] = [];
    for (const [place, worker] of round.workers.entries()) {
      const isOpen = worker.state === 'online' && worker.scheduling === 'active';
      if (isOpen && workerFits(worker, this.needs)) fitting.push(place);
    }
    this.fitting = fitting;
  }

  /** The place of the least loaded worker by active attempts over capacity; undefined when none has room. */
  leastLoaded(round: PlanRound): number | undefined {
    this.heap ??= new LoadHeap(round, this.fitting);
    return this.heap.top(round.accepts);
  }

  /** The place of the first worker in the key's preference list that has room; undefined when none has. */
  byKey(round: PlanRound, key: string): number | undefined {
    const free = this.freeWorkers(round);
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

  /** Those that had room when the plan began to place by key, with their places; later ones drop out as they are met. */
  private freeWorkers(round: PlanRound): Map<string, number> {
    if (this.free === undefined) {
      this.free = new Map();
      for (const place of this.fitting) {
        if (hasRoom(round, place)) this.free.set((round.workers[place] as WorkerRecord).workerId, place);
      }
    }
    return this.free;
  }
}

function hasRoom(round: WorkerLoads, place: number): boolean {
  return (round.loads[place] as number) < (round.capacities[place] as number);
}
