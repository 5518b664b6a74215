import { assert } from '@synod/base';
import type { RingOptions } from '@synod/hashing';
import { placementOf } from '@synod/jobs';
import type { JobsView, ProposedAssignment, ReadyClass, ReadyJob, WorkerRecord } from '@synod/jobs';
import { ClassMerge } from './class-merge.js';
import type { PlanRound } from './plan-round.js';
import { Reservations } from './reservations.js';
import { loadsOf, memoize, QueueLoads } from './round-builder.js';
import { WorkerPools } from './worker-pools.js';
import { WorkerRing } from './worker-ring.js';
import type { SpeedView } from './worker-speeds.js';

/** What the planner reads of the state. */
export type PlannerView = Pick<
  JobsView,
  'workers' | 'workersRevision' | 'readyClasses' | 'readyCount' | 'activeInQueue' | 'queueRoom' | 'queuePlacement'
>;

export interface PlannerOptions {
  /** Ring for `consistentHash` and `boundedHash`; the same in all coordinators, or keys move at a change of leader. */
  readonly ring: Partial<RingOptions>;
  /** Which workers are slow, as the leader measures it; default: none. */
  readonly speeds: SpeedView;
}

/** A few microseconds each, with the dearest policy at 2,000 workers. */
const ASSIGNMENTS_PER_LOOK = 16;

/**
 * Proposes which ready job runs on which worker: state in, plan out. The log decides, and may refuse each item.
 *
 * It lives on the leader, and keeps nothing that matters: reservations for what the log has not answered, and lists that
 * can be computed again. It looks at the first jobs only, class by class, and leaves a class at the first job for which its
 * queue or no worker has room. So a plan costs by what it assigns, by what is outstanding, and by the number of workers and of classes;
 * not by the backlog.
 */
export class Planner {
  private readonly options: PlannerOptions;
  private readonly reservations = new Reservations();
  private readonly pools = new WorkerPools();
  private ring: WorkerRing;
  private placeOf: ReadonlyMap<string, number> = new Map();
  private lastView: PlannerView | undefined = undefined;
  private workersRevision = -1;
  private roundNumber = 0;
  /** The worker after the one that was chosen last: equal workers take turns, also over many plans of one job. */
  private firstOfEquals = 0;
  /** Of the plan that is made. */
  private queueLoads: QueueLoads | undefined = undefined;

  constructor(options: Partial<PlannerOptions> = {}) {
    this.options = { ring: {}, speeds: { slowWorkers: () => [] }, ...options };
    this.ring = new WorkerRing(this.options.ring);
  }

  /** Proposals that are neither settled nor reset. */
  get outstandingCount(): number {
    return this.reservations.size;
  }

  /**
   * At most `limit` assignments, in the order of jobs, as many as their queues have room for, to workers that are online, fit,
   * have room beyond what is reserved, and are `eligible`: the caller knows who is heard from. Each is reserved until it is settled.
   * `goesOn` is asked after every few assignments; once it says no, the plan ends there, and the next one goes on behind it.
   */
  plan(
    view: PlannerView,
    eligible: (workerId: string) => boolean,
    limit: number,
    goesOn: () => boolean = () => true,
  ): ProposedAssignment[] {
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
      if (!this.hasQueueRoom(view, readyClass.queue)) {
        merge.dropClass();
        continue;
      }
      const place = this.place(round, readyClass, job);
      if (place === undefined) {
        merge.dropClass();
        continue;
      }
      plan.push(this.reserve(round, readyClass, job, place));
      if (plan.length % ASSIGNMENTS_PER_LOOK === 0 && !goesOn()) break;
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

  private beginRound(view: PlannerView, eligible: (workerId: string) => boolean): PlanRound {
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
    const loads = loadsOf(workers, placeOf, this.reservations, this.options.speeds);
    const queueLoads = new QueueLoads(view, placeOf, this.reservations);
    this.queueLoads = queueLoads;
    return {
      ...{ roundNumber, workers, workersRevision, placeOf, ...loads, firstOfEquals, accepts, ring },
      queueLoads: (queue) => queueLoads.of(queue),
    };
  }

  /** Whether the queue's limits let one more start, beyond what is proposed. */
  private hasQueueRoom(view: PlannerView, queue: string): boolean {
    return this.reservations.ofQueue(queue) < view.queueRoom(queue);
  }

  private place(round: PlanRound, readyClass: ReadyClass, job: ReadyJob): number | undefined {
    const placement = placementOf(job, this.lastView?.queuePlacement(readyClass.queue));
    const { jobId, revision, placementKey } = job;
    const placed = { jobId, revision, queue: readyClass.queue, placementKey };
    return this.pools.of(round, readyClass).choose(round, placement, placed);
  }

  private reserve(round: PlanRound, { queue }: ReadyClass, job: ReadyJob, place: number): ProposedAssignment {
    const { workerId, incarnation: workerIncarnation } = round.workers[place] as WorkerRecord;
    const proposed = { jobId: job.jobId, jobRevision: job.revision, workerId, workerIncarnation };
    this.reservations.add(proposed, queue);
    this.queueLoads?.placed(queue, place);
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
