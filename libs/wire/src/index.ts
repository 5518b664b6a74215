// For message M of synod.v1: `WireM` is what arrives (defaults filled in), `WireMInput` is what may be sent. Enums likewise.
export { loadWire, services } from './load.js';
export type { MessageCodecs, Services, Wire } from './load.js';
export { reflectionDefinition } from './reflection.js';
export { STATUS_NAMES, statusName, statusNumber } from './status.js';
export type { FieldViolation, StatusDescription, StatusName } from './status.js';
export type {
  BadRequest as WireBadRequestInput,
  BadRequest__Output as WireBadRequest,
} from './generated/google/rpc/BadRequest.js';
export type {
  ErrorInfo as WireErrorInfoInput,
  ErrorInfo__Output as WireErrorInfo,
} from './generated/google/rpc/ErrorInfo.js';
export type {
  RetryInfo as WireRetryInfoInput,
  RetryInfo__Output as WireRetryInfo,
} from './generated/google/rpc/RetryInfo.js';
export type { Status as WireStatusInput, Status__Output as WireStatus } from './generated/google/rpc/Status.js';
export type { Accept as WireAcceptInput, Accept__Output as WireAccept } from './generated/synod/v1/Accept.js';
export type { Accepted as WireAcceptedInput, Accepted__Output as WireAccepted } from './generated/synod/v1/Accepted.js';
export type {
  AcceptedEntry as WireAcceptedEntryInput,
  AcceptedEntry__Output as WireAcceptedEntry,
} from './generated/synod/v1/AcceptedEntry.js';
export type {
  Assignment as WireAssignmentInput,
  Assignment__Output as WireAssignment,
} from './generated/synod/v1/Assignment.js';
export type {
  Assignments as WireAssignmentsInput,
  Assignments__Output as WireAssignments,
} from './generated/synod/v1/Assignments.js';
export type { Attempt as WireAttemptInput, Attempt__Output as WireAttempt } from './generated/synod/v1/Attempt.js';
export type {
  AttemptEnd as WireAttemptEndInput,
  AttemptEnd__Output as WireAttemptEnd,
} from './generated/synod/v1/AttemptEnd.js';
export type {
  AttemptRef as WireAttemptRefInput,
  AttemptRef__Output as WireAttemptRef,
} from './generated/synod/v1/AttemptRef.js';
export type {
  AttemptReport as WireAttemptReportInput,
  AttemptReport__Output as WireAttemptReport,
} from './generated/synod/v1/AttemptReport.js';
export type { Ballot as WireBallotInput, Ballot__Output as WireBallot } from './generated/synod/v1/Ballot.js';
export type {
  CancelJobRequest as WireCancelJobRequestInput,
  CancelJobRequest__Output as WireCancelJobRequest,
} from './generated/synod/v1/CancelJobRequest.js';
export type {
  CancelJobResponse as WireCancelJobResponseInput,
  CancelJobResponse__Output as WireCancelJobResponse,
} from './generated/synod/v1/CancelJobResponse.js';
export type {
  Cancellations as WireCancellationsInput,
  Cancellations__Output as WireCancellations,
} from './generated/synod/v1/Cancellations.js';
export type { Chosen as WireChosenInput, Chosen__Output as WireChosen } from './generated/synod/v1/Chosen.js';
export type {
  CommandsProposed as WireCommandsProposedInput,
  CommandsProposed__Output as WireCommandsProposed,
} from './generated/synod/v1/CommandsProposed.js';
export type { Confirm as WireConfirmInput, Confirm__Output as WireConfirm } from './generated/synod/v1/Confirm.js';
export type {
  Confirmed as WireConfirmedInput,
  Confirmed__Output as WireConfirmed,
} from './generated/synod/v1/Confirmed.js';
export type {
  DeregisterNodeRequest as WireDeregisterNodeRequestInput,
  DeregisterNodeRequest__Output as WireDeregisterNodeRequest,
} from './generated/synod/v1/DeregisterNodeRequest.js';
export type {
  DeregisterNodeResponse as WireDeregisterNodeResponseInput,
  DeregisterNodeResponse__Output as WireDeregisterNodeResponse,
} from './generated/synod/v1/DeregisterNodeResponse.js';
export type { Event as WireEventInput, Event__Output as WireEvent } from './generated/synod/v1/Event.js';
export type {
  ExchangeRequest as WireExchangeRequestInput,
  ExchangeRequest__Output as WireExchangeRequest,
} from './generated/synod/v1/ExchangeRequest.js';
export type {
  ExchangeResponse as WireExchangeResponseInput,
  ExchangeResponse__Output as WireExchangeResponse,
} from './generated/synod/v1/ExchangeResponse.js';
export type { ExecTask as WireExecTaskInput, ExecTask__Output as WireExecTask } from './generated/synod/v1/ExecTask.js';
export type { Fetch as WireFetchInput, Fetch__Output as WireFetch } from './generated/synod/v1/Fetch.js';
export type {
  FetchHistoryRequest as WireFetchHistoryRequestInput,
  FetchHistoryRequest__Output as WireFetchHistoryRequest,
} from './generated/synod/v1/FetchHistoryRequest.js';
export type {
  FetchHistoryResponse as WireFetchHistoryResponseInput,
  FetchHistoryResponse__Output as WireFetchHistoryResponse,
} from './generated/synod/v1/FetchHistoryResponse.js';
export type {
  FetchSnapshotRequest as WireFetchSnapshotRequestInput,
  FetchSnapshotRequest__Output as WireFetchSnapshotRequest,
} from './generated/synod/v1/FetchSnapshotRequest.js';
export type {
  FetchSnapshotResponse as WireFetchSnapshotResponseInput,
  FetchSnapshotResponse__Output as WireFetchSnapshotResponse,
} from './generated/synod/v1/FetchSnapshotResponse.js';
export type { Fetched as WireFetchedInput, Fetched__Output as WireFetched } from './generated/synod/v1/Fetched.js';
export type {
  ForwardRequest as WireForwardRequestInput,
  ForwardRequest__Output as WireForwardRequest,
} from './generated/synod/v1/ForwardRequest.js';
export type {
  ForwardResponse as WireForwardResponseInput,
  ForwardResponse__Output as WireForwardResponse,
} from './generated/synod/v1/ForwardResponse.js';
export type {
  ForwardedCommands as WireForwardedCommandsInput,
  ForwardedCommands__Output as WireForwardedCommands,
} from './generated/synod/v1/ForwardedCommands.js';
export type {
  GetClusterStatusRequest as WireGetClusterStatusRequestInput,
  GetClusterStatusRequest__Output as WireGetClusterStatusRequest,
} from './generated/synod/v1/GetClusterStatusRequest.js';
export type {
  GetClusterStatusResponse as WireGetClusterStatusResponseInput,
  GetClusterStatusResponse__Output as WireGetClusterStatusResponse,
} from './generated/synod/v1/GetClusterStatusResponse.js';
export type {
  GetJobLogsRequest as WireGetJobLogsRequestInput,
  GetJobLogsRequest__Output as WireGetJobLogsRequest,
} from './generated/synod/v1/GetJobLogsRequest.js';
export type {
  GetJobLogsResponse as WireGetJobLogsResponseInput,
  GetJobLogsResponse__Output as WireGetJobLogsResponse,
} from './generated/synod/v1/GetJobLogsResponse.js';
export type {
  GetJobRequest as WireGetJobRequestInput,
  GetJobRequest__Output as WireGetJobRequest,
} from './generated/synod/v1/GetJobRequest.js';
export type {
  GetJobResponse as WireGetJobResponseInput,
  GetJobResponse__Output as WireGetJobResponse,
} from './generated/synod/v1/GetJobResponse.js';
export type {
  GetMemberStatusRequest as WireGetMemberStatusRequestInput,
  GetMemberStatusRequest__Output as WireGetMemberStatusRequest,
} from './generated/synod/v1/GetMemberStatusRequest.js';
export type {
  GetMemberStatusResponse as WireGetMemberStatusResponseInput,
  GetMemberStatusResponse__Output as WireGetMemberStatusResponse,
} from './generated/synod/v1/GetMemberStatusResponse.js';
export type {
  GetWorkerRequest as WireGetWorkerRequestInput,
  GetWorkerRequest__Output as WireGetWorkerRequest,
} from './generated/synod/v1/GetWorkerRequest.js';
export type {
  GetWorkerResponse as WireGetWorkerResponseInput,
  GetWorkerResponse__Output as WireGetWorkerResponse,
} from './generated/synod/v1/GetWorkerResponse.js';
export type { Goodbye as WireGoodbyeInput, Goodbye__Output as WireGoodbye } from './generated/synod/v1/Goodbye.js';
export type { HandOver as WireHandOverInput, HandOver__Output as WireHandOver } from './generated/synod/v1/HandOver.js';
export type {
  HandlerTask as WireHandlerTaskInput,
  HandlerTask__Output as WireHandlerTask,
} from './generated/synod/v1/HandlerTask.js';
export type {
  HeartbeatRequest as WireHeartbeatRequestInput,
  HeartbeatRequest__Output as WireHeartbeatRequest,
} from './generated/synod/v1/HeartbeatRequest.js';
export type {
  HeartbeatResponse as WireHeartbeatResponseInput,
  HeartbeatResponse__Output as WireHeartbeatResponse,
} from './generated/synod/v1/HeartbeatResponse.js';
export type {
  HeartbeatsConfirmed as WireHeartbeatsConfirmedInput,
  HeartbeatsConfirmed__Output as WireHeartbeatsConfirmed,
} from './generated/synod/v1/HeartbeatsConfirmed.js';
export type { Hello as WireHelloInput, Hello__Output as WireHello } from './generated/synod/v1/Hello.js';
export type { Job as WireJobInput, Job__Output as WireJob } from './generated/synod/v1/Job.js';
export type { JobSpec as WireJobSpecInput, JobSpec__Output as WireJobSpec } from './generated/synod/v1/JobSpec.js';
export type {
  ListJobsRequest as WireListJobsRequestInput,
  ListJobsRequest__Output as WireListJobsRequest,
} from './generated/synod/v1/ListJobsRequest.js';
export type {
  ListJobsResponse as WireListJobsResponseInput,
  ListJobsResponse__Output as WireListJobsResponse,
} from './generated/synod/v1/ListJobsResponse.js';
export type {
  ListNodesRequest as WireListNodesRequestInput,
  ListNodesRequest__Output as WireListNodesRequest,
} from './generated/synod/v1/ListNodesRequest.js';
export type {
  ListNodesResponse as WireListNodesResponseInput,
  ListNodesResponse__Output as WireListNodesResponse,
} from './generated/synod/v1/ListNodesResponse.js';
export type {
  ListWorkersRequest as WireListWorkersRequestInput,
  ListWorkersRequest__Output as WireListWorkersRequest,
} from './generated/synod/v1/ListWorkersRequest.js';
export type {
  ListWorkersResponse as WireListWorkersResponseInput,
  ListWorkersResponse__Output as WireListWorkersResponse,
} from './generated/synod/v1/ListWorkersResponse.js';
export type { LogEntry as WireLogEntryInput, LogEntry__Output as WireLogEntry } from './generated/synod/v1/LogEntry.js';
export type { Member as WireMemberInput, Member__Output as WireMember } from './generated/synod/v1/Member.js';
export type { Nacked as WireNackedInput, Nacked__Output as WireNacked } from './generated/synod/v1/Nacked.js';
export type { Node as WireNodeInput, Node__Output as WireNode } from './generated/synod/v1/Node.js';
export type {
  PaxosMessage as WirePaxosMessageInput,
  PaxosMessage__Output as WirePaxosMessage,
} from './generated/synod/v1/PaxosMessage.js';
export type { Poll as WirePollInput, Poll__Output as WirePoll } from './generated/synod/v1/Poll.js';
export type {
  PollReply as WirePollReplyInput,
  PollReply__Output as WirePollReply,
} from './generated/synod/v1/PollReply.js';
export type { Prepare as WirePrepareInput, Prepare__Output as WirePrepare } from './generated/synod/v1/Prepare.js';
export type { Promised as WirePromisedInput, Promised__Output as WirePromised } from './generated/synod/v1/Promised.js';
export type {
  PushLogsRequest as WirePushLogsRequestInput,
  PushLogsRequest__Output as WirePushLogsRequest,
} from './generated/synod/v1/PushLogsRequest.js';
export type {
  PushLogsResponse as WirePushLogsResponseInput,
  PushLogsResponse__Output as WirePushLogsResponse,
} from './generated/synod/v1/PushLogsResponse.js';
export type {
  ReadIndex as WireReadIndexInput,
  ReadIndex__Output as WireReadIndex,
} from './generated/synod/v1/ReadIndex.js';
export type {
  ReadIndexed as WireReadIndexedInput,
  ReadIndexed__Output as WireReadIndexed,
} from './generated/synod/v1/ReadIndexed.js';
export type {
  RegisterNodeRequest as WireRegisterNodeRequestInput,
  RegisterNodeRequest__Output as WireRegisterNodeRequest,
} from './generated/synod/v1/RegisterNodeRequest.js';
export type {
  RegisterNodeResponse as WireRegisterNodeResponseInput,
  RegisterNodeResponse__Output as WireRegisterNodeResponse,
} from './generated/synod/v1/RegisterNodeResponse.js';
export type { Rejected as WireRejectedInput, Rejected__Output as WireRejected } from './generated/synod/v1/Rejected.js';
export type {
  RelayedHeartbeats as WireRelayedHeartbeatsInput,
  RelayedHeartbeats__Output as WireRelayedHeartbeats,
} from './generated/synod/v1/RelayedHeartbeats.js';
export type {
  ReportGuardEndedRequest as WireReportGuardEndedRequestInput,
  ReportGuardEndedRequest__Output as WireReportGuardEndedRequest,
} from './generated/synod/v1/ReportGuardEndedRequest.js';
export type {
  ReportGuardEndedResponse as WireReportGuardEndedResponseInput,
  ReportGuardEndedResponse__Output as WireReportGuardEndedResponse,
} from './generated/synod/v1/ReportGuardEndedResponse.js';
export type { Reports as WireReportsInput, Reports__Output as WireReports } from './generated/synod/v1/Reports.js';
export type {
  ReportsAcknowledged as WireReportsAcknowledgedInput,
  ReportsAcknowledged__Output as WireReportsAcknowledged,
} from './generated/synod/v1/ReportsAcknowledged.js';
export type {
  SessionRequest as WireSessionRequestInput,
  SessionRequest__Output as WireSessionRequest,
} from './generated/synod/v1/SessionRequest.js';
export type {
  SessionResponse as WireSessionResponseInput,
  SessionResponse__Output as WireSessionResponse,
} from './generated/synod/v1/SessionResponse.js';
export type {
  SnapshotProgress as WireSnapshotProgressInput,
  SnapshotProgress__Output as WireSnapshotProgress,
} from './generated/synod/v1/SnapshotProgress.js';
export type {
  SlotEntry as WireSlotEntryInput,
  SlotEntry__Output as WireSlotEntry,
} from './generated/synod/v1/SlotEntry.js';
export type {
  SubmitJobRequest as WireSubmitJobRequestInput,
  SubmitJobRequest__Output as WireSubmitJobRequest,
} from './generated/synod/v1/SubmitJobRequest.js';
export type {
  Submission as WireSubmissionInput,
  Submission__Output as WireSubmission,
} from './generated/synod/v1/Submission.js';
export type {
  SubmissionAnswer as WireSubmissionAnswerInput,
  SubmissionAnswer__Output as WireSubmissionAnswer,
} from './generated/synod/v1/SubmissionAnswer.js';
export type {
  SubmitJobResponse as WireSubmitJobResponseInput,
  SubmitJobResponse__Output as WireSubmitJobResponse,
} from './generated/synod/v1/SubmitJobResponse.js';
export type {
  SubmitJobsRequest as WireSubmitJobsRequestInput,
  SubmitJobsRequest__Output as WireSubmitJobsRequest,
} from './generated/synod/v1/SubmitJobsRequest.js';
export type {
  SubmitJobsResponse as WireSubmitJobsResponseInput,
  SubmitJobsResponse__Output as WireSubmitJobsResponse,
} from './generated/synod/v1/SubmitJobsResponse.js';
export type {
  SubmitStreamRequest as WireSubmitStreamRequestInput,
  SubmitStreamRequest__Output as WireSubmitStreamRequest,
} from './generated/synod/v1/SubmitStreamRequest.js';
export type {
  SubmitStreamResponse as WireSubmitStreamResponseInput,
  SubmitStreamResponse__Output as WireSubmitStreamResponse,
} from './generated/synod/v1/SubmitStreamResponse.js';
export type { TailLogs as WireTailLogsInput, TailLogs__Output as WireTailLogs } from './generated/synod/v1/TailLogs.js';
export type {
  TransferLeadershipRequest as WireTransferLeadershipRequestInput,
  TransferLeadershipRequest__Output as WireTransferLeadershipRequest,
} from './generated/synod/v1/TransferLeadershipRequest.js';
export type {
  TransferLeadershipResponse as WireTransferLeadershipResponseInput,
  TransferLeadershipResponse__Output as WireTransferLeadershipResponse,
} from './generated/synod/v1/TransferLeadershipResponse.js';
export type {
  WatchEventsRequest as WireWatchEventsRequestInput,
  WatchEventsRequest__Output as WireWatchEventsRequest,
} from './generated/synod/v1/WatchEventsRequest.js';
export type {
  WatchEventsResponse as WireWatchEventsResponseInput,
  WatchEventsResponse__Output as WireWatchEventsResponse,
} from './generated/synod/v1/WatchEventsResponse.js';
export type {
  WatchNodesRequest as WireWatchNodesRequestInput,
  WatchNodesRequest__Output as WireWatchNodesRequest,
} from './generated/synod/v1/WatchNodesRequest.js';
export type {
  WatchNodesResponse as WireWatchNodesResponseInput,
  WatchNodesResponse__Output as WireWatchNodesResponse,
} from './generated/synod/v1/WatchNodesResponse.js';
export type { Welcome as WireWelcomeInput, Welcome__Output as WireWelcome } from './generated/synod/v1/Welcome.js';
export type { Worker as WireWorkerInput, Worker__Output as WireWorker } from './generated/synod/v1/Worker.js';
export type {
  CheckFenceRequest as WireCheckFenceRequestInput,
  CheckFenceRequest__Output as WireCheckFenceRequest,
} from './generated/synod/v1/CheckFenceRequest.js';
export type {
  CheckFenceResponse as WireCheckFenceResponseInput,
  CheckFenceResponse__Output as WireCheckFenceResponse,
} from './generated/synod/v1/CheckFenceResponse.js';
export type {
  Evictions as WireEvictionsInput,
  Evictions__Output as WireEvictions,
} from './generated/synod/v1/Evictions.js';
export type {
  ExecLimits as WireExecLimitsInput,
  ExecLimits__Output as WireExecLimits,
} from './generated/synod/v1/ExecLimits.js';
export type { HttpTask as WireHttpTaskInput, HttpTask__Output as WireHttpTask } from './generated/synod/v1/HttpTask.js';
export type { LogTime as WireLogTimeInput, LogTime__Output as WireLogTime } from './generated/synod/v1/LogTime.js';
export type {
  SetWorkerSchedulingRequest as WireSetWorkerSchedulingRequestInput,
  SetWorkerSchedulingRequest__Output as WireSetWorkerSchedulingRequest,
} from './generated/synod/v1/SetWorkerSchedulingRequest.js';
export type {
  SetWorkerSchedulingResponse as WireSetWorkerSchedulingResponseInput,
  SetWorkerSchedulingResponse__Output as WireSetWorkerSchedulingResponse,
} from './generated/synod/v1/SetWorkerSchedulingResponse.js';
export type {
  StatusRange as WireStatusRangeInput,
  StatusRange__Output as WireStatusRange,
} from './generated/synod/v1/StatusRange.js';
export type { Ulimit as WireUlimitInput, Ulimit__Output as WireUlimit } from './generated/synod/v1/Ulimit.js';
export type {
  WorkerLoad as WireWorkerLoadInput,
  WorkerLoad__Output as WireWorkerLoad,
} from './generated/synod/v1/WorkerLoad.js';
export type {
  AttemptState as WireAttemptStateInput,
  AttemptState__Output as WireAttemptState,
} from './generated/synod/v1/AttemptState.js';
export type {
  DiskState as WireDiskStateInput,
  DiskState__Output as WireDiskState,
} from './generated/synod/v1/DiskState.js';
export type {
  ExecutionMode as WireExecutionModeInput,
  ExecutionMode__Output as WireExecutionMode,
} from './generated/synod/v1/ExecutionMode.js';
export type { JobState as WireJobStateInput, JobState__Output as WireJobState } from './generated/synod/v1/JobState.js';
export type {
  LogStream as WireLogStreamInput,
  LogStream__Output as WireLogStream,
} from './generated/synod/v1/LogStream.js';
export type {
  MemberRole as WireMemberRoleInput,
  MemberRole__Output as WireMemberRole,
} from './generated/synod/v1/MemberRole.js';
export type { NodeKind as WireNodeKindInput, NodeKind__Output as WireNodeKind } from './generated/synod/v1/NodeKind.js';
export type {
  PlacementPolicy as WirePlacementPolicyInput,
  PlacementPolicy__Output as WirePlacementPolicy,
} from './generated/synod/v1/PlacementPolicy.js';
export type {
  PlacementVerdict as WirePlacementVerdictInput,
  PlacementVerdict__Output as WirePlacementVerdict,
} from './generated/synod/v1/PlacementVerdict.js';
export type {
  WorkerChange as WireWorkerChangeInput,
  WorkerChange__Output as WireWorkerChange,
} from './generated/synod/v1/WorkerChange.js';
export type {
  TransferOutcome as WireTransferOutcomeInput,
  TransferOutcome__Output as WireTransferOutcome,
} from './generated/synod/v1/TransferOutcome.js';
export type {
  WorkerState as WireWorkerStateInput,
  WorkerState__Output as WireWorkerState,
} from './generated/synod/v1/WorkerState.js';
export type {
  LimitsPolicy as WireLimitsPolicyInput,
  LimitsPolicy__Output as WireLimitsPolicy,
} from './generated/synod/v1/LimitsPolicy.js';
export type {
  WorkerScheduling as WireWorkerSchedulingInput,
  WorkerScheduling__Output as WireWorkerScheduling,
} from './generated/synod/v1/WorkerScheduling.js';
export type {
  ShowPlacementRequest as WireShowPlacementRequestInput,
  ShowPlacementRequest__Output as WireShowPlacementRequest,
} from './generated/synod/v1/ShowPlacementRequest.js';
export type {
  ShowPlacementResponse as WireShowPlacementResponseInput,
  ShowPlacementResponse__Output as WireShowPlacementResponse,
} from './generated/synod/v1/ShowPlacementResponse.js';
export type {
  SimulatePlacementRequest as WireSimulatePlacementRequestInput,
  SimulatePlacementRequest__Output as WireSimulatePlacementRequest,
} from './generated/synod/v1/SimulatePlacementRequest.js';
export type {
  SimulatePlacementResponse as WireSimulatePlacementResponseInput,
  SimulatePlacementResponse__Output as WireSimulatePlacementResponse,
} from './generated/synod/v1/SimulatePlacementResponse.js';
export type { AgentServiceClient, AgentServiceDefinition } from './generated/synod/v1/AgentService.js';
export type { ClusterServiceClient, ClusterServiceDefinition } from './generated/synod/v1/ClusterService.js';
export type { JobServiceClient, JobServiceDefinition } from './generated/synod/v1/JobService.js';
export type { PaxosServiceClient, PaxosServiceDefinition } from './generated/synod/v1/PaxosService.js';
export type { PlacementServiceClient, PlacementServiceDefinition } from './generated/synod/v1/PlacementService.js';
export type { RegistryServiceClient, RegistryServiceDefinition } from './generated/synod/v1/RegistryService.js';
export type { WorkerServiceClient, WorkerServiceDefinition } from './generated/synod/v1/WorkerService.js';
