export {
  assignmentFromWire,
  assignmentToWire,
  attemptRefFromWire,
  attemptRefToWire,
  attemptReportFromWire,
  attemptReportsFromWire,
  attemptReportToWire,
  attemptToWire,
  heartbeatFromWire,
  workerHeardFromWire,
  workerHeardToWire,
} from './attempts.js';
export type { AssignedAttempt, Heartbeat, WorkerHeard, WorkerLoad } from './attempts.js';
export { base64FromBytes, bytesFromBase64 } from './base64.js';
export { compareEventPositions, cursorFromWire, cursorToWire } from './cursor.js';
export type { EventPosition } from './cursor.js';
export { describeError } from './describe-error.js';
export {
  attemptOutcomes,
  attemptStates,
  diskStates,
  executionModes,
  jobStates,
  limitsPolicies,
  memberRoles,
  nodeKinds,
  placementPolicies,
  placementVerdicts,
  workerChanges,
  workerSchedulings,
  workerStates,
} from './enums.js';
export type { DiskState, MemberRole, PlacementVerdict, WorkerChange } from './enums.js';
export { CommandRefusedError, ContractError, RequestRefusedError } from './errors.js';
export type { ContractFacts, RequestRefusal } from './errors.js';
export { eventToWire } from './events.js';
export { checkFenceFromWire, fenceCheckToWire } from './fence.js';
export type { FenceQuery } from './fence.js';
export { decodeStateRecord, encodeStateChange, encodeStateRecord } from './image-codec.js';
export type { EncodedChange, EncodedRecord } from './image-codec.js';
export {
  compareFencingTokens,
  fencingTokenFromString,
  fencingTokenToString,
  fencingTokenToWire,
  integerFromWire,
  unsignedFromWire,
} from './integers.js';
export { jobToWire } from './job-records.js';
export {
  cancelJobFromWire,
  changeJobFromWire,
  jobIdFromWire,
  jobLogsFromWire,
  listJobsFromWire,
  retryJobFromWire,
  pageTokenToWire,
  submitJobFromWire,
  submitJobsFromWire,
  watchEventsFromWire,
} from './job-requests.js';
export type { JobLogsQuery, ListJobsQuery, WatchEventsQuery } from './job-requests.js';
export {
  backfillScheduleFromWire,
  deleteScheduleFromWire,
  firingOutcomes,
  listSchedulesFromWire,
  overlapPolicies,
  pauseScheduleFromWire,
  previewScheduleFromWire,
  scheduleIdFromWire,
  scheduleToWire,
  setScheduleFromWire,
  timingToWire,
  triggerScheduleFromWire,
} from './schedules.js';
export type { BackfillQuery, PreviewQuery, SetScheduleQuery, TimingFields } from './schedules.js';
export { jobSpecFromWire, jobSpecToWire, specBytes, specBytesBound } from './job-spec.js';
export {
  CAPACITY_MAX,
  DEFAULT_QUEUE,
  IDEMPOTENCY_KEY_MAX_CHARACTERS,
  KILL_GRACE_DEFAULT_MS,
  KILL_GRACE_MAX_MS,
  LABELS_MAX,
  LOG_ENTRY_MAX_BYTES,
  LOST_AFTER_DEFAULT_MS,
  LOST_AFTER_MAX_MS,
  LOST_AFTER_MIN_MS,
  LOST_ATTEMPTS_DEFAULT,
  LOST_ATTEMPTS_MAX,
  MESSAGE_MAX_CHARACTERS,
  NODE_TTL_DEFAULT_MS,
  NODE_TTL_MAX_MS,
  NODE_TTL_MIN_MS,
  OUTPUT_TAIL_MAX_BYTES,
  PAGE_DEFAULT_JOBS,
  PAGE_MAX_JOBS,
  PAYLOAD_MAX_BYTES,
  REPORTS_MAX,
  RESULT_MAX_BYTES,
  SPEC_MAX_BYTES,
  SUBMIT_MAX_BYTES,
  SUBMIT_MAX_JOBS,
  TIMEOUT_MAX_MS,
} from './limits.js';
export { decodeCommand, decodeJobRecord, encodeCommand, encodeJobRecord, stampCommand } from './log-codec.js';
export { ballotFromWire, ballotToWire, decodePaxosMessage, encodePaxosMessage } from './paxos.js';
export { placementToWire, readPlacement } from './placement.js';
export { showPlacementFromWire, simulatePlacementFromWire } from './placement-requests.js';
export type { ShowPlacementQuery, SimulatePlacementQuery } from './placement-requests.js';
export {
  heldFromHello,
  nodeFromWire,
  nodeToWire,
  registerNodeFromWire,
  setWorkerSchedulingFromWire,
  workerDescriptionFromHello,
  workerDescriptionToHello,
  workerToWire,
} from './workers.js';
export {
  pauseQueueFromWire,
  queueNameFromWire,
  queueToWire,
  redriveQueueFromWire,
  resetQueueFromWire,
  resumeQueueFromWire,
  setQueueFromWire,
} from './queues.js';
