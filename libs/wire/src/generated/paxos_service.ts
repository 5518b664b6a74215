import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Any as _google_protobuf_Any, Any__Output as _google_protobuf_Any__Output } from './google/protobuf/Any.js';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from './google/rpc/Status.js';
import type { Accept as _synod_v1_Accept, Accept__Output as _synod_v1_Accept__Output } from './synod/v1/Accept.js';
import type { Accepted as _synod_v1_Accepted, Accepted__Output as _synod_v1_Accepted__Output } from './synod/v1/Accepted.js';
import type { AcceptedEntry as _synod_v1_AcceptedEntry, AcceptedEntry__Output as _synod_v1_AcceptedEntry__Output } from './synod/v1/AcceptedEntry.js';
import type { AgentServiceClient as _synod_v1_AgentServiceClient, AgentServiceDefinition as _synod_v1_AgentServiceDefinition } from './synod/v1/AgentService.js';
import type { Assignment as _synod_v1_Assignment, Assignment__Output as _synod_v1_Assignment__Output } from './synod/v1/Assignment.js';
import type { Assignments as _synod_v1_Assignments, Assignments__Output as _synod_v1_Assignments__Output } from './synod/v1/Assignments.js';
import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from './synod/v1/Attempt.js';
import type { AttemptEnd as _synod_v1_AttemptEnd, AttemptEnd__Output as _synod_v1_AttemptEnd__Output } from './synod/v1/AttemptEnd.js';
import type { AttemptRef as _synod_v1_AttemptRef, AttemptRef__Output as _synod_v1_AttemptRef__Output } from './synod/v1/AttemptRef.js';
import type { AttemptReport as _synod_v1_AttemptReport, AttemptReport__Output as _synod_v1_AttemptReport__Output } from './synod/v1/AttemptReport.js';
import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from './synod/v1/Ballot.js';
import type { CancelJobRequest as _synod_v1_CancelJobRequest, CancelJobRequest__Output as _synod_v1_CancelJobRequest__Output } from './synod/v1/CancelJobRequest.js';
import type { CancelJobResponse as _synod_v1_CancelJobResponse, CancelJobResponse__Output as _synod_v1_CancelJobResponse__Output } from './synod/v1/CancelJobResponse.js';
import type { Cancellations as _synod_v1_Cancellations, Cancellations__Output as _synod_v1_Cancellations__Output } from './synod/v1/Cancellations.js';
import type { ChangeJobRequest as _synod_v1_ChangeJobRequest, ChangeJobRequest__Output as _synod_v1_ChangeJobRequest__Output } from './synod/v1/ChangeJobRequest.js';
import type { ChangeJobResponse as _synod_v1_ChangeJobResponse, ChangeJobResponse__Output as _synod_v1_ChangeJobResponse__Output } from './synod/v1/ChangeJobResponse.js';
import type { CheckFenceRequest as _synod_v1_CheckFenceRequest, CheckFenceRequest__Output as _synod_v1_CheckFenceRequest__Output } from './synod/v1/CheckFenceRequest.js';
import type { CheckFenceResponse as _synod_v1_CheckFenceResponse, CheckFenceResponse__Output as _synod_v1_CheckFenceResponse__Output } from './synod/v1/CheckFenceResponse.js';
import type { Chosen as _synod_v1_Chosen, Chosen__Output as _synod_v1_Chosen__Output } from './synod/v1/Chosen.js';
import type { CommandsProposed as _synod_v1_CommandsProposed, CommandsProposed__Output as _synod_v1_CommandsProposed__Output } from './synod/v1/CommandsProposed.js';
import type { Confirm as _synod_v1_Confirm, Confirm__Output as _synod_v1_Confirm__Output } from './synod/v1/Confirm.js';
import type { Confirmed as _synod_v1_Confirmed, Confirmed__Output as _synod_v1_Confirmed__Output } from './synod/v1/Confirmed.js';
import type { Draining as _synod_v1_Draining, Draining__Output as _synod_v1_Draining__Output } from './synod/v1/Draining.js';
import type { Event as _synod_v1_Event, Event__Output as _synod_v1_Event__Output } from './synod/v1/Event.js';
import type { Evictions as _synod_v1_Evictions, Evictions__Output as _synod_v1_Evictions__Output } from './synod/v1/Evictions.js';
import type { ExchangeRequest as _synod_v1_ExchangeRequest, ExchangeRequest__Output as _synod_v1_ExchangeRequest__Output } from './synod/v1/ExchangeRequest.js';
import type { ExchangeResponse as _synod_v1_ExchangeResponse, ExchangeResponse__Output as _synod_v1_ExchangeResponse__Output } from './synod/v1/ExchangeResponse.js';
import type { ExecLimits as _synod_v1_ExecLimits, ExecLimits__Output as _synod_v1_ExecLimits__Output } from './synod/v1/ExecLimits.js';
import type { ExecTask as _synod_v1_ExecTask, ExecTask__Output as _synod_v1_ExecTask__Output } from './synod/v1/ExecTask.js';
import type { ExplainJobRequest as _synod_v1_ExplainJobRequest, ExplainJobRequest__Output as _synod_v1_ExplainJobRequest__Output } from './synod/v1/ExplainJobRequest.js';
import type { ExplainJobResponse as _synod_v1_ExplainJobResponse, ExplainJobResponse__Output as _synod_v1_ExplainJobResponse__Output } from './synod/v1/ExplainJobResponse.js';
import type { Fetch as _synod_v1_Fetch, Fetch__Output as _synod_v1_Fetch__Output } from './synod/v1/Fetch.js';
import type { FetchHistoryRequest as _synod_v1_FetchHistoryRequest, FetchHistoryRequest__Output as _synod_v1_FetchHistoryRequest__Output } from './synod/v1/FetchHistoryRequest.js';
import type { FetchHistoryResponse as _synod_v1_FetchHistoryResponse, FetchHistoryResponse__Output as _synod_v1_FetchHistoryResponse__Output } from './synod/v1/FetchHistoryResponse.js';
import type { FetchSnapshotRequest as _synod_v1_FetchSnapshotRequest, FetchSnapshotRequest__Output as _synod_v1_FetchSnapshotRequest__Output } from './synod/v1/FetchSnapshotRequest.js';
import type { FetchSnapshotResponse as _synod_v1_FetchSnapshotResponse, FetchSnapshotResponse__Output as _synod_v1_FetchSnapshotResponse__Output } from './synod/v1/FetchSnapshotResponse.js';
import type { Fetched as _synod_v1_Fetched, Fetched__Output as _synod_v1_Fetched__Output } from './synod/v1/Fetched.js';
import type { ForwardRequest as _synod_v1_ForwardRequest, ForwardRequest__Output as _synod_v1_ForwardRequest__Output } from './synod/v1/ForwardRequest.js';
import type { ForwardResponse as _synod_v1_ForwardResponse, ForwardResponse__Output as _synod_v1_ForwardResponse__Output } from './synod/v1/ForwardResponse.js';
import type { ForwardedCommands as _synod_v1_ForwardedCommands, ForwardedCommands__Output as _synod_v1_ForwardedCommands__Output } from './synod/v1/ForwardedCommands.js';
import type { GetJobLogsRequest as _synod_v1_GetJobLogsRequest, GetJobLogsRequest__Output as _synod_v1_GetJobLogsRequest__Output } from './synod/v1/GetJobLogsRequest.js';
import type { GetJobLogsResponse as _synod_v1_GetJobLogsResponse, GetJobLogsResponse__Output as _synod_v1_GetJobLogsResponse__Output } from './synod/v1/GetJobLogsResponse.js';
import type { GetJobRequest as _synod_v1_GetJobRequest, GetJobRequest__Output as _synod_v1_GetJobRequest__Output } from './synod/v1/GetJobRequest.js';
import type { GetJobResponse as _synod_v1_GetJobResponse, GetJobResponse__Output as _synod_v1_GetJobResponse__Output } from './synod/v1/GetJobResponse.js';
import type { GetWorkerRequest as _synod_v1_GetWorkerRequest, GetWorkerRequest__Output as _synod_v1_GetWorkerRequest__Output } from './synod/v1/GetWorkerRequest.js';
import type { GetWorkerResponse as _synod_v1_GetWorkerResponse, GetWorkerResponse__Output as _synod_v1_GetWorkerResponse__Output } from './synod/v1/GetWorkerResponse.js';
import type { Goodbye as _synod_v1_Goodbye, Goodbye__Output as _synod_v1_Goodbye__Output } from './synod/v1/Goodbye.js';
import type { HandOver as _synod_v1_HandOver, HandOver__Output as _synod_v1_HandOver__Output } from './synod/v1/HandOver.js';
import type { HandlerTask as _synod_v1_HandlerTask, HandlerTask__Output as _synod_v1_HandlerTask__Output } from './synod/v1/HandlerTask.js';
import type { HeartbeatRequest as _synod_v1_HeartbeatRequest, HeartbeatRequest__Output as _synod_v1_HeartbeatRequest__Output } from './synod/v1/HeartbeatRequest.js';
import type { HeartbeatResponse as _synod_v1_HeartbeatResponse, HeartbeatResponse__Output as _synod_v1_HeartbeatResponse__Output } from './synod/v1/HeartbeatResponse.js';
import type { HeartbeatsConfirmed as _synod_v1_HeartbeatsConfirmed, HeartbeatsConfirmed__Output as _synod_v1_HeartbeatsConfirmed__Output } from './synod/v1/HeartbeatsConfirmed.js';
import type { Hello as _synod_v1_Hello, Hello__Output as _synod_v1_Hello__Output } from './synod/v1/Hello.js';
import type { Hindrance as _synod_v1_Hindrance, Hindrance__Output as _synod_v1_Hindrance__Output } from './synod/v1/Hindrance.js';
import type { HttpTask as _synod_v1_HttpTask, HttpTask__Output as _synod_v1_HttpTask__Output } from './synod/v1/HttpTask.js';
import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from './synod/v1/Job.js';
import type { JobServiceClient as _synod_v1_JobServiceClient, JobServiceDefinition as _synod_v1_JobServiceDefinition } from './synod/v1/JobService.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from './synod/v1/JobSpec.js';
import type { ListJobsRequest as _synod_v1_ListJobsRequest, ListJobsRequest__Output as _synod_v1_ListJobsRequest__Output } from './synod/v1/ListJobsRequest.js';
import type { ListJobsResponse as _synod_v1_ListJobsResponse, ListJobsResponse__Output as _synod_v1_ListJobsResponse__Output } from './synod/v1/ListJobsResponse.js';
import type { ListWorkersRequest as _synod_v1_ListWorkersRequest, ListWorkersRequest__Output as _synod_v1_ListWorkersRequest__Output } from './synod/v1/ListWorkersRequest.js';
import type { ListWorkersResponse as _synod_v1_ListWorkersResponse, ListWorkersResponse__Output as _synod_v1_ListWorkersResponse__Output } from './synod/v1/ListWorkersResponse.js';
import type { LogEntry as _synod_v1_LogEntry, LogEntry__Output as _synod_v1_LogEntry__Output } from './synod/v1/LogEntry.js';
import type { LogTime as _synod_v1_LogTime, LogTime__Output as _synod_v1_LogTime__Output } from './synod/v1/LogTime.js';
import type { Nacked as _synod_v1_Nacked, Nacked__Output as _synod_v1_Nacked__Output } from './synod/v1/Nacked.js';
import type { PaxosMessage as _synod_v1_PaxosMessage, PaxosMessage__Output as _synod_v1_PaxosMessage__Output } from './synod/v1/PaxosMessage.js';
import type { PaxosServiceClient as _synod_v1_PaxosServiceClient, PaxosServiceDefinition as _synod_v1_PaxosServiceDefinition } from './synod/v1/PaxosService.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from './synod/v1/PlacementOptions.js';
import type { Poll as _synod_v1_Poll, Poll__Output as _synod_v1_Poll__Output } from './synod/v1/Poll.js';
import type { PollReply as _synod_v1_PollReply, PollReply__Output as _synod_v1_PollReply__Output } from './synod/v1/PollReply.js';
import type { Prepare as _synod_v1_Prepare, Prepare__Output as _synod_v1_Prepare__Output } from './synod/v1/Prepare.js';
import type { Promised as _synod_v1_Promised, Promised__Output as _synod_v1_Promised__Output } from './synod/v1/Promised.js';
import type { PushLogsRequest as _synod_v1_PushLogsRequest, PushLogsRequest__Output as _synod_v1_PushLogsRequest__Output } from './synod/v1/PushLogsRequest.js';
import type { PushLogsResponse as _synod_v1_PushLogsResponse, PushLogsResponse__Output as _synod_v1_PushLogsResponse__Output } from './synod/v1/PushLogsResponse.js';
import type { ReadIndex as _synod_v1_ReadIndex, ReadIndex__Output as _synod_v1_ReadIndex__Output } from './synod/v1/ReadIndex.js';
import type { ReadIndexed as _synod_v1_ReadIndexed, ReadIndexed__Output as _synod_v1_ReadIndexed__Output } from './synod/v1/ReadIndexed.js';
import type { Rejected as _synod_v1_Rejected, Rejected__Output as _synod_v1_Rejected__Output } from './synod/v1/Rejected.js';
import type { RelayedHeartbeats as _synod_v1_RelayedHeartbeats, RelayedHeartbeats__Output as _synod_v1_RelayedHeartbeats__Output } from './synod/v1/RelayedHeartbeats.js';
import type { ReportGuardEndedRequest as _synod_v1_ReportGuardEndedRequest, ReportGuardEndedRequest__Output as _synod_v1_ReportGuardEndedRequest__Output } from './synod/v1/ReportGuardEndedRequest.js';
import type { ReportGuardEndedResponse as _synod_v1_ReportGuardEndedResponse, ReportGuardEndedResponse__Output as _synod_v1_ReportGuardEndedResponse__Output } from './synod/v1/ReportGuardEndedResponse.js';
import type { Reports as _synod_v1_Reports, Reports__Output as _synod_v1_Reports__Output } from './synod/v1/Reports.js';
import type { ReportsAcknowledged as _synod_v1_ReportsAcknowledged, ReportsAcknowledged__Output as _synod_v1_ReportsAcknowledged__Output } from './synod/v1/ReportsAcknowledged.js';
import type { RetryJobRequest as _synod_v1_RetryJobRequest, RetryJobRequest__Output as _synod_v1_RetryJobRequest__Output } from './synod/v1/RetryJobRequest.js';
import type { RetryJobResponse as _synod_v1_RetryJobResponse, RetryJobResponse__Output as _synod_v1_RetryJobResponse__Output } from './synod/v1/RetryJobResponse.js';
import type { RetryPolicy as _synod_v1_RetryPolicy, RetryPolicy__Output as _synod_v1_RetryPolicy__Output } from './synod/v1/RetryPolicy.js';
import type { SessionRequest as _synod_v1_SessionRequest, SessionRequest__Output as _synod_v1_SessionRequest__Output } from './synod/v1/SessionRequest.js';
import type { SessionResponse as _synod_v1_SessionResponse, SessionResponse__Output as _synod_v1_SessionResponse__Output } from './synod/v1/SessionResponse.js';
import type { SetWorkerSchedulingRequest as _synod_v1_SetWorkerSchedulingRequest, SetWorkerSchedulingRequest__Output as _synod_v1_SetWorkerSchedulingRequest__Output } from './synod/v1/SetWorkerSchedulingRequest.js';
import type { SetWorkerSchedulingResponse as _synod_v1_SetWorkerSchedulingResponse, SetWorkerSchedulingResponse__Output as _synod_v1_SetWorkerSchedulingResponse__Output } from './synod/v1/SetWorkerSchedulingResponse.js';
import type { SlotEntry as _synod_v1_SlotEntry, SlotEntry__Output as _synod_v1_SlotEntry__Output } from './synod/v1/SlotEntry.js';
import type { StateHash as _synod_v1_StateHash, StateHash__Output as _synod_v1_StateHash__Output } from './synod/v1/StateHash.js';
import type { StateHashes as _synod_v1_StateHashes, StateHashes__Output as _synod_v1_StateHashes__Output } from './synod/v1/StateHashes.js';
import type { StateHashesAgreed as _synod_v1_StateHashesAgreed, StateHashesAgreed__Output as _synod_v1_StateHashesAgreed__Output } from './synod/v1/StateHashesAgreed.js';
import type { StatusRange as _synod_v1_StatusRange, StatusRange__Output as _synod_v1_StatusRange__Output } from './synod/v1/StatusRange.js';
import type { Submission as _synod_v1_Submission, Submission__Output as _synod_v1_Submission__Output } from './synod/v1/Submission.js';
import type { SubmissionAnswer as _synod_v1_SubmissionAnswer, SubmissionAnswer__Output as _synod_v1_SubmissionAnswer__Output } from './synod/v1/SubmissionAnswer.js';
import type { SubmitJobRequest as _synod_v1_SubmitJobRequest, SubmitJobRequest__Output as _synod_v1_SubmitJobRequest__Output } from './synod/v1/SubmitJobRequest.js';
import type { SubmitJobResponse as _synod_v1_SubmitJobResponse, SubmitJobResponse__Output as _synod_v1_SubmitJobResponse__Output } from './synod/v1/SubmitJobResponse.js';
import type { SubmitJobsRequest as _synod_v1_SubmitJobsRequest, SubmitJobsRequest__Output as _synod_v1_SubmitJobsRequest__Output } from './synod/v1/SubmitJobsRequest.js';
import type { SubmitJobsResponse as _synod_v1_SubmitJobsResponse, SubmitJobsResponse__Output as _synod_v1_SubmitJobsResponse__Output } from './synod/v1/SubmitJobsResponse.js';
import type { SubmitStreamRequest as _synod_v1_SubmitStreamRequest, SubmitStreamRequest__Output as _synod_v1_SubmitStreamRequest__Output } from './synod/v1/SubmitStreamRequest.js';
import type { SubmitStreamResponse as _synod_v1_SubmitStreamResponse, SubmitStreamResponse__Output as _synod_v1_SubmitStreamResponse__Output } from './synod/v1/SubmitStreamResponse.js';
import type { TailLogs as _synod_v1_TailLogs, TailLogs__Output as _synod_v1_TailLogs__Output } from './synod/v1/TailLogs.js';
import type { Ulimit as _synod_v1_Ulimit, Ulimit__Output as _synod_v1_Ulimit__Output } from './synod/v1/Ulimit.js';
import type { WatchEventsRequest as _synod_v1_WatchEventsRequest, WatchEventsRequest__Output as _synod_v1_WatchEventsRequest__Output } from './synod/v1/WatchEventsRequest.js';
import type { WatchEventsResponse as _synod_v1_WatchEventsResponse, WatchEventsResponse__Output as _synod_v1_WatchEventsResponse__Output } from './synod/v1/WatchEventsResponse.js';
import type { Welcome as _synod_v1_Welcome, Welcome__Output as _synod_v1_Welcome__Output } from './synod/v1/Welcome.js';
import type { Worker as _synod_v1_Worker, Worker__Output as _synod_v1_Worker__Output } from './synod/v1/Worker.js';
import type { WorkerHeard as _synod_v1_WorkerHeard, WorkerHeard__Output as _synod_v1_WorkerHeard__Output } from './synod/v1/WorkerHeard.js';
import type { WorkerLoad as _synod_v1_WorkerLoad, WorkerLoad__Output as _synod_v1_WorkerLoad__Output } from './synod/v1/WorkerLoad.js';
import type { WorkerServiceClient as _synod_v1_WorkerServiceClient, WorkerServiceDefinition as _synod_v1_WorkerServiceDefinition } from './synod/v1/WorkerService.js';
import type { WorkersHeard as _synod_v1_WorkersHeard, WorkersHeard__Output as _synod_v1_WorkersHeard__Output } from './synod/v1/WorkersHeard.js';
import type { WorkersHeardQuery as _synod_v1_WorkersHeardQuery, WorkersHeardQuery__Output as _synod_v1_WorkersHeardQuery__Output } from './synod/v1/WorkersHeardQuery.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Any: MessageTypeDefinition<_google_protobuf_Any, _google_protobuf_Any__Output>
    }
    rpc: {
      Status: MessageTypeDefinition<_google_rpc_Status, _google_rpc_Status__Output>
    }
  }
  synod: {
    v1: {
      Accept: MessageTypeDefinition<_synod_v1_Accept, _synod_v1_Accept__Output>
      Accepted: MessageTypeDefinition<_synod_v1_Accepted, _synod_v1_Accepted__Output>
      AcceptedEntry: MessageTypeDefinition<_synod_v1_AcceptedEntry, _synod_v1_AcceptedEntry__Output>
      AgentService: SubtypeConstructor<typeof grpc.Client, _synod_v1_AgentServiceClient> & { service: _synod_v1_AgentServiceDefinition }
      Assignment: MessageTypeDefinition<_synod_v1_Assignment, _synod_v1_Assignment__Output>
      Assignments: MessageTypeDefinition<_synod_v1_Assignments, _synod_v1_Assignments__Output>
      Attempt: MessageTypeDefinition<_synod_v1_Attempt, _synod_v1_Attempt__Output>
      AttemptEnd: MessageTypeDefinition<_synod_v1_AttemptEnd, _synod_v1_AttemptEnd__Output>
      AttemptRef: MessageTypeDefinition<_synod_v1_AttemptRef, _synod_v1_AttemptRef__Output>
      AttemptReport: MessageTypeDefinition<_synod_v1_AttemptReport, _synod_v1_AttemptReport__Output>
      AttemptState: EnumTypeDefinition
      Backoff: EnumTypeDefinition
      Ballot: MessageTypeDefinition<_synod_v1_Ballot, _synod_v1_Ballot__Output>
      CancelJobRequest: MessageTypeDefinition<_synod_v1_CancelJobRequest, _synod_v1_CancelJobRequest__Output>
      CancelJobResponse: MessageTypeDefinition<_synod_v1_CancelJobResponse, _synod_v1_CancelJobResponse__Output>
      Cancellations: MessageTypeDefinition<_synod_v1_Cancellations, _synod_v1_Cancellations__Output>
      ChangeJobRequest: MessageTypeDefinition<_synod_v1_ChangeJobRequest, _synod_v1_ChangeJobRequest__Output>
      ChangeJobResponse: MessageTypeDefinition<_synod_v1_ChangeJobResponse, _synod_v1_ChangeJobResponse__Output>
      CheckFenceRequest: MessageTypeDefinition<_synod_v1_CheckFenceRequest, _synod_v1_CheckFenceRequest__Output>
      CheckFenceResponse: MessageTypeDefinition<_synod_v1_CheckFenceResponse, _synod_v1_CheckFenceResponse__Output>
      Chosen: MessageTypeDefinition<_synod_v1_Chosen, _synod_v1_Chosen__Output>
      CommandsProposed: MessageTypeDefinition<_synod_v1_CommandsProposed, _synod_v1_CommandsProposed__Output>
      Confirm: MessageTypeDefinition<_synod_v1_Confirm, _synod_v1_Confirm__Output>
      Confirmed: MessageTypeDefinition<_synod_v1_Confirmed, _synod_v1_Confirmed__Output>
      Draining: MessageTypeDefinition<_synod_v1_Draining, _synod_v1_Draining__Output>
      Event: MessageTypeDefinition<_synod_v1_Event, _synod_v1_Event__Output>
      Evictions: MessageTypeDefinition<_synod_v1_Evictions, _synod_v1_Evictions__Output>
      ExchangeRequest: MessageTypeDefinition<_synod_v1_ExchangeRequest, _synod_v1_ExchangeRequest__Output>
      ExchangeResponse: MessageTypeDefinition<_synod_v1_ExchangeResponse, _synod_v1_ExchangeResponse__Output>
      ExecLimits: MessageTypeDefinition<_synod_v1_ExecLimits, _synod_v1_ExecLimits__Output>
      ExecTask: MessageTypeDefinition<_synod_v1_ExecTask, _synod_v1_ExecTask__Output>
      ExecutionMode: EnumTypeDefinition
      ExplainJobRequest: MessageTypeDefinition<_synod_v1_ExplainJobRequest, _synod_v1_ExplainJobRequest__Output>
      ExplainJobResponse: MessageTypeDefinition<_synod_v1_ExplainJobResponse, _synod_v1_ExplainJobResponse__Output>
      Fetch: MessageTypeDefinition<_synod_v1_Fetch, _synod_v1_Fetch__Output>
      FetchHistoryRequest: MessageTypeDefinition<_synod_v1_FetchHistoryRequest, _synod_v1_FetchHistoryRequest__Output>
      FetchHistoryResponse: MessageTypeDefinition<_synod_v1_FetchHistoryResponse, _synod_v1_FetchHistoryResponse__Output>
      FetchSnapshotRequest: MessageTypeDefinition<_synod_v1_FetchSnapshotRequest, _synod_v1_FetchSnapshotRequest__Output>
      FetchSnapshotResponse: MessageTypeDefinition<_synod_v1_FetchSnapshotResponse, _synod_v1_FetchSnapshotResponse__Output>
      Fetched: MessageTypeDefinition<_synod_v1_Fetched, _synod_v1_Fetched__Output>
      ForwardRequest: MessageTypeDefinition<_synod_v1_ForwardRequest, _synod_v1_ForwardRequest__Output>
      ForwardResponse: MessageTypeDefinition<_synod_v1_ForwardResponse, _synod_v1_ForwardResponse__Output>
      ForwardedCommands: MessageTypeDefinition<_synod_v1_ForwardedCommands, _synod_v1_ForwardedCommands__Output>
      GetJobLogsRequest: MessageTypeDefinition<_synod_v1_GetJobLogsRequest, _synod_v1_GetJobLogsRequest__Output>
      GetJobLogsResponse: MessageTypeDefinition<_synod_v1_GetJobLogsResponse, _synod_v1_GetJobLogsResponse__Output>
      GetJobRequest: MessageTypeDefinition<_synod_v1_GetJobRequest, _synod_v1_GetJobRequest__Output>
      GetJobResponse: MessageTypeDefinition<_synod_v1_GetJobResponse, _synod_v1_GetJobResponse__Output>
      GetWorkerRequest: MessageTypeDefinition<_synod_v1_GetWorkerRequest, _synod_v1_GetWorkerRequest__Output>
      GetWorkerResponse: MessageTypeDefinition<_synod_v1_GetWorkerResponse, _synod_v1_GetWorkerResponse__Output>
      Goodbye: MessageTypeDefinition<_synod_v1_Goodbye, _synod_v1_Goodbye__Output>
      HandOver: MessageTypeDefinition<_synod_v1_HandOver, _synod_v1_HandOver__Output>
      HandlerTask: MessageTypeDefinition<_synod_v1_HandlerTask, _synod_v1_HandlerTask__Output>
      HeartbeatRequest: MessageTypeDefinition<_synod_v1_HeartbeatRequest, _synod_v1_HeartbeatRequest__Output>
      HeartbeatResponse: MessageTypeDefinition<_synod_v1_HeartbeatResponse, _synod_v1_HeartbeatResponse__Output>
      HeartbeatsConfirmed: MessageTypeDefinition<_synod_v1_HeartbeatsConfirmed, _synod_v1_HeartbeatsConfirmed__Output>
      Hello: MessageTypeDefinition<_synod_v1_Hello, _synod_v1_Hello__Output>
      Hindrance: MessageTypeDefinition<_synod_v1_Hindrance, _synod_v1_Hindrance__Output>
      HttpTask: MessageTypeDefinition<_synod_v1_HttpTask, _synod_v1_HttpTask__Output>
      Job: MessageTypeDefinition<_synod_v1_Job, _synod_v1_Job__Output>
      JobService: SubtypeConstructor<typeof grpc.Client, _synod_v1_JobServiceClient> & { service: _synod_v1_JobServiceDefinition }
      JobSpec: MessageTypeDefinition<_synod_v1_JobSpec, _synod_v1_JobSpec__Output>
      JobState: EnumTypeDefinition
      LimitsPolicy: EnumTypeDefinition
      ListJobsRequest: MessageTypeDefinition<_synod_v1_ListJobsRequest, _synod_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_synod_v1_ListJobsResponse, _synod_v1_ListJobsResponse__Output>
      ListWorkersRequest: MessageTypeDefinition<_synod_v1_ListWorkersRequest, _synod_v1_ListWorkersRequest__Output>
      ListWorkersResponse: MessageTypeDefinition<_synod_v1_ListWorkersResponse, _synod_v1_ListWorkersResponse__Output>
      LogEntry: MessageTypeDefinition<_synod_v1_LogEntry, _synod_v1_LogEntry__Output>
      LogStream: EnumTypeDefinition
      LogTime: MessageTypeDefinition<_synod_v1_LogTime, _synod_v1_LogTime__Output>
      Nacked: MessageTypeDefinition<_synod_v1_Nacked, _synod_v1_Nacked__Output>
      PaxosMessage: MessageTypeDefinition<_synod_v1_PaxosMessage, _synod_v1_PaxosMessage__Output>
      PaxosService: SubtypeConstructor<typeof grpc.Client, _synod_v1_PaxosServiceClient> & { service: _synod_v1_PaxosServiceDefinition }
      PlacementOptions: MessageTypeDefinition<_synod_v1_PlacementOptions, _synod_v1_PlacementOptions__Output>
      PlacementPolicy: EnumTypeDefinition
      Poll: MessageTypeDefinition<_synod_v1_Poll, _synod_v1_Poll__Output>
      PollReply: MessageTypeDefinition<_synod_v1_PollReply, _synod_v1_PollReply__Output>
      Prepare: MessageTypeDefinition<_synod_v1_Prepare, _synod_v1_Prepare__Output>
      Promised: MessageTypeDefinition<_synod_v1_Promised, _synod_v1_Promised__Output>
      PushLogsRequest: MessageTypeDefinition<_synod_v1_PushLogsRequest, _synod_v1_PushLogsRequest__Output>
      PushLogsResponse: MessageTypeDefinition<_synod_v1_PushLogsResponse, _synod_v1_PushLogsResponse__Output>
      ReadIndex: MessageTypeDefinition<_synod_v1_ReadIndex, _synod_v1_ReadIndex__Output>
      ReadIndexed: MessageTypeDefinition<_synod_v1_ReadIndexed, _synod_v1_ReadIndexed__Output>
      Rejected: MessageTypeDefinition<_synod_v1_Rejected, _synod_v1_Rejected__Output>
      RelayedHeartbeats: MessageTypeDefinition<_synod_v1_RelayedHeartbeats, _synod_v1_RelayedHeartbeats__Output>
      ReportGuardEndedRequest: MessageTypeDefinition<_synod_v1_ReportGuardEndedRequest, _synod_v1_ReportGuardEndedRequest__Output>
      ReportGuardEndedResponse: MessageTypeDefinition<_synod_v1_ReportGuardEndedResponse, _synod_v1_ReportGuardEndedResponse__Output>
      Reports: MessageTypeDefinition<_synod_v1_Reports, _synod_v1_Reports__Output>
      ReportsAcknowledged: MessageTypeDefinition<_synod_v1_ReportsAcknowledged, _synod_v1_ReportsAcknowledged__Output>
      RetryJobRequest: MessageTypeDefinition<_synod_v1_RetryJobRequest, _synod_v1_RetryJobRequest__Output>
      RetryJobResponse: MessageTypeDefinition<_synod_v1_RetryJobResponse, _synod_v1_RetryJobResponse__Output>
      RetryPolicy: MessageTypeDefinition<_synod_v1_RetryPolicy, _synod_v1_RetryPolicy__Output>
      SessionRequest: MessageTypeDefinition<_synod_v1_SessionRequest, _synod_v1_SessionRequest__Output>
      SessionResponse: MessageTypeDefinition<_synod_v1_SessionResponse, _synod_v1_SessionResponse__Output>
      SetWorkerSchedulingRequest: MessageTypeDefinition<_synod_v1_SetWorkerSchedulingRequest, _synod_v1_SetWorkerSchedulingRequest__Output>
      SetWorkerSchedulingResponse: MessageTypeDefinition<_synod_v1_SetWorkerSchedulingResponse, _synod_v1_SetWorkerSchedulingResponse__Output>
      SlotEntry: MessageTypeDefinition<_synod_v1_SlotEntry, _synod_v1_SlotEntry__Output>
      StateHash: MessageTypeDefinition<_synod_v1_StateHash, _synod_v1_StateHash__Output>
      StateHashes: MessageTypeDefinition<_synod_v1_StateHashes, _synod_v1_StateHashes__Output>
      StateHashesAgreed: MessageTypeDefinition<_synod_v1_StateHashesAgreed, _synod_v1_StateHashesAgreed__Output>
      StatusRange: MessageTypeDefinition<_synod_v1_StatusRange, _synod_v1_StatusRange__Output>
      Submission: MessageTypeDefinition<_synod_v1_Submission, _synod_v1_Submission__Output>
      SubmissionAnswer: MessageTypeDefinition<_synod_v1_SubmissionAnswer, _synod_v1_SubmissionAnswer__Output>
      SubmitJobRequest: MessageTypeDefinition<_synod_v1_SubmitJobRequest, _synod_v1_SubmitJobRequest__Output>
      SubmitJobResponse: MessageTypeDefinition<_synod_v1_SubmitJobResponse, _synod_v1_SubmitJobResponse__Output>
      SubmitJobsRequest: MessageTypeDefinition<_synod_v1_SubmitJobsRequest, _synod_v1_SubmitJobsRequest__Output>
      SubmitJobsResponse: MessageTypeDefinition<_synod_v1_SubmitJobsResponse, _synod_v1_SubmitJobsResponse__Output>
      SubmitStreamRequest: MessageTypeDefinition<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamRequest__Output>
      SubmitStreamResponse: MessageTypeDefinition<_synod_v1_SubmitStreamResponse, _synod_v1_SubmitStreamResponse__Output>
      TailLogs: MessageTypeDefinition<_synod_v1_TailLogs, _synod_v1_TailLogs__Output>
      Ulimit: MessageTypeDefinition<_synod_v1_Ulimit, _synod_v1_Ulimit__Output>
      WaitReason: EnumTypeDefinition
      WatchEventsRequest: MessageTypeDefinition<_synod_v1_WatchEventsRequest, _synod_v1_WatchEventsRequest__Output>
      WatchEventsResponse: MessageTypeDefinition<_synod_v1_WatchEventsResponse, _synod_v1_WatchEventsResponse__Output>
      Welcome: MessageTypeDefinition<_synod_v1_Welcome, _synod_v1_Welcome__Output>
      Worker: MessageTypeDefinition<_synod_v1_Worker, _synod_v1_Worker__Output>
      WorkerHeard: MessageTypeDefinition<_synod_v1_WorkerHeard, _synod_v1_WorkerHeard__Output>
      WorkerLoad: MessageTypeDefinition<_synod_v1_WorkerLoad, _synod_v1_WorkerLoad__Output>
      WorkerScheduling: EnumTypeDefinition
      WorkerService: SubtypeConstructor<typeof grpc.Client, _synod_v1_WorkerServiceClient> & { service: _synod_v1_WorkerServiceDefinition }
      WorkerState: EnumTypeDefinition
      WorkersHeard: MessageTypeDefinition<_synod_v1_WorkersHeard, _synod_v1_WorkersHeard__Output>
      WorkersHeardQuery: MessageTypeDefinition<_synod_v1_WorkersHeardQuery, _synod_v1_WorkersHeardQuery__Output>
    }
  }
}

