export { COMMAND_VERSIONS } from './commands.js';
export type {
  AssignJobs,
  AssignmentRefusal,
  AttemptRef,
  AttemptReport,
  CancelJob,
  CloseWorker,
  Command,
  CommandEnvelope,
  CommandOrigin,
  CommandRefusal,
  CommandReply,
  CommandType,
  DeregisterNode,
  LoseAttempts,
  OpenAgentSession,
  ProposedAssignment,
  RegisterNode,
  ReportAttempts,
  ReportOutcome,
  SubmitJobs,
} from './commands.js';
export type { JobEvent } from './events.js';
export { FINAL_JOB_STATES } from './job.js';
export type {
  AttemptEnd,
  AttemptOutcome,
  AttemptRecord,
  AttemptState,
  Base64,
  ExecTask,
  ExecutionMode,
  FencingToken,
  HandlerTask,
  JobId,
  JobRecord,
  JobSpec,
  JobState,
  PlacementPolicy,
  Task,
} from './job.js';
export type {
  ActiveAttempt,
  AppliedEntry,
  JobFilter,
  JobsStateMachine,
  JobsView,
  ReadyClass,
  ReadyJob,
} from './state-machine-port.js';
export type { NodeRecord, WorkerDescription, WorkerRecord, WorkerState } from './worker.js';
