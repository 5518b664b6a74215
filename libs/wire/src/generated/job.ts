import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from './synod/v1/Attempt.js';
import type { Event as _synod_v1_Event, Event__Output as _synod_v1_Event__Output } from './synod/v1/Event.js';
import type { ExecLimits as _synod_v1_ExecLimits, ExecLimits__Output as _synod_v1_ExecLimits__Output } from './synod/v1/ExecLimits.js';
import type { ExecTask as _synod_v1_ExecTask, ExecTask__Output as _synod_v1_ExecTask__Output } from './synod/v1/ExecTask.js';
import type { HandlerTask as _synod_v1_HandlerTask, HandlerTask__Output as _synod_v1_HandlerTask__Output } from './synod/v1/HandlerTask.js';
import type { HttpTask as _synod_v1_HttpTask, HttpTask__Output as _synod_v1_HttpTask__Output } from './synod/v1/HttpTask.js';
import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from './synod/v1/Job.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from './synod/v1/JobSpec.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from './synod/v1/PlacementOptions.js';
import type { RetryPolicy as _synod_v1_RetryPolicy, RetryPolicy__Output as _synod_v1_RetryPolicy__Output } from './synod/v1/RetryPolicy.js';
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
      HandlerTask: MessageTypeDefinition<_synod_v1_HandlerTask, _synod_v1_HandlerTask__Output>
      HttpTask: MessageTypeDefinition<_synod_v1_HttpTask, _synod_v1_HttpTask__Output>
      Job: MessageTypeDefinition<_synod_v1_Job, _synod_v1_Job__Output>
      JobSpec: MessageTypeDefinition<_synod_v1_JobSpec, _synod_v1_JobSpec__Output>
      JobState: EnumTypeDefinition
      LimitsPolicy: EnumTypeDefinition
      PlacementOptions: MessageTypeDefinition<_synod_v1_PlacementOptions, _synod_v1_PlacementOptions__Output>
      PlacementPolicy: EnumTypeDefinition
      RetryPolicy: MessageTypeDefinition<_synod_v1_RetryPolicy, _synod_v1_RetryPolicy__Output>
      StatusRange: MessageTypeDefinition<_synod_v1_StatusRange, _synod_v1_StatusRange__Output>
      Ulimit: MessageTypeDefinition<_synod_v1_Ulimit, _synod_v1_Ulimit__Output>
      WaitReason: EnumTypeDefinition
    }
  }
}

