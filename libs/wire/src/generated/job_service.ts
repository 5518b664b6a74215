import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Any as _google_protobuf_Any, Any__Output as _google_protobuf_Any__Output } from './google/protobuf/Any.js';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from './google/rpc/Status.js';
import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from './synod/v1/Attempt.js';
import type { CancelJobRequest as _synod_v1_CancelJobRequest, CancelJobRequest__Output as _synod_v1_CancelJobRequest__Output } from './synod/v1/CancelJobRequest.js';
import type { CancelJobResponse as _synod_v1_CancelJobResponse, CancelJobResponse__Output as _synod_v1_CancelJobResponse__Output } from './synod/v1/CancelJobResponse.js';
import type { ChangeJobRequest as _synod_v1_ChangeJobRequest, ChangeJobRequest__Output as _synod_v1_ChangeJobRequest__Output } from './synod/v1/ChangeJobRequest.js';
import type { ChangeJobResponse as _synod_v1_ChangeJobResponse, ChangeJobResponse__Output as _synod_v1_ChangeJobResponse__Output } from './synod/v1/ChangeJobResponse.js';
import type { CheckFenceRequest as _synod_v1_CheckFenceRequest, CheckFenceRequest__Output as _synod_v1_CheckFenceRequest__Output } from './synod/v1/CheckFenceRequest.js';
import type { CheckFenceResponse as _synod_v1_CheckFenceResponse, CheckFenceResponse__Output as _synod_v1_CheckFenceResponse__Output } from './synod/v1/CheckFenceResponse.js';
import type { Event as _synod_v1_Event, Event__Output as _synod_v1_Event__Output } from './synod/v1/Event.js';
import type { ExecLimits as _synod_v1_ExecLimits, ExecLimits__Output as _synod_v1_ExecLimits__Output } from './synod/v1/ExecLimits.js';
import type { ExecTask as _synod_v1_ExecTask, ExecTask__Output as _synod_v1_ExecTask__Output } from './synod/v1/ExecTask.js';
import type { ExplainJobRequest as _synod_v1_ExplainJobRequest, ExplainJobRequest__Output as _synod_v1_ExplainJobRequest__Output } from './synod/v1/ExplainJobRequest.js';
import type { ExplainJobResponse as _synod_v1_ExplainJobResponse, ExplainJobResponse__Output as _synod_v1_ExplainJobResponse__Output } from './synod/v1/ExplainJobResponse.js';
import type { GetJobLogsRequest as _synod_v1_GetJobLogsRequest, GetJobLogsRequest__Output as _synod_v1_GetJobLogsRequest__Output } from './synod/v1/GetJobLogsRequest.js';
import type { GetJobLogsResponse as _synod_v1_GetJobLogsResponse, GetJobLogsResponse__Output as _synod_v1_GetJobLogsResponse__Output } from './synod/v1/GetJobLogsResponse.js';
import type { GetJobRequest as _synod_v1_GetJobRequest, GetJobRequest__Output as _synod_v1_GetJobRequest__Output } from './synod/v1/GetJobRequest.js';
import type { GetJobResponse as _synod_v1_GetJobResponse, GetJobResponse__Output as _synod_v1_GetJobResponse__Output } from './synod/v1/GetJobResponse.js';
import type { HandlerTask as _synod_v1_HandlerTask, HandlerTask__Output as _synod_v1_HandlerTask__Output } from './synod/v1/HandlerTask.js';
import type { Hindrance as _synod_v1_Hindrance, Hindrance__Output as _synod_v1_Hindrance__Output } from './synod/v1/Hindrance.js';
import type { HttpTask as _synod_v1_HttpTask, HttpTask__Output as _synod_v1_HttpTask__Output } from './synod/v1/HttpTask.js';
import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from './synod/v1/Job.js';
import type { JobServiceClient as _synod_v1_JobServiceClient, JobServiceDefinition as _synod_v1_JobServiceDefinition } from './synod/v1/JobService.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from './synod/v1/JobSpec.js';
import type { ListJobsRequest as _synod_v1_ListJobsRequest, ListJobsRequest__Output as _synod_v1_ListJobsRequest__Output } from './synod/v1/ListJobsRequest.js';
import type { ListJobsResponse as _synod_v1_ListJobsResponse, ListJobsResponse__Output as _synod_v1_ListJobsResponse__Output } from './synod/v1/ListJobsResponse.js';
import type { LogTime as _synod_v1_LogTime, LogTime__Output as _synod_v1_LogTime__Output } from './synod/v1/LogTime.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from './synod/v1/PlacementOptions.js';
import type { RetryJobRequest as _synod_v1_RetryJobRequest, RetryJobRequest__Output as _synod_v1_RetryJobRequest__Output } from './synod/v1/RetryJobRequest.js';
import type { RetryJobResponse as _synod_v1_RetryJobResponse, RetryJobResponse__Output as _synod_v1_RetryJobResponse__Output } from './synod/v1/RetryJobResponse.js';
import type { RetryPolicy as _synod_v1_RetryPolicy, RetryPolicy__Output as _synod_v1_RetryPolicy__Output } from './synod/v1/RetryPolicy.js';
import type { StatusRange as _synod_v1_StatusRange, StatusRange__Output as _synod_v1_StatusRange__Output } from './synod/v1/StatusRange.js';
import type { Submission as _synod_v1_Submission, Submission__Output as _synod_v1_Submission__Output } from './synod/v1/Submission.js';
import type { SubmissionAnswer as _synod_v1_SubmissionAnswer, SubmissionAnswer__Output as _synod_v1_SubmissionAnswer__Output } from './synod/v1/SubmissionAnswer.js';
import type { SubmitJobRequest as _synod_v1_SubmitJobRequest, SubmitJobRequest__Output as _synod_v1_SubmitJobRequest__Output } from './synod/v1/SubmitJobRequest.js';
import type { SubmitJobResponse as _synod_v1_SubmitJobResponse, SubmitJobResponse__Output as _synod_v1_SubmitJobResponse__Output } from './synod/v1/SubmitJobResponse.js';
import type { SubmitJobsRequest as _synod_v1_SubmitJobsRequest, SubmitJobsRequest__Output as _synod_v1_SubmitJobsRequest__Output } from './synod/v1/SubmitJobsRequest.js';
import type { SubmitJobsResponse as _synod_v1_SubmitJobsResponse, SubmitJobsResponse__Output as _synod_v1_SubmitJobsResponse__Output } from './synod/v1/SubmitJobsResponse.js';
import type { SubmitStreamRequest as _synod_v1_SubmitStreamRequest, SubmitStreamRequest__Output as _synod_v1_SubmitStreamRequest__Output } from './synod/v1/SubmitStreamRequest.js';
import type { SubmitStreamResponse as _synod_v1_SubmitStreamResponse, SubmitStreamResponse__Output as _synod_v1_SubmitStreamResponse__Output } from './synod/v1/SubmitStreamResponse.js';
import type { Ulimit as _synod_v1_Ulimit, Ulimit__Output as _synod_v1_Ulimit__Output } from './synod/v1/Ulimit.js';
import type { WatchEventsRequest as _synod_v1_WatchEventsRequest, WatchEventsRequest__Output as _synod_v1_WatchEventsRequest__Output } from './synod/v1/WatchEventsRequest.js';
import type { WatchEventsResponse as _synod_v1_WatchEventsResponse, WatchEventsResponse__Output as _synod_v1_WatchEventsResponse__Output } from './synod/v1/WatchEventsResponse.js';

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
      Attempt: MessageTypeDefinition<_synod_v1_Attempt, _synod_v1_Attempt__Output>
      AttemptState: EnumTypeDefinition
      Backoff: EnumTypeDefinition
      CancelJobRequest: MessageTypeDefinition<_synod_v1_CancelJobRequest, _synod_v1_CancelJobRequest__Output>
      CancelJobResponse: MessageTypeDefinition<_synod_v1_CancelJobResponse, _synod_v1_CancelJobResponse__Output>
      ChangeJobRequest: MessageTypeDefinition<_synod_v1_ChangeJobRequest, _synod_v1_ChangeJobRequest__Output>
      ChangeJobResponse: MessageTypeDefinition<_synod_v1_ChangeJobResponse, _synod_v1_ChangeJobResponse__Output>
      CheckFenceRequest: MessageTypeDefinition<_synod_v1_CheckFenceRequest, _synod_v1_CheckFenceRequest__Output>
      CheckFenceResponse: MessageTypeDefinition<_synod_v1_CheckFenceResponse, _synod_v1_CheckFenceResponse__Output>
      Event: MessageTypeDefinition<_synod_v1_Event, _synod_v1_Event__Output>
      ExecLimits: MessageTypeDefinition<_synod_v1_ExecLimits, _synod_v1_ExecLimits__Output>
      ExecTask: MessageTypeDefinition<_synod_v1_ExecTask, _synod_v1_ExecTask__Output>
      ExecutionMode: EnumTypeDefinition
      ExplainJobRequest: MessageTypeDefinition<_synod_v1_ExplainJobRequest, _synod_v1_ExplainJobRequest__Output>
      ExplainJobResponse: MessageTypeDefinition<_synod_v1_ExplainJobResponse, _synod_v1_ExplainJobResponse__Output>
      GetJobLogsRequest: MessageTypeDefinition<_synod_v1_GetJobLogsRequest, _synod_v1_GetJobLogsRequest__Output>
      GetJobLogsResponse: MessageTypeDefinition<_synod_v1_GetJobLogsResponse, _synod_v1_GetJobLogsResponse__Output>
      GetJobRequest: MessageTypeDefinition<_synod_v1_GetJobRequest, _synod_v1_GetJobRequest__Output>
      GetJobResponse: MessageTypeDefinition<_synod_v1_GetJobResponse, _synod_v1_GetJobResponse__Output>
      HandlerTask: MessageTypeDefinition<_synod_v1_HandlerTask, _synod_v1_HandlerTask__Output>
      Hindrance: MessageTypeDefinition<_synod_v1_Hindrance, _synod_v1_Hindrance__Output>
      HttpTask: MessageTypeDefinition<_synod_v1_HttpTask, _synod_v1_HttpTask__Output>
      Job: MessageTypeDefinition<_synod_v1_Job, _synod_v1_Job__Output>
      JobService: SubtypeConstructor<typeof grpc.Client, _synod_v1_JobServiceClient> & { service: _synod_v1_JobServiceDefinition }
      JobSpec: MessageTypeDefinition<_synod_v1_JobSpec, _synod_v1_JobSpec__Output>
      JobState: EnumTypeDefinition
      LimitsPolicy: EnumTypeDefinition
      ListJobsRequest: MessageTypeDefinition<_synod_v1_ListJobsRequest, _synod_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_synod_v1_ListJobsResponse, _synod_v1_ListJobsResponse__Output>
      LogStream: EnumTypeDefinition
      LogTime: MessageTypeDefinition<_synod_v1_LogTime, _synod_v1_LogTime__Output>
      PlacementOptions: MessageTypeDefinition<_synod_v1_PlacementOptions, _synod_v1_PlacementOptions__Output>
      PlacementPolicy: EnumTypeDefinition
      RetryJobRequest: MessageTypeDefinition<_synod_v1_RetryJobRequest, _synod_v1_RetryJobRequest__Output>
      RetryJobResponse: MessageTypeDefinition<_synod_v1_RetryJobResponse, _synod_v1_RetryJobResponse__Output>
      RetryPolicy: MessageTypeDefinition<_synod_v1_RetryPolicy, _synod_v1_RetryPolicy__Output>
      StatusRange: MessageTypeDefinition<_synod_v1_StatusRange, _synod_v1_StatusRange__Output>
      Submission: MessageTypeDefinition<_synod_v1_Submission, _synod_v1_Submission__Output>
      SubmissionAnswer: MessageTypeDefinition<_synod_v1_SubmissionAnswer, _synod_v1_SubmissionAnswer__Output>
      SubmitJobRequest: MessageTypeDefinition<_synod_v1_SubmitJobRequest, _synod_v1_SubmitJobRequest__Output>
      SubmitJobResponse: MessageTypeDefinition<_synod_v1_SubmitJobResponse, _synod_v1_SubmitJobResponse__Output>
      SubmitJobsRequest: MessageTypeDefinition<_synod_v1_SubmitJobsRequest, _synod_v1_SubmitJobsRequest__Output>
      SubmitJobsResponse: MessageTypeDefinition<_synod_v1_SubmitJobsResponse, _synod_v1_SubmitJobsResponse__Output>
      SubmitStreamRequest: MessageTypeDefinition<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamRequest__Output>
      SubmitStreamResponse: MessageTypeDefinition<_synod_v1_SubmitStreamResponse, _synod_v1_SubmitStreamResponse__Output>
      Ulimit: MessageTypeDefinition<_synod_v1_Ulimit, _synod_v1_Ulimit__Output>
      WaitReason: EnumTypeDefinition
      WatchEventsRequest: MessageTypeDefinition<_synod_v1_WatchEventsRequest, _synod_v1_WatchEventsRequest__Output>
      WatchEventsResponse: MessageTypeDefinition<_synod_v1_WatchEventsResponse, _synod_v1_WatchEventsResponse__Output>
    }
  }
}

