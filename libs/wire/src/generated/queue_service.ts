import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from './synod/v1/Attempt.js';
import type { Event as _synod_v1_Event, Event__Output as _synod_v1_Event__Output } from './synod/v1/Event.js';
import type { ExecLimits as _synod_v1_ExecLimits, ExecLimits__Output as _synod_v1_ExecLimits__Output } from './synod/v1/ExecLimits.js';
import type { ExecTask as _synod_v1_ExecTask, ExecTask__Output as _synod_v1_ExecTask__Output } from './synod/v1/ExecTask.js';
import type { GetQueueRequest as _synod_v1_GetQueueRequest, GetQueueRequest__Output as _synod_v1_GetQueueRequest__Output } from './synod/v1/GetQueueRequest.js';
import type { GetQueueResponse as _synod_v1_GetQueueResponse, GetQueueResponse__Output as _synod_v1_GetQueueResponse__Output } from './synod/v1/GetQueueResponse.js';
import type { HandlerTask as _synod_v1_HandlerTask, HandlerTask__Output as _synod_v1_HandlerTask__Output } from './synod/v1/HandlerTask.js';
import type { HttpTask as _synod_v1_HttpTask, HttpTask__Output as _synod_v1_HttpTask__Output } from './synod/v1/HttpTask.js';
import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from './synod/v1/Job.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from './synod/v1/JobSpec.js';
import type { ListQueuesRequest as _synod_v1_ListQueuesRequest, ListQueuesRequest__Output as _synod_v1_ListQueuesRequest__Output } from './synod/v1/ListQueuesRequest.js';
import type { ListQueuesResponse as _synod_v1_ListQueuesResponse, ListQueuesResponse__Output as _synod_v1_ListQueuesResponse__Output } from './synod/v1/ListQueuesResponse.js';
import type { PauseQueueRequest as _synod_v1_PauseQueueRequest, PauseQueueRequest__Output as _synod_v1_PauseQueueRequest__Output } from './synod/v1/PauseQueueRequest.js';
import type { PauseQueueResponse as _synod_v1_PauseQueueResponse, PauseQueueResponse__Output as _synod_v1_PauseQueueResponse__Output } from './synod/v1/PauseQueueResponse.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from './synod/v1/PlacementOptions.js';
import type { Queue as _synod_v1_Queue, Queue__Output as _synod_v1_Queue__Output } from './synod/v1/Queue.js';
import type { QueueServiceClient as _synod_v1_QueueServiceClient, QueueServiceDefinition as _synod_v1_QueueServiceDefinition } from './synod/v1/QueueService.js';
import type { QueueSettings as _synod_v1_QueueSettings, QueueSettings__Output as _synod_v1_QueueSettings__Output } from './synod/v1/QueueSettings.js';
import type { RateLimit as _synod_v1_RateLimit, RateLimit__Output as _synod_v1_RateLimit__Output } from './synod/v1/RateLimit.js';
import type { RedriveQueueRequest as _synod_v1_RedriveQueueRequest, RedriveQueueRequest__Output as _synod_v1_RedriveQueueRequest__Output } from './synod/v1/RedriveQueueRequest.js';
import type { RedriveQueueResponse as _synod_v1_RedriveQueueResponse, RedriveQueueResponse__Output as _synod_v1_RedriveQueueResponse__Output } from './synod/v1/RedriveQueueResponse.js';
import type { ResetQueueRequest as _synod_v1_ResetQueueRequest, ResetQueueRequest__Output as _synod_v1_ResetQueueRequest__Output } from './synod/v1/ResetQueueRequest.js';
import type { ResetQueueResponse as _synod_v1_ResetQueueResponse, ResetQueueResponse__Output as _synod_v1_ResetQueueResponse__Output } from './synod/v1/ResetQueueResponse.js';
import type { ResumeQueueRequest as _synod_v1_ResumeQueueRequest, ResumeQueueRequest__Output as _synod_v1_ResumeQueueRequest__Output } from './synod/v1/ResumeQueueRequest.js';
import type { ResumeQueueResponse as _synod_v1_ResumeQueueResponse, ResumeQueueResponse__Output as _synod_v1_ResumeQueueResponse__Output } from './synod/v1/ResumeQueueResponse.js';
import type { RetryPolicy as _synod_v1_RetryPolicy, RetryPolicy__Output as _synod_v1_RetryPolicy__Output } from './synod/v1/RetryPolicy.js';
import type { SetQueueRequest as _synod_v1_SetQueueRequest, SetQueueRequest__Output as _synod_v1_SetQueueRequest__Output } from './synod/v1/SetQueueRequest.js';
import type { SetQueueResponse as _synod_v1_SetQueueResponse, SetQueueResponse__Output as _synod_v1_SetQueueResponse__Output } from './synod/v1/SetQueueResponse.js';
import type { StatusRange as _synod_v1_StatusRange, StatusRange__Output as _synod_v1_StatusRange__Output } from './synod/v1/StatusRange.js';
import type { Ulimit as _synod_v1_Ulimit, Ulimit__Output as _synod_v1_Ulimit__Output } from './synod/v1/Ulimit.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  synod: {
    v1: {
      Attempt: MessageTypeDefinition<_synod_v1_Attempt, _synod_v1_Attempt__Output>
      AttemptState: EnumTypeDefinition
      Backoff: EnumTypeDefinition
      Event: MessageTypeDefinition<_synod_v1_Event, _synod_v1_Event__Output>
      ExecLimits: MessageTypeDefinition<_synod_v1_ExecLimits, _synod_v1_ExecLimits__Output>
      ExecTask: MessageTypeDefinition<_synod_v1_ExecTask, _synod_v1_ExecTask__Output>
      ExecutionMode: EnumTypeDefinition
      GetQueueRequest: MessageTypeDefinition<_synod_v1_GetQueueRequest, _synod_v1_GetQueueRequest__Output>
      GetQueueResponse: MessageTypeDefinition<_synod_v1_GetQueueResponse, _synod_v1_GetQueueResponse__Output>
      HandlerTask: MessageTypeDefinition<_synod_v1_HandlerTask, _synod_v1_HandlerTask__Output>
      HttpTask: MessageTypeDefinition<_synod_v1_HttpTask, _synod_v1_HttpTask__Output>
      Job: MessageTypeDefinition<_synod_v1_Job, _synod_v1_Job__Output>
      JobSpec: MessageTypeDefinition<_synod_v1_JobSpec, _synod_v1_JobSpec__Output>
      JobState: EnumTypeDefinition
      LimitsPolicy: EnumTypeDefinition
      ListQueuesRequest: MessageTypeDefinition<_synod_v1_ListQueuesRequest, _synod_v1_ListQueuesRequest__Output>
      ListQueuesResponse: MessageTypeDefinition<_synod_v1_ListQueuesResponse, _synod_v1_ListQueuesResponse__Output>
      PauseQueueRequest: MessageTypeDefinition<_synod_v1_PauseQueueRequest, _synod_v1_PauseQueueRequest__Output>
      PauseQueueResponse: MessageTypeDefinition<_synod_v1_PauseQueueResponse, _synod_v1_PauseQueueResponse__Output>
      PlacementOptions: MessageTypeDefinition<_synod_v1_PlacementOptions, _synod_v1_PlacementOptions__Output>
      PlacementPolicy: EnumTypeDefinition
      Queue: MessageTypeDefinition<_synod_v1_Queue, _synod_v1_Queue__Output>
      QueueService: SubtypeConstructor<typeof grpc.Client, _synod_v1_QueueServiceClient> & { service: _synod_v1_QueueServiceDefinition }
      QueueSettings: MessageTypeDefinition<_synod_v1_QueueSettings, _synod_v1_QueueSettings__Output>
      RateLimit: MessageTypeDefinition<_synod_v1_RateLimit, _synod_v1_RateLimit__Output>
      RedriveQueueRequest: MessageTypeDefinition<_synod_v1_RedriveQueueRequest, _synod_v1_RedriveQueueRequest__Output>
      RedriveQueueResponse: MessageTypeDefinition<_synod_v1_RedriveQueueResponse, _synod_v1_RedriveQueueResponse__Output>
      ResetQueueRequest: MessageTypeDefinition<_synod_v1_ResetQueueRequest, _synod_v1_ResetQueueRequest__Output>
      ResetQueueResponse: MessageTypeDefinition<_synod_v1_ResetQueueResponse, _synod_v1_ResetQueueResponse__Output>
      ResumeQueueRequest: MessageTypeDefinition<_synod_v1_ResumeQueueRequest, _synod_v1_ResumeQueueRequest__Output>
      ResumeQueueResponse: MessageTypeDefinition<_synod_v1_ResumeQueueResponse, _synod_v1_ResumeQueueResponse__Output>
      RetryPolicy: MessageTypeDefinition<_synod_v1_RetryPolicy, _synod_v1_RetryPolicy__Output>
      SetQueueRequest: MessageTypeDefinition<_synod_v1_SetQueueRequest, _synod_v1_SetQueueRequest__Output>
      SetQueueResponse: MessageTypeDefinition<_synod_v1_SetQueueResponse, _synod_v1_SetQueueResponse__Output>
      StatusRange: MessageTypeDefinition<_synod_v1_StatusRange, _synod_v1_StatusRange__Output>
      Ulimit: MessageTypeDefinition<_synod_v1_Ulimit, _synod_v1_Ulimit__Output>
      WaitReason: EnumTypeDefinition
    }
  }
}

