import type { AttemptEnd, FencingToken, JobId, JobSpec, JobState } from './job.js';
import type { QueueBlock, QueueSettings } from './queue.js';
import type { FiringOutcome, FiringReason, OverlapPolicy, ScheduleSpec } from './schedule.js';
import type { NodeRecord, WorkerDescription, WorkerScheduling } from './worker.js';

/** The client session of a coordinator incarnation: it makes a forwarded or repeated command apply once (P9). */
export interface CommandOrigin {
  readonly nodeId: string;
  readonly incarnation: number;
  /** From 1, one for each command of this incarnation. */
  readonly sequence: number;
  /** Replies below this sequence have been received and may be forgotten. */
  readonly acknowledgedBelow: number;
}

/** Envelope in which every command travels and lies in the log. */
export interface CommandEnvelope<Body extends Command = Command> {
  readonly groupId: number;
  /** Version of the body's type, from 1. An unknown type or version stops a replica before it applies. */
  readonly version: number;
  /** Wall time of the leader when it proposed; applied time is the maximum of all so far. */
  readonly stampMs: number;
  /** Who asked; empty without authentication. */
  readonly principal: string;
  /** W3C traceparent; empty when none. */
  readonly traceContext: string;
  readonly origin: CommandOrigin;
  readonly body: Body;
}

export interface SubmitJobs {
  readonly type: 'submitJobs';
  /** All or none. 1 to 10,000. */
  readonly specs: readonly JobSpec[];
  /** Replays the original answer when it was used before; empty means none. */
  readonly idempotencyKey: string;
  /** For how long the key is remembered; absent: as the group's options say. From feature level 3. */
  readonly idempotencyKeyLifetimeMs?: number;
}

export interface CancelJob {
  readonly type: 'cancelJob';
  readonly jobId: JobId;
  readonly reason: string;
  /** Refused unless the job has this revision; absent: whatever it has. From feature level 3. */
  readonly ifRevision?: number;
}

/**
 * The job runs again: one that has ended and is still in the active state under its old id, its attempts go on; one that waits
 * waits no longer. From feature level 3.
 */
export interface RetryJob {
  readonly type: 'retryJob';
  readonly jobId: JobId;
  readonly ifRevision: number | undefined;
}

/** A job that waits or is ready gets another priority or queue. From feature level 3. */
export interface ChangeJob {
  readonly type: 'changeJob';
  readonly jobId: JobId;
  readonly ifRevision: number | undefined;
  readonly priority: number | undefined;
  readonly queue: string | undefined;
}

/** What is set of a queue, whole, but for whether it is paused. From feature level 3, as all commands of queues. */
export interface SetQueue {
  readonly type: 'setQueue';
  readonly queue: string;
  readonly settings: QueueSettings;
  /** Refused unless the queue has this revision; 0: unless nothing is set of it; undefined: whatever it has. */
  readonly ifRevision: number | undefined;
}

export interface PauseQueue {
  readonly type: 'pauseQueue';
  readonly queue: string;
  readonly paused: boolean;
  readonly reason: string;
}

/** Nothing is set of the queue any more: no limits, not paused. Its jobs stay. */
export interface ResetQueue {
  readonly type: 'resetQueue';
  readonly queue: string;
  readonly ifRevision: number | undefined;
}

/** Runs failed and expired jobs of the queue again, those that ended first, as `RetryJob` does one by one. */
export interface RedriveQueue {
  readonly type: 'redriveQueue';
  readonly queue: string;
  /** At most so many, 1 to 1,000. */
  readonly limit: number;
}

/** Identity of one attempt; the token alone is unique, the rest saves a search. */
export interface AttemptRef {
  readonly jobId: JobId;
  readonly attempt: number;
  readonly fencingToken: FencingToken;
}

/** A worker opened an agent session: first contact, reconnection or restart. */
export interface OpenAgentSession {
  readonly type: 'openAgentSession';
  readonly worker: WorkerDescription;
  /**
   * What the worker still holds: attempts that run or whose reports are unacknowledged. Attempts of an OLDER incarnation of
   * this worker that are not among them are lost; those that are go over to the new incarnation. (Attempts of the same
   * incarnation stay as they are: their assignment may still be on its way.)
   */
  readonly held: readonly AttemptRef[];
}

/** Ends of workers. `left`: goodbye after its work ended. `lost`: unheard. `guardEnded`: its guard ended all that ran. */
export interface CloseWorker {
  readonly type: 'closeWorker';
  readonly workerId: string;
  readonly incarnation: number;
  readonly cause: 'left' | 'lost' | 'guardEnded';
}

/** The leader's decision that these attempts are lost, because their worker was unheard for their `lostAfterMs`. */
export interface LoseAttempts {
  readonly type: 'loseAttempts';
  readonly attempts: readonly AttemptRef[];
  readonly reason: string;
}

/** A proposal of the planner, item by item: apply checks everything again and may refuse. */
export interface ProposedAssignment {
  readonly jobId: JobId;
  readonly jobRevision: number;
  readonly workerId: string;
  readonly workerIncarnation: number;
}

export interface AssignJobs {
  readonly type: 'assignJobs';
  readonly assignments: readonly ProposedAssignment[];
}

/** What a worker reports of an attempt. `end` undefined: it started. A report may say both in one. */
export interface AttemptReport extends AttemptRef {
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  readonly end: AttemptEnd | undefined;
}

export interface ReportAttempts {
  readonly type: 'reportAttempts';
  readonly workerId: string;
  readonly incarnation: number;
  readonly reports: readonly AttemptReport[];
}

/** Embedded node store. */
export interface RegisterNode {
  readonly type: 'registerNode';
  readonly node: NodeRecord;
}

export interface DeregisterNode {
  readonly type: 'deregisterNode';
  readonly nodeId: string;
  /** Only this incarnation or an older one is removed. */
  readonly incarnation: number;
  readonly cause: 'asked' | 'expired';
}

/** Whether a worker may be given new attempts, from here on. From feature level 2. */
export interface SetWorkerScheduling {
  readonly type: 'setWorkerScheduling';
  readonly workerId: string;
  readonly scheduling: WorkerScheduling;
  /** With `draining`: when what still runs there is evicted; undefined: never. */
  readonly evictAtMs: number | undefined;
  /**
   * Asked by the worker itself, for this incarnation only: the next one is active again. Such a command is refused for another
   * incarnation and leaves alone what an operator said. Undefined: until changed.
   */
  readonly incarnation: number | undefined;
  readonly reason: string;
}

/**
 * The leader's look found that the deadline of a draining worker has passed: its attempts are to end and to run elsewhere,
 * but for those that may run at most once. From feature level 2.
 */
export interface EvictWorker {
  readonly type: 'evictWorker';
  readonly workerId: string;
}

/**
 * All members support this level: what it starts, starts here. Levels never fall; a lower one changes nothing. A level that a
 * program doesn't support stops it before it applies anything.
 */
export interface SetFeatureLevel {
  readonly type: 'setFeatureLevel';
  readonly level: number;
}

/** The leader's word that time has passed, in its stamp alone: what is due happens. From feature level 3. */
export interface AdvanceTime {
  readonly type: 'advanceTime';
}

/** Makes a schedule, or replaces its definition. This and all below: from feature level 3. */
export interface SetSchedule {
  readonly type: 'setSchedule';
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  /** The revision that it must have; 0: it must not exist. Undefined: whatever it has. */
  readonly ifRevision?: number;
  /** Only where it makes the schedule: it begins paused. */
  readonly paused: boolean;
}

export interface DeleteSchedule {
  readonly type: 'deleteSchedule';
  readonly scheduleId: string;
  readonly ifRevision?: number;
}

export interface PauseSchedule {
  readonly type: 'pauseSchedule';
  readonly scheduleId: string;
  /** False: it goes on. */
  readonly paused: boolean;
  readonly reason: string;
  readonly ifRevision?: number;
}

/** Fires now. */
export interface TriggerSchedule {
  readonly type: 'triggerSchedule';
  readonly scheduleId: string;
  /** In place of the schedule's own. */
  readonly overlap?: OverlapPolicy;
}

/** Fires for past times once more, or for the first time. */
export interface BackfillSchedule {
  readonly type: 'backfillSchedule';
  readonly scheduleId: string;
  /** Of the definition that the times were computed from. */
  readonly revision: number;
  /** In this order; at most `MAX_FIRINGS_PER_COMMAND`. */
  readonly nominalMs: readonly number[];
  readonly overlap: OverlapPolicy;
}

/** Nominal times of one schedule that are due, as the leader computed them from what it saw. */
export interface DueSchedule {
  readonly scheduleId: string;
  readonly revision: number;
  /** The time through which the schedule was decided: nothing lies between it and the first of these. */
  readonly afterMs: number;
  /** Rising, without gaps. */
  readonly nominalMs: readonly number[];
  /** More are due, which didn't fit in. */
  readonly more: boolean;
}

/** The leader's proposal to decide what is due; at most `MAX_FIRINGS_PER_COMMAND` nominal times. */
export interface FireSchedules {
  readonly type: 'fireSchedules';
  readonly due: readonly DueSchedule[];
}

export type Command =
  | SubmitJobs
  | CancelJob
  | OpenAgentSession
  | CloseWorker
  | LoseAttempts
  | AssignJobs
  | ReportAttempts
  | RegisterNode
  | DeregisterNode
  | SetFeatureLevel
  | SetWorkerScheduling
  | EvictWorker
  | AdvanceTime
  | RetryJob
  | ChangeJob
  | SetQueue
  | PauseQueue
  | ResetQueue
  | RedriveQueue
  | SetSchedule
  | DeleteSchedule
  | PauseSchedule
  | TriggerSchedule
  | BackfillSchedule
  | FireSchedules;

export type CommandType = Command['type'];

/** Versions of each command type that this program applies. */
export const COMMAND_VERSIONS: Readonly<Record<CommandType, number>> = {
  submitJobs: 1,
  cancelJob: 1,
  openAgentSession: 1,
  closeWorker: 1,
  loseAttempts: 1,
  assignJobs: 1,
  reportAttempts: 1,
  registerNode: 1,
  deregisterNode: 1,
  setFeatureLevel: 1,
  setWorkerScheduling: 1,
  evictWorker: 1,
  advanceTime: 1,
  retryJob: 1,
  changeJob: 1,
  setQueue: 1,
  pauseQueue: 1,
  resetQueue: 1,
  redriveQueue: 1,
  setSchedule: 1,
  deleteSchedule: 1,
  pauseSchedule: 1,
  triggerSchedule: 1,
  backfillSchedule: 1,
  fireSchedules: 1,
};

export type AssignmentRefusal =
  | 'jobChanged'
  | 'jobUnknown'
  | 'workerGone'
  | 'workerFull'
  | 'workerUnfit'
  | 'workerNotActive'
  | 'jobExpired'
  | 'keyFull'
  | QueueBlock;

/** `stale`: the token is not the current one of the job, or the attempt has ended; the report was recorded as refused. */
export type ReportOutcome = 'applied' | 'duplicate' | 'stale';

/** `scheduleChanged`: its definition, or the time through which it is decided, isn't what the leader saw. Nothing was decided. */
export type FireRefusal = 'scheduleUnknown' | 'scheduleChanged' | 'notDue';

export type ScheduleChange = 'created' | 'updated' | 'unchanged' | 'paused' | 'resumed' | 'deleted';

export type CommandReply =
  | { readonly type: 'jobsSubmitted'; readonly jobIds: readonly JobId[]; readonly replayed: boolean }
  | { readonly type: 'jobCancelled'; readonly jobId: JobId; readonly alreadyFinal: boolean }
  | { readonly type: 'agentSessionOpened' }
  | { readonly type: 'workerClosed' }
  | { readonly type: 'attemptsLost'; readonly lost: number }
  /** Per assignment, in order: undefined when it was made. */
  | { readonly type: 'jobsAssigned'; readonly refusals: readonly (AssignmentRefusal | undefined)[] }
  | { readonly type: 'attemptsReported'; readonly outcomes: readonly ReportOutcome[] }
  | { readonly type: 'nodeRegistered' }
  | { readonly type: 'nodeDeregistered' }
  /** The level from here on. */
  | { readonly type: 'featureLevelSet'; readonly level: number }
  | { readonly type: 'workerSchedulingSet' }
  /** How many attempts are to end; 0 also when the worker is no longer to be evicted. */
  | { readonly type: 'workerEvicted'; readonly evicting: number }
  /** How many timers fired. `moreDue`: what is due didn't fit in one command; another is to follow at once. */
  | { readonly type: 'timeAdvanced'; readonly fired: number; readonly moreDue: boolean }
  /** The job, as it is from here on. */
  | { readonly type: 'jobChanged'; readonly jobId: JobId; readonly revision: number }
  /** Of the queue from here on; 0: nothing is set of it. */
  | { readonly type: 'queueChanged'; readonly revision: number }
  /** `more`: there are further ones. */
  | { readonly type: 'queueRedriven'; readonly redriven: number; readonly more: boolean }
  | { readonly type: 'scheduleChanged'; readonly revision: number; readonly change: ScheduleChange }
  | {
      readonly type: 'scheduleTriggered';
      readonly outcome: FiringOutcome;
      readonly reason: FiringReason;
      readonly jobId: JobId | undefined;
    }
  | { readonly type: 'scheduleBackfilled'; readonly fired: number; readonly skipped: number }
  /** Per schedule, in order: undefined when its times were decided. */
  | { readonly type: 'schedulesFired'; readonly refusals: readonly (FireRefusal | undefined)[] }
  | { readonly type: 'refused'; readonly refusal: CommandRefusal };

export type CommandRefusal =
  | { readonly code: 'jobUnknown'; readonly jobId: JobId }
  /** A newer incarnation of this worker has registered: the older must stop. */
  | { readonly code: 'incarnationOutdated'; readonly newest: number }
  | { readonly code: 'workerUnknown'; readonly workerId: string }
  /** Somebody changed the job, the queue or the schedule since the caller looked: `revision` is what it has. */
  | { readonly code: 'revisionMismatch'; readonly revision: number }
  /** What is asked isn't possible in this state of the job. */
  | { readonly code: 'jobStateUnfit'; readonly jobId: JobId; readonly state: JobState }
  | { readonly code: 'tooManyQueues'; readonly limit: number }
  /** The client session was evicted, or the reply is already forgotten: the command was NOT applied again. */
  | { readonly code: 'sessionEvicted' }
  | { readonly code: 'scheduleUnknown'; readonly scheduleId: string }
  | { readonly code: 'tooManySchedules'; readonly limit: number }
  | { readonly code: 'tooManyJobs'; readonly limit: number }
  | { readonly code: 'idempotencyKeyReused'; readonly idempotencyKey: string }
  /** What is asked begins with a feature level that the group hasn't reached: some member runs an older program. */
  | { readonly code: 'featureLevelTooLow'; readonly needed: number; readonly level: number };
