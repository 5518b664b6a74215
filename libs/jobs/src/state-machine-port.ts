import type { CommandEnvelope, CommandReply } from './commands.js';
import type { StateChange, StateRecord } from './image.js';
import type { JobEvent } from './events.js';
import type { AttemptRef } from './commands.js';
import type { JobId, JobRecord, JobSpec, JobState } from './job.js';
import type { Placement, PlacementWish } from './placement.js';
import type { QueueRecord } from './queue.js';
import type { Firing, ScheduleJobs, ScheduleRecord } from './schedule.js';
import type { NodeRecord, WorkerRecord } from './worker.js';

/** The effect of one log entry: one reply for each command in order, and all events in order. */
export interface AppliedEntry {
  readonly slot: number;
  /** Applied time: the maximum of all stamps so far. */
  readonly timeMs: number;
  readonly replies: readonly CommandReply[];
  readonly events: readonly JobEvent[];
  /** Records of jobs that left the active state with this entry and now belong to history only, oldest first. */
  readonly retired: readonly JobRecord[];
}

/** Ready jobs that need the same of a worker; the planner looks at heads only, so its cost doesn't follow the backlog. */
export interface ReadyClass {
  readonly classKey: string;
  readonly queue: string;
  readonly task:
    { readonly kind: 'exec' } | { readonly kind: 'http' } | { readonly kind: 'handler'; readonly handler: string };
  readonly workerLabels: Readonly<Record<string, string>>;
  first(): ReadyJob;
  /** In the order in which they are to be assigned: higher priorities first, then by job id. */
  jobs(): IterableIterator<ReadyJob>;
}

export interface ReadyJob extends PlacementWish {
  readonly jobId: JobId;
  readonly revision: number;
  readonly priority: number;
  readonly placementKey: string;
}

/** Reads of the applied state. Views are valid until the next apply. */
export interface JobsView {
  readonly appliedSlot: number;
  readonly timeMs: number;
  /** What the replicated behaviour is at, as the log says; see `FEATURE_LEVELS`. */
  readonly featureLevel: number;
  /** When something is due next, in applied time: then `advanceTime` is to be proposed. Undefined: nothing waits for time. */
  readonly nextDueMs: number | undefined;
  job(jobId: JobId): JobRecord | undefined;
  /** Newest first, from below `beforeJobId` (exclusive; undefined: from the newest). */
  listJobs(filter: JobFilter, beforeJobId: JobId | undefined, limit: number): readonly JobRecord[];
  counts(): Readonly<Record<JobState, number>>;
  worker(workerId: string): WorkerRecord | undefined;
  /** Sorted by workerId. */
  workers(): readonly WorkerRecord[];
  /**
   * Rises when a worker comes, goes, describes itself anew or is scheduled otherwise, and not with its load: what is computed of the workers alone
   * may be kept until then. No part of the state: replicas may differ in it.
   */
  readonly workersRevision: number;
  /** Attempts of this worker that have not ended, by rising fencing token. */
  activeAttempts(workerId: string): readonly ActiveAttempt[];
  /** Workers that have active attempts of this queue, and how many. */
  activeInQueue(queue: string): ReadonlyMap<string, number>;
  /**
   * How many more of this queue's jobs the log would let start at the applied time: 0 for one that is paused, full or out of tokens,
   * Infinity without limits. What is proposed and not applied is not counted.
   */
  queueRoom(queue: string): number;
  /** How jobs of the queue are placed that leave it open; undefined where nothing is set. */
  queuePlacement(queue: string): Placement | undefined;
  /** Where a job stands that is ready, or would stand that waits; undefined for any other. */
  readyPlace(jobId: JobId): ReadyPlace | undefined;
  queue(queue: string): QueueRecord | undefined;
  /** Those that have jobs of the active state, or of which something is set; sorted by name. */
  queues(): readonly QueueRecord[];
  /** In the order of their first jobs. */
  readyClasses(): IterableIterator<ReadyClass>;
  /** Jobs in `readyClasses`: those that wait for another of their key are not among them. */
  readyCount(): number;
  schedule(scheduleId: string): ScheduleRecord | undefined;
  /** All, in no order. */
  scheduleIds(): IterableIterator<string>;
  /** Sorted by scheduleId, from above `afterScheduleId` (exclusive; empty: from the first). */
  listSchedules(afterScheduleId: string, limit: number): readonly ScheduleRecord[];
  /** Unfinished jobs of a schedule, which may have been deleted since. */
  scheduleJobs(scheduleId: string): ScheduleJobs;
  /** Sorted by nodeId. */
  nodes(): readonly NodeRecord[];
}

/** Where a job stands among those that are ready. For people who ask: it looks at all classes. */
export interface ReadyPlace {
  /** Jobs of its queue that may be assigned, and are to be before it. */
  readonly jobsBefore: number;
  /** By class, those of any queue that are to be before it; classes without are left out. */
  readonly classesBefore: readonly ReadyBefore[];
  /** There while it waits for others of its key, or would. */
  readonly key: KeyPlace | undefined;
}

export interface ReadyBefore extends Pick<ReadyClass, 'queue' | 'task' | 'workerLabels'> {
  readonly count: number;
  /** Of the first of them. */
  readonly highestPriority: number;
}

export interface KeyPlace {
  readonly limitKey: string;
  readonly limit: number;
  /** Attempts under way. */
  readonly active: number;
  /** Ready jobs of the key that are to be before it. */
  readonly before: number;
  /** Of the first of them; undefined when there is none. */
  readonly highestPriority: number | undefined;
  /** Keys whose first waiting job is to be before it: a higher limit would let these start as well. */
  readonly otherKeys: number;
  /** Of the first of those; undefined when there is none. */
  readonly othersHighestPriority: number | undefined;
}

export interface ActiveAttempt extends AttemptRef {
  readonly workerIncarnation: number;
  readonly spec: JobSpec;
  readonly started: boolean;
  readonly cancelRequested: boolean;
  /** Its worker was drained and is to end it; how it ends will say `lost`. */
  readonly evicting: boolean;
  /** There, and true, where a cancellation is to leave it no grace. */
  readonly terminated?: true;
  /** Of the schedule that submitted its job. */
  readonly firing?: Firing;
}

export interface JobFilter {
  /** Empty: all. */
  readonly states: readonly JobState[];
  /** Empty: all. */
  readonly queue: string;
  /** All of these, with these values; absent: whatever they are. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The replicated state machine. Pure: same entries, same state, same hash, on every machine. */
export interface JobsStateMachine extends JobsView {
  /** Slots come once, in order, without gaps; an entry without commands is a no-op. */
  apply(slot: number, commands: readonly CommandEnvelope[]): AppliedEntry;
  /** 16 hexadecimal digits over the whole active state; equal on replicas with equal `appliedSlot` (I11). */
  stateHash(): string;
  /**
   * What changed since the last call, each key once and in no order, with the record as it is now: applied to an image of the
   * state at the last call it gives the image of the state now. On a restored machine: since it was restored. The cost follows
   * what changed, not the state. Values never change afterwards. Who never asks pays one pointer for each record.
   */
  takeChanges(): readonly StateChange[];
  /** Records that changed since changes were last taken; at least as many as `takeChanges` will give. */
  readonly changedCount: number;
  /** The whole state in order of keys: an image. Valid until the next apply. */
  records(): IterableIterator<StateRecord>;
}
