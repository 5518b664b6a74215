// Original file: synod/v1/job_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CancelJobRequest as _synod_v1_CancelJobRequest, CancelJobRequest__Output as _synod_v1_CancelJobRequest__Output } from '../../synod/v1/CancelJobRequest.js';
import type { CancelJobResponse as _synod_v1_CancelJobResponse, CancelJobResponse__Output as _synod_v1_CancelJobResponse__Output } from '../../synod/v1/CancelJobResponse.js';
import type { ChangeJobRequest as _synod_v1_ChangeJobRequest, ChangeJobRequest__Output as _synod_v1_ChangeJobRequest__Output } from '../../synod/v1/ChangeJobRequest.js';
import type { ChangeJobResponse as _synod_v1_ChangeJobResponse, ChangeJobResponse__Output as _synod_v1_ChangeJobResponse__Output } from '../../synod/v1/ChangeJobResponse.js';
import type { CheckFenceRequest as _synod_v1_CheckFenceRequest, CheckFenceRequest__Output as _synod_v1_CheckFenceRequest__Output } from '../../synod/v1/CheckFenceRequest.js';
import type { CheckFenceResponse as _synod_v1_CheckFenceResponse, CheckFenceResponse__Output as _synod_v1_CheckFenceResponse__Output } from '../../synod/v1/CheckFenceResponse.js';
import type { ExplainJobRequest as _synod_v1_ExplainJobRequest, ExplainJobRequest__Output as _synod_v1_ExplainJobRequest__Output } from '../../synod/v1/ExplainJobRequest.js';
import type { ExplainJobResponse as _synod_v1_ExplainJobResponse, ExplainJobResponse__Output as _synod_v1_ExplainJobResponse__Output } from '../../synod/v1/ExplainJobResponse.js';
import type { GetJobLogsRequest as _synod_v1_GetJobLogsRequest, GetJobLogsRequest__Output as _synod_v1_GetJobLogsRequest__Output } from '../../synod/v1/GetJobLogsRequest.js';
import type { GetJobLogsResponse as _synod_v1_GetJobLogsResponse, GetJobLogsResponse__Output as _synod_v1_GetJobLogsResponse__Output } from '../../synod/v1/GetJobLogsResponse.js';
import type { GetJobRequest as _synod_v1_GetJobRequest, GetJobRequest__Output as _synod_v1_GetJobRequest__Output } from '../../synod/v1/GetJobRequest.js';
import type { GetJobResponse as _synod_v1_GetJobResponse, GetJobResponse__Output as _synod_v1_GetJobResponse__Output } from '../../synod/v1/GetJobResponse.js';
import type { ListJobsRequest as _synod_v1_ListJobsRequest, ListJobsRequest__Output as _synod_v1_ListJobsRequest__Output } from '../../synod/v1/ListJobsRequest.js';
import type { ListJobsResponse as _synod_v1_ListJobsResponse, ListJobsResponse__Output as _synod_v1_ListJobsResponse__Output } from '../../synod/v1/ListJobsResponse.js';
import type { RetryJobRequest as _synod_v1_RetryJobRequest, RetryJobRequest__Output as _synod_v1_RetryJobRequest__Output } from '../../synod/v1/RetryJobRequest.js';
import type { RetryJobResponse as _synod_v1_RetryJobResponse, RetryJobResponse__Output as _synod_v1_RetryJobResponse__Output } from '../../synod/v1/RetryJobResponse.js';
import type { SubmitJobRequest as _synod_v1_SubmitJobRequest, SubmitJobRequest__Output as _synod_v1_SubmitJobRequest__Output } from '../../synod/v1/SubmitJobRequest.js';
import type { SubmitJobResponse as _synod_v1_SubmitJobResponse, SubmitJobResponse__Output as _synod_v1_SubmitJobResponse__Output } from '../../synod/v1/SubmitJobResponse.js';
import type { SubmitJobsRequest as _synod_v1_SubmitJobsRequest, SubmitJobsRequest__Output as _synod_v1_SubmitJobsRequest__Output } from '../../synod/v1/SubmitJobsRequest.js';
import type { SubmitJobsResponse as _synod_v1_SubmitJobsResponse, SubmitJobsResponse__Output as _synod_v1_SubmitJobsResponse__Output } from '../../synod/v1/SubmitJobsResponse.js';
import type { SubmitStreamRequest as _synod_v1_SubmitStreamRequest, SubmitStreamRequest__Output as _synod_v1_SubmitStreamRequest__Output } from '../../synod/v1/SubmitStreamRequest.js';
import type { SubmitStreamResponse as _synod_v1_SubmitStreamResponse, SubmitStreamResponse__Output as _synod_v1_SubmitStreamResponse__Output } from '../../synod/v1/SubmitStreamResponse.js';
import type { WatchEventsRequest as _synod_v1_WatchEventsRequest, WatchEventsRequest__Output as _synod_v1_WatchEventsRequest__Output } from '../../synod/v1/WatchEventsRequest.js';
import type { WatchEventsResponse as _synod_v1_WatchEventsResponse, WatchEventsResponse__Output as _synod_v1_WatchEventsResponse__Output } from '../../synod/v1/WatchEventsResponse.js';

export interface JobServiceClient extends grpc.Client {
  CancelJob(argument: _synod_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _synod_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _synod_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _synod_v1_CancelJobRequest, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _synod_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _synod_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _synod_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _synod_v1_CancelJobRequest, callback: grpc.requestCallback<_synod_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  
  ChangeJob(argument: _synod_v1_ChangeJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  ChangeJob(argument: _synod_v1_ChangeJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  ChangeJob(argument: _synod_v1_ChangeJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  ChangeJob(argument: _synod_v1_ChangeJobRequest, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  changeJob(argument: _synod_v1_ChangeJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  changeJob(argument: _synod_v1_ChangeJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  changeJob(argument: _synod_v1_ChangeJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  changeJob(argument: _synod_v1_ChangeJobRequest, callback: grpc.requestCallback<_synod_v1_ChangeJobResponse__Output>): grpc.ClientUnaryCall;
  
  CheckFence(argument: _synod_v1_CheckFenceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  CheckFence(argument: _synod_v1_CheckFenceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  CheckFence(argument: _synod_v1_CheckFenceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  CheckFence(argument: _synod_v1_CheckFenceRequest, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  checkFence(argument: _synod_v1_CheckFenceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  checkFence(argument: _synod_v1_CheckFenceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  checkFence(argument: _synod_v1_CheckFenceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  checkFence(argument: _synod_v1_CheckFenceRequest, callback: grpc.requestCallback<_synod_v1_CheckFenceResponse__Output>): grpc.ClientUnaryCall;
  
  ExplainJob(argument: _synod_v1_ExplainJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  ExplainJob(argument: _synod_v1_ExplainJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  ExplainJob(argument: _synod_v1_ExplainJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  ExplainJob(argument: _synod_v1_ExplainJobRequest, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  explainJob(argument: _synod_v1_ExplainJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  explainJob(argument: _synod_v1_ExplainJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  explainJob(argument: _synod_v1_ExplainJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  explainJob(argument: _synod_v1_ExplainJobRequest, callback: grpc.requestCallback<_synod_v1_ExplainJobResponse__Output>): grpc.ClientUnaryCall;
  
  GetJob(argument: _synod_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _synod_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _synod_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _synod_v1_GetJobRequest, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _synod_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _synod_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _synod_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _synod_v1_GetJobRequest, callback: grpc.requestCallback<_synod_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  
  GetJobLogs(argument: _synod_v1_GetJobLogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_GetJobLogsResponse__Output>;
  GetJobLogs(argument: _synod_v1_GetJobLogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_GetJobLogsResponse__Output>;
  getJobLogs(argument: _synod_v1_GetJobLogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_GetJobLogsResponse__Output>;
  getJobLogs(argument: _synod_v1_GetJobLogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_GetJobLogsResponse__Output>;
  
  ListJobs(argument: _synod_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _synod_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _synod_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _synod_v1_ListJobsRequest, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _synod_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _synod_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _synod_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _synod_v1_ListJobsRequest, callback: grpc.requestCallback<_synod_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  
  RetryJob(argument: _synod_v1_RetryJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  RetryJob(argument: _synod_v1_RetryJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  RetryJob(argument: _synod_v1_RetryJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  RetryJob(argument: _synod_v1_RetryJobRequest, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _synod_v1_RetryJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _synod_v1_RetryJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _synod_v1_RetryJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  retryJob(argument: _synod_v1_RetryJobRequest, callback: grpc.requestCallback<_synod_v1_RetryJobResponse__Output>): grpc.ClientUnaryCall;
  
  SubmitJob(argument: _synod_v1_SubmitJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _synod_v1_SubmitJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _synod_v1_SubmitJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _synod_v1_SubmitJobRequest, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _synod_v1_SubmitJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _synod_v1_SubmitJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _synod_v1_SubmitJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _synod_v1_SubmitJobRequest, callback: grpc.requestCallback<_synod_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  
  SubmitJobs(argument: _synod_v1_SubmitJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  SubmitJobs(argument: _synod_v1_SubmitJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  SubmitJobs(argument: _synod_v1_SubmitJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  SubmitJobs(argument: _synod_v1_SubmitJobsRequest, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  submitJobs(argument: _synod_v1_SubmitJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  submitJobs(argument: _synod_v1_SubmitJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  submitJobs(argument: _synod_v1_SubmitJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  submitJobs(argument: _synod_v1_SubmitJobsRequest, callback: grpc.requestCallback<_synod_v1_SubmitJobsResponse__Output>): grpc.ClientUnaryCall;
  
  SubmitStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamResponse__Output>;
  SubmitStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamResponse__Output>;
  submitStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamResponse__Output>;
  submitStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamResponse__Output>;
  
  WatchEvents(argument: _synod_v1_WatchEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchEventsResponse__Output>;
  WatchEvents(argument: _synod_v1_WatchEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchEventsResponse__Output>;
  watchEvents(argument: _synod_v1_WatchEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchEventsResponse__Output>;
  watchEvents(argument: _synod_v1_WatchEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchEventsResponse__Output>;
  
}

export interface JobServiceHandlers extends grpc.UntypedServiceImplementation {
  CancelJob: grpc.handleUnaryCall<_synod_v1_CancelJobRequest__Output, _synod_v1_CancelJobResponse>;
  
  ChangeJob: grpc.handleUnaryCall<_synod_v1_ChangeJobRequest__Output, _synod_v1_ChangeJobResponse>;
  
  CheckFence: grpc.handleUnaryCall<_synod_v1_CheckFenceRequest__Output, _synod_v1_CheckFenceResponse>;
  
  ExplainJob: grpc.handleUnaryCall<_synod_v1_ExplainJobRequest__Output, _synod_v1_ExplainJobResponse>;
  
  GetJob: grpc.handleUnaryCall<_synod_v1_GetJobRequest__Output, _synod_v1_GetJobResponse>;
  
  GetJobLogs: grpc.handleServerStreamingCall<_synod_v1_GetJobLogsRequest__Output, _synod_v1_GetJobLogsResponse>;
  
  ListJobs: grpc.handleUnaryCall<_synod_v1_ListJobsRequest__Output, _synod_v1_ListJobsResponse>;
  
  RetryJob: grpc.handleUnaryCall<_synod_v1_RetryJobRequest__Output, _synod_v1_RetryJobResponse>;
  
  SubmitJob: grpc.handleUnaryCall<_synod_v1_SubmitJobRequest__Output, _synod_v1_SubmitJobResponse>;
  
  SubmitJobs: grpc.handleUnaryCall<_synod_v1_SubmitJobsRequest__Output, _synod_v1_SubmitJobsResponse>;
  
  SubmitStream: grpc.handleBidiStreamingCall<_synod_v1_SubmitStreamRequest__Output, _synod_v1_SubmitStreamResponse>;
  
  WatchEvents: grpc.handleServerStreamingCall<_synod_v1_WatchEventsRequest__Output, _synod_v1_WatchEventsResponse>;
  
}

export interface JobServiceDefinition extends grpc.ServiceDefinition {
  CancelJob: MethodDefinition<_synod_v1_CancelJobRequest, _synod_v1_CancelJobResponse, _synod_v1_CancelJobRequest__Output, _synod_v1_CancelJobResponse__Output>
  ChangeJob: MethodDefinition<_synod_v1_ChangeJobRequest, _synod_v1_ChangeJobResponse, _synod_v1_ChangeJobRequest__Output, _synod_v1_ChangeJobResponse__Output>
  CheckFence: MethodDefinition<_synod_v1_CheckFenceRequest, _synod_v1_CheckFenceResponse, _synod_v1_CheckFenceRequest__Output, _synod_v1_CheckFenceResponse__Output>
  ExplainJob: MethodDefinition<_synod_v1_ExplainJobRequest, _synod_v1_ExplainJobResponse, _synod_v1_ExplainJobRequest__Output, _synod_v1_ExplainJobResponse__Output>
  GetJob: MethodDefinition<_synod_v1_GetJobRequest, _synod_v1_GetJobResponse, _synod_v1_GetJobRequest__Output, _synod_v1_GetJobResponse__Output>
  GetJobLogs: MethodDefinition<_synod_v1_GetJobLogsRequest, _synod_v1_GetJobLogsResponse, _synod_v1_GetJobLogsRequest__Output, _synod_v1_GetJobLogsResponse__Output>
  ListJobs: MethodDefinition<_synod_v1_ListJobsRequest, _synod_v1_ListJobsResponse, _synod_v1_ListJobsRequest__Output, _synod_v1_ListJobsResponse__Output>
  RetryJob: MethodDefinition<_synod_v1_RetryJobRequest, _synod_v1_RetryJobResponse, _synod_v1_RetryJobRequest__Output, _synod_v1_RetryJobResponse__Output>
  SubmitJob: MethodDefinition<_synod_v1_SubmitJobRequest, _synod_v1_SubmitJobResponse, _synod_v1_SubmitJobRequest__Output, _synod_v1_SubmitJobResponse__Output>
  SubmitJobs: MethodDefinition<_synod_v1_SubmitJobsRequest, _synod_v1_SubmitJobsResponse, _synod_v1_SubmitJobsRequest__Output, _synod_v1_SubmitJobsResponse__Output>
  SubmitStream: MethodDefinition<_synod_v1_SubmitStreamRequest, _synod_v1_SubmitStreamResponse, _synod_v1_SubmitStreamRequest__Output, _synod_v1_SubmitStreamResponse__Output>
  WatchEvents: MethodDefinition<_synod_v1_WatchEventsRequest, _synod_v1_WatchEventsResponse, _synod_v1_WatchEventsRequest__Output, _synod_v1_WatchEventsResponse__Output>
}
