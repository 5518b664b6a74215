import type { ActiveAttempt } from '../state-machine-port.js';
import type { WorkerDescription, WorkerRecord, WorkerScheduling, WorkerState } from '../worker.js';
import { HashLanes } from './hash-lanes.js';
import { WORKER_PREFIX } from './image-keys.js';
import type { AttemptEntry, JobEntry } from './job-entry.js';
import { HashedRecord, RECORD_KINDS } from './state-hash.js';

const WORKER_STATE_CODES: Readonly<Record<WorkerState, number>> = { online: 1, lost: 2, left: 3 };

/** They never change. */
export const WORKER_SCHEDULING_CODES: Readonly<Record<WorkerScheduling, number>> = {
  active: 1,
  cordoned: 2,
  draining: 3,
};

/** How a worker is scheduled. */
export interface SchedulingEntry {
  readonly scheduling: WorkerScheduling;
  readonly evictAtMs: number | undefined;
  /** The incarnation with which it ends; undefined: with none. */
  readonly incarnation: number | undefined;
  readonly reason: string;
}

export const ACTIVE_SCHEDULING: SchedulingEntry = Object.freeze({
  scheduling: 'active',
  evictAtMs: undefined,
  incarnation: undefined,
  reason: '',
});

/** A worker as the state machine changes it; readers get a {@link WorkerRecord}, which never changes after. */
export class WorkerEntry extends HashedRecord {
  state: WorkerState = 'online';
  coordinatorId = '';
  registeredAtMs = 0;
  /** Place in the order of going offline, which decides who is dropped first; 0 while online. */
  offlineOrder = 0;
  scheduled = ACTIVE_SCHEDULING;
  /** Jobs whose active attempt is here. In order of fencing token: a set keeps insertion order, and tokens rise. */
  readonly activeJobs = new Set<JobEntry>();
  /** Most attempts that may be active: the capacity, or what a restart with less capacity still held. */
  allowance = 0;
  private describedHashA = 0;
  private describedHashB = 0;
  private record: WorkerRecord | undefined = undefined;

  constructor(public description: WorkerDescription) {
    super();
    this.describe(description);
  }

  get workerId(): string {
    return this.description.workerId;
  }

  get incarnation(): number {
    return this.description.incarnation;
  }

  describe(description: WorkerDescription): void {
    this.description = description;
    const lanes = mixDescription(new HashLanes(), description).finish();
    this.describedHashA = lanes.a;
    this.describedHashB = lanes.b;
    this.allowance = Math.max(description.capacity, this.activeJobs.size);
    this.forgetRecord();
  }

  addActive(job: JobEntry): void {
    this.activeJobs.add(job);
    this.forgetRecord();
  }

  /** An active job of an image, by rising token; a worker may hold more than its capacity when it restarted with less. */
  restoreActive(job: JobEntry): void {
    this.activeJobs.add(job);
    this.allowance = Math.max(this.allowance, this.activeJobs.size);
  }

  removeActive(job: JobEntry): boolean {
    this.forgetRecord();
    return this.activeJobs.delete(job);
  }

  /** Every change of a field that readers see comes with this. */
  forgetRecord(): void {
    this.record = undefined;
  }

  toRecord(): WorkerRecord {
    const described = this.description;
    this.record ??= {
      workerId: described.workerId,
      incarnation: described.incarnation,
      labels: described.labels,
      capacity: described.capacity,
      runsExec: described.runsExec,
      runsHttp: described.runsHttp === true,
      handlers: described.handlers,
      version: described.version,
      host: described.host,
      state: this.state,
      coordinatorId: this.coordinatorId,
      registeredAtMs: this.registeredAtMs,
      scheduling: this.scheduled.scheduling,
      evictAtMs: this.scheduled.evictAtMs,
      schedulingReason: this.scheduled.reason,
      activeAttempts: this.activeJobs.size,
    };
    return this.record;
  }

  activeAttempts(): readonly ActiveAttempt[] {
    const attempts: ActiveAttempt[] = [];
    for (const job of this.activeJobs) {
      const attempt = job.activeAttempt as AttemptEntry;
      attempts.push({
        jobId: job.jobId,
        attempt: attempt.attempt,
        fencingToken: attempt.fencingToken,
        workerIncarnation: attempt.workerIncarnation,
        spec: job.interned.spec,
        started: attempt.startedAtMs !== undefined,
        cancelRequested: job.cancelRequested,
        evicting: attempt.evicting,
        ...(job.terminated ? { terminated: true } : {}),
        ...(job.firing === undefined ? {} : { firing: job.firing }),
      });
    }
    return attempts;
  }

  /** Active attempts are not mixed in: the jobs that have them are. */
  override mixInto(lanes: HashLanes): void {
    lanes.begin(RECORD_KINDS.worker).word(this.describedHashA).word(this.describedHashB);
    lanes.word(WORKER_STATE_CODES[this.state]).text(this.coordinatorId);
    lanes.integer(this.registeredAtMs).integer(this.offlineOrder);
    const { scheduling, evictAtMs, incarnation, reason } = this.scheduled;
    // Behind all else and only where it is not active: hashes of others are as feature level 1 had them.
    if (scheduling === 'active') return;
    lanes.word(WORKER_SCHEDULING_CODES[scheduling]).integer(evictAtMs).integer(incarnation).text(reason);
  }

  override imageKey(): string {
    return WORKER_PREFIX + this.workerId;
  }

  /** Without active attempts: the jobs that have them say it. */
  override imageValue(): unknown {
    const { incarnation, labels, capacity, runsExec, handlers, version, host } = this.description;
    const { state, coordinatorId, registeredAtMs, offlineOrder } = this;
    const value = [
      incarnation,
      labels,
      capacity,
      runsExec,
      handlers,
      version,
      host,
      state,
      coordinatorId,
      registeredAtMs,
      offlineOrder,
    ];
    const runsHttp = this.description.runsHttp === true;
    const { scheduled } = this;
    // What feature level 1 wrote stays as it was.
    if (!runsHttp && scheduled.scheduling === 'active') return value;
    return [
      ...value,
      runsHttp,
      scheduled.scheduling,
      scheduled.evictAtMs ?? null,
      scheduled.incarnation ?? null,
      scheduled.reason,
    ];
  }

  /** Whether the hash kept of the description is that of its contents. For tests. */
  hasTrueHashes(): boolean {
    const lanes = mixDescription(new HashLanes(), this.description).finish();
    return lanes.a === this.describedHashA && lanes.b === this.describedHashB;
  }
}

function mixDescription(lanes: HashLanes, worker: WorkerDescription): HashLanes {
  lanes.begin(RECORD_KINDS.description).text(worker.workerId).integer(worker.incarnation);
  lanes.textRecord(worker.labels).integer(worker.capacity).flag(worker.runsExec).texts(worker.handlers);
  lanes.text(worker.version).text(worker.host);
  return worker.runsHttp === true ? lanes.flag(true) : lanes;
}
