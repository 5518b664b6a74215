// Original file: synod/v1/queue_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetQueueRequest as _synod_v1_GetQueueRequest, GetQueueRequest__Output as _synod_v1_GetQueueRequest__Output } from '../../synod/v1/GetQueueRequest.js';
import type { GetQueueResponse as _synod_v1_GetQueueResponse, GetQueueResponse__Output as _synod_v1_GetQueueResponse__Output } from '../../synod/v1/GetQueueResponse.js';
import type { ListQueuesRequest as _synod_v1_ListQueuesRequest, ListQueuesRequest__Output as _synod_v1_ListQueuesRequest__Output } from '../../synod/v1/ListQueuesRequest.js';
import type { ListQueuesResponse as _synod_v1_ListQueuesResponse, ListQueuesResponse__Output as _synod_v1_ListQueuesResponse__Output } from '../../synod/v1/ListQueuesResponse.js';
import type { PauseQueueRequest as _synod_v1_PauseQueueRequest, PauseQueueRequest__Output as _synod_v1_PauseQueueRequest__Output } from '../../synod/v1/PauseQueueRequest.js';
import type { PauseQueueResponse as _synod_v1_PauseQueueResponse, PauseQueueResponse__Output as _synod_v1_PauseQueueResponse__Output } from '../../synod/v1/PauseQueueResponse.js';
import type { RedriveQueueRequest as _synod_v1_RedriveQueueRequest, RedriveQueueRequest__Output as _synod_v1_RedriveQueueRequest__Output } from '../../synod/v1/RedriveQueueRequest.js';
import type { RedriveQueueResponse as _synod_v1_RedriveQueueResponse, RedriveQueueResponse__Output as _synod_v1_RedriveQueueResponse__Output } from '../../synod/v1/RedriveQueueResponse.js';
import type { ResetQueueRequest as _synod_v1_ResetQueueRequest, ResetQueueRequest__Output as _synod_v1_ResetQueueRequest__Output } from '../../synod/v1/ResetQueueRequest.js';
import type { ResetQueueResponse as _synod_v1_ResetQueueResponse, ResetQueueResponse__Output as _synod_v1_ResetQueueResponse__Output } from '../../synod/v1/ResetQueueResponse.js';
import type { ResumeQueueRequest as _synod_v1_ResumeQueueRequest, ResumeQueueRequest__Output as _synod_v1_ResumeQueueRequest__Output } from '../../synod/v1/ResumeQueueRequest.js';
import type { ResumeQueueResponse as _synod_v1_ResumeQueueResponse, ResumeQueueResponse__Output as _synod_v1_ResumeQueueResponse__Output } from '../../synod/v1/ResumeQueueResponse.js';
import type { SetQueueRequest as _synod_v1_SetQueueRequest, SetQueueRequest__Output as _synod_v1_SetQueueRequest__Output } from '../../synod/v1/SetQueueRequest.js';
import type { SetQueueResponse as _synod_v1_SetQueueResponse, SetQueueResponse__Output as _synod_v1_SetQueueResponse__Output } from '../../synod/v1/SetQueueResponse.js';

export interface QueueServiceClient extends grpc.Client {
  GetQueue(argument: _synod_v1_GetQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  GetQueue(argument: _synod_v1_GetQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  GetQueue(argument: _synod_v1_GetQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  GetQueue(argument: _synod_v1_GetQueueRequest, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  getQueue(argument: _synod_v1_GetQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  getQueue(argument: _synod_v1_GetQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  getQueue(argument: _synod_v1_GetQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  getQueue(argument: _synod_v1_GetQueueRequest, callback: grpc.requestCallback<_synod_v1_GetQueueResponse__Output>): grpc.ClientUnaryCall;
  
  ListQueues(argument: _synod_v1_ListQueuesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  ListQueues(argument: _synod_v1_ListQueuesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  ListQueues(argument: _synod_v1_ListQueuesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  ListQueues(argument: _synod_v1_ListQueuesRequest, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  listQueues(argument: _synod_v1_ListQueuesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  listQueues(argument: _synod_v1_ListQueuesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  listQueues(argument: _synod_v1_ListQueuesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  listQueues(argument: _synod_v1_ListQueuesRequest, callback: grpc.requestCallback<_synod_v1_ListQueuesResponse__Output>): grpc.ClientUnaryCall;
  
  PauseQueue(argument: _synod_v1_PauseQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  PauseQueue(argument: _synod_v1_PauseQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  PauseQueue(argument: _synod_v1_PauseQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  PauseQueue(argument: _synod_v1_PauseQueueRequest, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  pauseQueue(argument: _synod_v1_PauseQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  pauseQueue(argument: _synod_v1_PauseQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  pauseQueue(argument: _synod_v1_PauseQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  pauseQueue(argument: _synod_v1_PauseQueueRequest, callback: grpc.requestCallback<_synod_v1_PauseQueueResponse__Output>): grpc.ClientUnaryCall;
  
  RedriveQueue(argument: _synod_v1_RedriveQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  RedriveQueue(argument: _synod_v1_RedriveQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  RedriveQueue(argument: _synod_v1_RedriveQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  RedriveQueue(argument: _synod_v1_RedriveQueueRequest, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  redriveQueue(argument: _synod_v1_RedriveQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  redriveQueue(argument: _synod_v1_RedriveQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  redriveQueue(argument: _synod_v1_RedriveQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  redriveQueue(argument: _synod_v1_RedriveQueueRequest, callback: grpc.requestCallback<_synod_v1_RedriveQueueResponse__Output>): grpc.ClientUnaryCall;
  
  ResetQueue(argument: _synod_v1_ResetQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  ResetQueue(argument: _synod_v1_ResetQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  ResetQueue(argument: _synod_v1_ResetQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  ResetQueue(argument: _synod_v1_ResetQueueRequest, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  resetQueue(argument: _synod_v1_ResetQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  resetQueue(argument: _synod_v1_ResetQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  resetQueue(argument: _synod_v1_ResetQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  resetQueue(argument: _synod_v1_ResetQueueRequest, callback: grpc.requestCallback<_synod_v1_ResetQueueResponse__Output>): grpc.ClientUnaryCall;
  
  ResumeQueue(argument: _synod_v1_ResumeQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  ResumeQueue(argument: _synod_v1_ResumeQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  ResumeQueue(argument: _synod_v1_ResumeQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  ResumeQueue(argument: _synod_v1_ResumeQueueRequest, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  resumeQueue(argument: _synod_v1_ResumeQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  resumeQueue(argument: _synod_v1_ResumeQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  resumeQueue(argument: _synod_v1_ResumeQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  resumeQueue(argument: _synod_v1_ResumeQueueRequest, callback: grpc.requestCallback<_synod_v1_ResumeQueueResponse__Output>): grpc.ClientUnaryCall;
  
  SetQueue(argument: _synod_v1_SetQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  SetQueue(argument: _synod_v1_SetQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  SetQueue(argument: _synod_v1_SetQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  SetQueue(argument: _synod_v1_SetQueueRequest, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  setQueue(argument: _synod_v1_SetQueueRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  setQueue(argument: _synod_v1_SetQueueRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  setQueue(argument: _synod_v1_SetQueueRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  setQueue(argument: _synod_v1_SetQueueRequest, callback: grpc.requestCallback<_synod_v1_SetQueueResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface QueueServiceHandlers extends grpc.UntypedServiceImplementation {
  GetQueue: grpc.handleUnaryCall<_synod_v1_GetQueueRequest__Output, _synod_v1_GetQueueResponse>;
  
  ListQueues: grpc.handleUnaryCall<_synod_v1_ListQueuesRequest__Output, _synod_v1_ListQueuesResponse>;
  
  PauseQueue: grpc.handleUnaryCall<_synod_v1_PauseQueueRequest__Output, _synod_v1_PauseQueueResponse>;
  
  RedriveQueue: grpc.handleUnaryCall<_synod_v1_RedriveQueueRequest__Output, _synod_v1_RedriveQueueResponse>;
  
  ResetQueue: grpc.handleUnaryCall<_synod_v1_ResetQueueRequest__Output, _synod_v1_ResetQueueResponse>;
  
  ResumeQueue: grpc.handleUnaryCall<_synod_v1_ResumeQueueRequest__Output, _synod_v1_ResumeQueueResponse>;
  
  SetQueue: grpc.handleUnaryCall<_synod_v1_SetQueueRequest__Output, _synod_v1_SetQueueResponse>;
  
}

export interface QueueServiceDefinition extends grpc.ServiceDefinition {
  GetQueue: MethodDefinition<_synod_v1_GetQueueRequest, _synod_v1_GetQueueResponse, _synod_v1_GetQueueRequest__Output, _synod_v1_GetQueueResponse__Output>
  ListQueues: MethodDefinition<_synod_v1_ListQueuesRequest, _synod_v1_ListQueuesResponse, _synod_v1_ListQueuesRequest__Output, _synod_v1_ListQueuesResponse__Output>
  PauseQueue: MethodDefinition<_synod_v1_PauseQueueRequest, _synod_v1_PauseQueueResponse, _synod_v1_PauseQueueRequest__Output, _synod_v1_PauseQueueResponse__Output>
  RedriveQueue: MethodDefinition<_synod_v1_RedriveQueueRequest, _synod_v1_RedriveQueueResponse, _synod_v1_RedriveQueueRequest__Output, _synod_v1_RedriveQueueResponse__Output>
  ResetQueue: MethodDefinition<_synod_v1_ResetQueueRequest, _synod_v1_ResetQueueResponse, _synod_v1_ResetQueueRequest__Output, _synod_v1_ResetQueueResponse__Output>
  ResumeQueue: MethodDefinition<_synod_v1_ResumeQueueRequest, _synod_v1_ResumeQueueResponse, _synod_v1_ResumeQueueRequest__Output, _synod_v1_ResumeQueueResponse__Output>
  SetQueue: MethodDefinition<_synod_v1_SetQueueRequest, _synod_v1_SetQueueResponse, _synod_v1_SetQueueRequest__Output, _synod_v1_SetQueueResponse__Output>
}
