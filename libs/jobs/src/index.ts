export { COMMAND_VERSIONS } from './commands.js';
export type {
  AdvanceTime,
  AssignJobs,
  AssignmentRefusal,
  AttemptRef,
  AttemptReport,
  BackfillSchedule,
  CancelJob,
  ChangeJob,
  CloseWorker,
  Command,
  CommandEnvelope,
  CommandOrigin,
  CommandRefusal,
  CommandReply,
  CommandType,
  DeleteSchedule,
  DeregisterNode,
  DueSchedule,
  EvictWorker,
  FireRefusal,
  FireSchedules,
  LoseAttempts,
  OpenAgentSession,
  PauseQueue,
  PauseSchedule,
  ProposedAssignment,
  RedriveQueue,
  RegisterNode,
  ReportAttempts,
  ReportOutcome,
  ResetQueue,
  RetryJob,
  ScheduleChange,
  SetFeatureLevel,
  SetQueue,
  SetSchedule,
  SetWorkerScheduling,
  SubmitJobs,
  TriggerSchedule,
} from './commands.js';
export type { JobEvent } from './events.js';
export {
  FEATURE_LEVELS,
  HTTP_FEATURE_LEVEL,
  KEY_LIFETIME_FEATURE_LEVEL,
  MAX_FEATURE_LEVEL,
  neededFeatureLevel,
} from './feature-levels.js';
export type { FeatureLevel } from './feature-levels.js';
export { checkFence } from './fence.js';
export type { FenceCheck } from './fence.js';
export type { StateChange, StateRecord } from './image.js';
export { JOB_ID_LENGTH, MAX_GROUP_ID, mintJobId, parseJobId } from './job-id.js';
export type { JobIdParts } from './job-id.js';
export { FINAL_JOB_STATES } from './job.js';
export type {
  AttemptEnd,
  AttemptOutcome,
  AttemptRecord,
  AttemptState,
  BackoffKind,
  Base64,
  ExecLimits,
  ExecTask,
  ExecutionMode,
  FencingToken,
  HandlerTask,
  HttpTask,
  JobId,
  JobRecord,
  JobSpec,
  JobState,
  LimitsPolicy,
  RetryPolicy,
  StatusRange,
  Task,
  Ulimit,
  UlimitName,
  WaitReason,
} from './job.js';
export { expiryMs, notBeforeMs } from './job-times.js';
export { JobsError } from './jobs-error.js';
export type { JobsErrorFacts } from './jobs-error.js';
export { CLIENT_SESSION_WINDOW, DEFAULT_JOBS_OPTIONS, MAX_CLIENT_SESSIONS, MAX_KEPT_ATTEMPTS } from './options.js';
export type { JobsOptions } from './options.js';
export { NO_QUEUE_SETTINGS } from './queue.js';
export type { QueueBlock, QueueRecord, QueueSettings, RateLimit } from './queue.js';
export { withFiring } from './firing-facts.js';
export { firingTimeMs } from './schedule-times.js';
export { MAX_FIRINGS_PER_COMMAND, MAX_KEPT_DECISIONS, MAX_WAITING_FIRINGS, ON_TIME_MS } from './schedule.js';
export type {
  CatchUpPolicy,
  Firing,
  FiringDecision,
  FiringOrigin,
  FiringOutcome,
  FiringReason,
  OverlapPolicy,
  ScheduleJobs,
  ScheduleRecord,
  ScheduleSpec,
} from './schedule.js';
export { beginJobsRestore, createJobsStateMachine, restoreJobsStateMachine } from './state-machine.js';
export type { CheckedJobsStateMachine, JobsRestore } from './state-machine.js';
export { PLACEMENT_POLICIES, placementOf } from './placement.js';
export type { Placement, PlacementOptions, PlacementPolicy, PlacementWish } from './placement.js';
export type {
  ActiveAttempt,
  AppliedEntry,
  JobFilter,
  JobsStateMachine,
  JobsView,
  KeyPlace,
  ReadyBefore,
  ReadyClass,
  ReadyJob,
  ReadyPlace,
} from './state-machine-port.js';
export type { NodeRecord, WorkerDescription, WorkerRecord, WorkerScheduling, WorkerState } from './worker.js';
export { matchesFilter } from './job-filter.js';
export { workerFits } from './worker-fit.js';
export type { WorkerNeeds } from './worker-fit.js';
