export type { CallOptions, UnavailableNotice } from './calls.js';
export type { ClientSecurity } from './channels.js';
export { SynodClient } from './client.js';
export type { SubmitOptions, SubmitResult, SynodClientOptions } from './client.js';
export type { WorkerSchedulingChange } from './workers.js';
export { SynodClientError } from './errors.js';
export type { FieldViolation, SynodClientErrorCode, SynodClientErrorFacts } from './errors.js';
export type {
  KeyMove,
  KeyPlacement,
  PlacementSimulation,
  PlacementVerdict,
  PreferredWorker,
  ShowPlacementQuery,
  SimulatePlacementQuery,
  WorkerEffect,
} from './placement-types.js';
export type {
  CatchUpPolicy,
  DstRule,
  FiringDecision,
  FiringOutcome,
  OverlapPolicy,
  Schedule,
  ScheduleSpec,
  ScheduleTiming,
} from './schedule-types.js';
export type { JobProgress } from './progress.js';
export type { ProgressMark } from './progress-line.js';
export type { RevisionOptions, Schedules, SetScheduleOptions } from './schedules.js';
export { readHttpResult } from './http-result.js';
export { readJsonResult } from './json-result.js';
export type { HttpResult } from './http-result.js';
export type { Submitter, SubmitterOptions } from './submitter.js';
export { isFinal } from './types.js';
export type {
  Attempt,
  AttemptState,
  ClusterMember,
  ClusterStatus,
  DiskState,
  LeadershipTransfer,
  SnapshotProgress,
  ExecLimits,
  ExecTaskSpec,
  ExecutionMode,
  FenceCheck,
  HandlerTaskSpec,
  HttpTaskSpec,
  Job,
  JobEvent,
  JobFilter,
  JobOptions,
  JobSpec,
  JobState,
  LimitsPolicy,
  LogChunk,
  LogOptions,
  LogStreamName,
  LogTime,
  MemberRole,
  PlacementOptions,
  PlacementPolicy,
  StatusRange,
  Ulimit,
  WatchOptions,
  Worker,
  WorkerLoad,
  WorkerScheduling,
  WorkerState,
} from './types.js';
export type { WaitOptions } from './wait.js';
export type { HandlerContext } from './worker/attempt.js';
export type { HandlerResult } from './worker/outcome.js';
export type { Handler } from './worker/runner.js';
export { INVALID_PAYLOAD, typedHandler } from './worker/typed-handler.js';
export type { PayloadIssue, PayloadSchema, PayloadVerdict, TypedContext } from './worker/typed-handler.js';
export { SynodWorker } from './worker/worker.js';
export type { SynodWorkerOptions } from './worker/worker.js';
export type { Queue, QueuesClient, QueueSettings, RateLimit } from './queues.js';
export type { JobChange } from './client.js';
export type { Backoff, Explanation, Hindrance, RetryPolicy } from './types.js';
