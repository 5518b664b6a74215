import { assert, unreachable } from '@synod/base';
import type { RingOptions } from '@synod/hashing';
import type { JobsView, ProposedAssignment, ReadyClass, ReadyJob, WorkerRecord } from '@synod/jobs';
import { ClassMerge } from './class-merge.js';
import { Reservations } from './reservations.js';
import type { PlanRound } from './worker-pool.js';
import { WorkerPools } from './worker-pools.js';
import { WorkerRing } from './worker-ring.js';

export interface PlannerOptions {
  /** Ring for `consistentHash`; the same in all coordinators, or keys move at a change of leader. */
  readonly ring: Partial<RingOptions>;
}

/**
 * Proposes which ready job runs on which worker: state in, plan out. The log decides, and may refuse each item.
 *
 * It lives on the leader, and keeps nothing that matters: reservations for what the log has not answered, and lists that
 * can be computed again. It looks at the oldest jobs only, class by class, and leaves a class at the first job for which no
 * worker has room. So a plan costs by what it assigns, by what is outstanding, and by the number of workers and of classes;
 * not by the backlog.
 */
export class Planner {
  private readonly options: PlannerOptions;
  private readonly reservations = new Reservations();
  private readonly pools = new WorkerPools();
  private ring: WorkerRing;
  private placeOf: ReadonlyMap<string, number> = new Map();
  private lastView: JobsView | undefined = undefined;
  private workersRevision = -1;
  private roundNumber = 0;
  /** The worker after the one that was chosen last: equal workers take turns, also over many plans of one job. */
  private firstOfEquals = 0;

  constructor(options: Partial<PlannerOptions> = {}) {
    this.options = { ring: {}, ...options };
    this.ring = new WorkerRing(this.options.ring);
  }

  /** Proposals that are neither settled nor reset. */
  get outstandingCount(): number {
    return this.reservations.size;
  }

  /**
   * At most `limit` assignments, oldest job first, to workers that are online, fit, have room beyond what is reserved, and are
   * `eligible`: the caller knows who is heard from. Each is reserved until it is settled.
   */
  plan(view: JobsView, eligible: (workerId: string) => boolean, limit: number): ProposedAssignment[] {
    const plan: ProposedAssignment[] = [];
    if (limit <= 0 || view.readyCount() === 0) return plan;
    const round = this.beginRound(view, eligible);
    if (round.workers.length === 0) return plan;
    const merge = new ClassMerge(view.readyClasses());
    while (plan.length < limit) {
      const { readyClass, job } = merge;
      if (readyClass === undefined || job === undefined) break;
      if (this.reservations.has(job.jobId)) {
        merge.advance();
        continue;
      }
      const place = this.place(round, readyClass, job);
      if (place === undefined) {
        merge.dropClass();
        continue;
      }
      plan.push(this.reserve(round, job, place));
      merge.advance();
    }
    this.pools.dropUnused(round.roundNumber);
    return plan;
  }

  /** The log has answered these, made or refused: what was reserved for them is free. To be called once it is applied. */
  settled(assignments: readonly ProposedAssignment[]): void {
    for (const assignment of assignments) this.reservations.free(assignment);
  }

  /** Forgets all reservations: at a change of leadership. */
  reset(): void {
    this.reservations.clear();
    this.forgetWorkers();
  }

  private beginRound(view: JobsView, eligible: (workerId: string) => boolean): PlanRound {
    if (this.lastView !== view) this.forgetWorkers();
    this.lastView = view;
    this.roundNumber += 1;
    const workers = view.workers();
    const { workersRevision } = view;
    if (this.workersRevision !== workersRevision) {
      this.workersRevision = workersRevision;
      this.placeOf = new Map(workers.map((worker, place) => [worker.workerId, place]));
    }
    assert(this.placeOf.size === workers.length, 'workers come and go with a new workersRevision');
    const accepts = memoize(workers.length, (place) => eligible((workers[place] as WorkerRecord).workerId));
    const ring = () => this.ring.current(workers, workersRevision);
    const { roundNumber, placeOf, firstOfEquals } = this;
    const { loads, capacities } = this.loadsOf(workers);
    return { roundNumber, workers, workersRevision, placeOf, loads, capacities, firstOfEquals, accepts, ring };
  }

  /** What each worker does by the state, and what is reserved besides. */
  private loadsOf(workers: readonly WorkerRecord[]): Pick<PlanRound, 'loads' | 'capacities'> {
    const loads = new Int32Array(workers.length);
    const capacities = new Int32Array(workers.length);
    for (let place = 0; place < workers.length; place += 1) {
      const worker = workers[place] as WorkerRecord;
      loads[place] = worker.activeAttempts;
      capacities[place] = worker.capacity;
    }
    for (const [workerId, reserved] of this.reservations.counts()) {
      const place = this.placeOf.get(workerId);
      if (place !== undefined) loads[place] = (loads[place] as number) + reserved;
    }
    return { loads, capacities };
  }

  private place(round: PlanRound, readyClass: ReadyClass, job: ReadyJob): number | undefined {
    const pool = this.pools.of(round, readyClass);
    switch (job.placement) {
      case 'leastLoaded':
        return pool.leastLoaded(round);
      case 'consistentHash':
        return pool.byKey(round, job.placementKey);
      default:
        return unreachable(job.placement);
    }
  }

  private reserve(round: PlanRound, job: ReadyJob, place: number): ProposedAssignment {
    const { workerId, incarnation: workerIncarnation } = round.workers[place] as WorkerRecord;
    const proposed = { jobId: job.jobId, jobRevision: job.revision, workerId, workerIncarnation };
    this.reservations.add(proposed);
    round.loads[place] = (round.loads[place] as number) + 1;
    this.firstOfEquals = place + 1 === round.workers.length ? 0 : place + 1;
    return proposed;
  }

  private forgetWorkers(): void {
    this.pools.clear();
    this.ring = new WorkerRing(this.options.ring);
    this.lastView = undefined;
    this.workersRevision = -1;
  }
}

/** Asks once for each place. */
function memoize(size: number, ask: (place: number) => boolean): (place: number) => boolean {
  const answers = new Int8Array(size);
  return (place) => {
    if (answers[place] === 0) answers[place] = ask(place) ? 1 : -1;
    return answers[place] === 1;
  };
}
