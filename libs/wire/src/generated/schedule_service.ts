import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from './synod/v1/Attempt.js';
import type { BackfillScheduleRequest as _synod_v1_BackfillScheduleRequest, BackfillScheduleRequest__Output as _synod_v1_BackfillScheduleRequest__Output } from './synod/v1/BackfillScheduleRequest.js';
import type { BackfillScheduleResponse as _synod_v1_BackfillScheduleResponse, BackfillScheduleResponse__Output as _synod_v1_BackfillScheduleResponse__Output } from './synod/v1/BackfillScheduleResponse.js';
import type { CronTiming as _synod_v1_CronTiming, CronTiming__Output as _synod_v1_CronTiming__Output } from './synod/v1/CronTiming.js';
import type { DeleteScheduleRequest as _synod_v1_DeleteScheduleRequest, DeleteScheduleRequest__Output as _synod_v1_DeleteScheduleRequest__Output } from './synod/v1/DeleteScheduleRequest.js';
import type { DeleteScheduleResponse as _synod_v1_DeleteScheduleResponse, DeleteScheduleResponse__Output as _synod_v1_DeleteScheduleResponse__Output } from './synod/v1/DeleteScheduleResponse.js';
import type { Event as _synod_v1_Event, Event__Output as _synod_v1_Event__Output } from './synod/v1/Event.js';
import type { ExecLimits as _synod_v1_ExecLimits, ExecLimits__Output as _synod_v1_ExecLimits__Output } from './synod/v1/ExecLimits.js';
import type { ExecTask as _synod_v1_ExecTask, ExecTask__Output as _synod_v1_ExecTask__Output } from './synod/v1/ExecTask.js';
import type { FiringDecision as _synod_v1_FiringDecision, FiringDecision__Output as _synod_v1_FiringDecision__Output } from './synod/v1/FiringDecision.js';
import type { GetScheduleRequest as _synod_v1_GetScheduleRequest, GetScheduleRequest__Output as _synod_v1_GetScheduleRequest__Output } from './synod/v1/GetScheduleRequest.js';
import type { GetScheduleResponse as _synod_v1_GetScheduleResponse, GetScheduleResponse__Output as _synod_v1_GetScheduleResponse__Output } from './synod/v1/GetScheduleResponse.js';
import type { HandlerTask as _synod_v1_HandlerTask, HandlerTask__Output as _synod_v1_HandlerTask__Output } from './synod/v1/HandlerTask.js';
import type { HttpTask as _synod_v1_HttpTask, HttpTask__Output as _synod_v1_HttpTask__Output } from './synod/v1/HttpTask.js';
import type { IntervalTiming as _synod_v1_IntervalTiming, IntervalTiming__Output as _synod_v1_IntervalTiming__Output } from './synod/v1/IntervalTiming.js';
import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from './synod/v1/Job.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from './synod/v1/JobSpec.js';
import type { ListSchedulesRequest as _synod_v1_ListSchedulesRequest, ListSchedulesRequest__Output as _synod_v1_ListSchedulesRequest__Output } from './synod/v1/ListSchedulesRequest.js';
import type { ListSchedulesResponse as _synod_v1_ListSchedulesResponse, ListSchedulesResponse__Output as _synod_v1_ListSchedulesResponse__Output } from './synod/v1/ListSchedulesResponse.js';
import type { PauseScheduleRequest as _synod_v1_PauseScheduleRequest, PauseScheduleRequest__Output as _synod_v1_PauseScheduleRequest__Output } from './synod/v1/PauseScheduleRequest.js';
import type { PauseScheduleResponse as _synod_v1_PauseScheduleResponse, PauseScheduleResponse__Output as _synod_v1_PauseScheduleResponse__Output } from './synod/v1/PauseScheduleResponse.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from './synod/v1/PlacementOptions.js';
import type { PreviewScheduleRequest as _synod_v1_PreviewScheduleRequest, PreviewScheduleRequest__Output as _synod_v1_PreviewScheduleRequest__Output } from './synod/v1/PreviewScheduleRequest.js';
import type { PreviewScheduleResponse as _synod_v1_PreviewScheduleResponse, PreviewScheduleResponse__Output as _synod_v1_PreviewScheduleResponse__Output } from './synod/v1/PreviewScheduleResponse.js';
import type { ResumeScheduleRequest as _synod_v1_ResumeScheduleRequest, ResumeScheduleRequest__Output as _synod_v1_ResumeScheduleRequest__Output } from './synod/v1/ResumeScheduleRequest.js';
import type { ResumeScheduleResponse as _synod_v1_ResumeScheduleResponse, ResumeScheduleResponse__Output as _synod_v1_ResumeScheduleResponse__Output } from './synod/v1/ResumeScheduleResponse.js';
import type { RetryPolicy as _synod_v1_RetryPolicy, RetryPolicy__Output as _synod_v1_RetryPolicy__Output } from './synod/v1/RetryPolicy.js';
import type { Schedule as _synod_v1_Schedule, Schedule__Output as _synod_v1_Schedule__Output } from './synod/v1/Schedule.js';
import type { ScheduleServiceClient as _synod_v1_ScheduleServiceClient, ScheduleServiceDefinition as _synod_v1_ScheduleServiceDefinition } from './synod/v1/ScheduleService.js';
import type { ScheduleSpec as _synod_v1_ScheduleSpec, ScheduleSpec__Output as _synod_v1_ScheduleSpec__Output } from './synod/v1/ScheduleSpec.js';
import type { SetScheduleRequest as _synod_v1_SetScheduleRequest, SetScheduleRequest__Output as _synod_v1_SetScheduleRequest__Output } from './synod/v1/SetScheduleRequest.js';
import type { SetScheduleResponse as _synod_v1_SetScheduleResponse, SetScheduleResponse__Output as _synod_v1_SetScheduleResponse__Output } from './synod/v1/SetScheduleResponse.js';
import type { StatusRange as _synod_v1_StatusRange, StatusRange__Output as _synod_v1_StatusRange__Output } from './synod/v1/StatusRange.js';
import type { Timing as _synod_v1_Timing, Timing__Output as _synod_v1_Timing__Output } from './synod/v1/Timing.js';
import type { TriggerScheduleRequest as _synod_v1_TriggerScheduleRequest, TriggerScheduleRequest__Output as _synod_v1_TriggerScheduleRequest__Output } from './synod/v1/TriggerScheduleRequest.js';
import type { TriggerScheduleResponse as _synod_v1_TriggerScheduleResponse, TriggerScheduleResponse__Output as _synod_v1_TriggerScheduleResponse__Output } from './synod/v1/TriggerScheduleResponse.js';
import type { Ulimit as _synod_v1_Ulimit, Ulimit__Output as _synod_v1_Ulimit__Output } from './synod/v1/Ulimit.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  synod: {
    v1: {
      Attempt: MessageTypeDefinition<_synod_v1_Attempt, _synod_v1_Attempt__Output>
      AttemptState: EnumTypeDefinition
      BackfillScheduleRequest: MessageTypeDefinition<_synod_v1_BackfillScheduleRequest, _synod_v1_BackfillScheduleRequest__Output>
      BackfillScheduleResponse: MessageTypeDefinition<_synod_v1_BackfillScheduleResponse, _synod_v1_BackfillScheduleResponse__Output>
      Backoff: EnumTypeDefinition
      CatchUpPolicy: EnumTypeDefinition
      CronTiming: MessageTypeDefinition<_synod_v1_CronTiming, _synod_v1_CronTiming__Output>
      DeleteScheduleRequest: MessageTypeDefinition<_synod_v1_DeleteScheduleRequest, _synod_v1_DeleteScheduleRequest__Output>
      DeleteScheduleResponse: MessageTypeDefinition<_synod_v1_DeleteScheduleResponse, _synod_v1_DeleteScheduleResponse__Output>
      DstRule: EnumTypeDefinition
      Event: MessageTypeDefinition<_synod_v1_Event, _synod_v1_Event__Output>
      ExecLimits: MessageTypeDefinition<_synod_v1_ExecLimits, _synod_v1_ExecLimits__Output>
      ExecTask: MessageTypeDefinition<_synod_v1_ExecTask, _synod_v1_ExecTask__Output>
      ExecutionMode: EnumTypeDefinition
      FiringDecision: MessageTypeDefinition<_synod_v1_FiringDecision, _synod_v1_FiringDecision__Output>
      FiringOrigin: EnumTypeDefinition
      FiringOutcome: EnumTypeDefinition
      GetScheduleRequest: MessageTypeDefinition<_synod_v1_GetScheduleRequest, _synod_v1_GetScheduleRequest__Output>
      GetScheduleResponse: MessageTypeDefinition<_synod_v1_GetScheduleResponse, _synod_v1_GetScheduleResponse__Output>
      HandlerTask: MessageTypeDefinition<_synod_v1_HandlerTask, _synod_v1_HandlerTask__Output>
      HttpTask: MessageTypeDefinition<_synod_v1_HttpTask, _synod_v1_HttpTask__Output>
      IntervalTiming: MessageTypeDefinition<_synod_v1_IntervalTiming, _synod_v1_IntervalTiming__Output>
      Job: MessageTypeDefinition<_synod_v1_Job, _synod_v1_Job__Output>
      JobSpec: MessageTypeDefinition<_synod_v1_JobSpec, _synod_v1_JobSpec__Output>
      JobState: EnumTypeDefinition
      LimitsPolicy: EnumTypeDefinition
      ListSchedulesRequest: MessageTypeDefinition<_synod_v1_ListSchedulesRequest, _synod_v1_ListSchedulesRequest__Output>
      ListSchedulesResponse: MessageTypeDefinition<_synod_v1_ListSchedulesResponse, _synod_v1_ListSchedulesResponse__Output>
      OverlapPolicy: EnumTypeDefinition
      PauseScheduleRequest: MessageTypeDefinition<_synod_v1_PauseScheduleRequest, _synod_v1_PauseScheduleRequest__Output>
      PauseScheduleResponse: MessageTypeDefinition<_synod_v1_PauseScheduleResponse, _synod_v1_PauseScheduleResponse__Output>
      PlacementOptions: MessageTypeDefinition<_synod_v1_PlacementOptions, _synod_v1_PlacementOptions__Output>
      PlacementPolicy: EnumTypeDefinition
      PreviewScheduleRequest: MessageTypeDefinition<_synod_v1_PreviewScheduleRequest, _synod_v1_PreviewScheduleRequest__Output>
      PreviewScheduleResponse: MessageTypeDefinition<_synod_v1_PreviewScheduleResponse, _synod_v1_PreviewScheduleResponse__Output>
      ResumeScheduleRequest: MessageTypeDefinition<_synod_v1_ResumeScheduleRequest, _synod_v1_ResumeScheduleRequest__Output>
      ResumeScheduleResponse: MessageTypeDefinition<_synod_v1_ResumeScheduleResponse, _synod_v1_ResumeScheduleResponse__Output>
      RetryPolicy: MessageTypeDefinition<_synod_v1_RetryPolicy, _synod_v1_RetryPolicy__Output>
      Schedule: MessageTypeDefinition<_synod_v1_Schedule, _synod_v1_Schedule__Output>
      ScheduleService: SubtypeConstructor<typeof grpc.Client, _synod_v1_ScheduleServiceClient> & { service: _synod_v1_ScheduleServiceDefinition }
      ScheduleSpec: MessageTypeDefinition<_synod_v1_ScheduleSpec, _synod_v1_ScheduleSpec__Output>
      SetScheduleRequest: MessageTypeDefinition<_synod_v1_SetScheduleRequest, _synod_v1_SetScheduleRequest__Output>
      SetScheduleResponse: MessageTypeDefinition<_synod_v1_SetScheduleResponse, _synod_v1_SetScheduleResponse__Output>
      StatusRange: MessageTypeDefinition<_synod_v1_StatusRange, _synod_v1_StatusRange__Output>
      Timing: MessageTypeDefinition<_synod_v1_Timing, _synod_v1_Timing__Output>
      TriggerScheduleRequest: MessageTypeDefinition<_synod_v1_TriggerScheduleRequest, _synod_v1_TriggerScheduleRequest__Output>
      TriggerScheduleResponse: MessageTypeDefinition<_synod_v1_TriggerScheduleResponse, _synod_v1_TriggerScheduleResponse__Output>
      Ulimit: MessageTypeDefinition<_synod_v1_Ulimit, _synod_v1_Ulimit__Output>
      WaitReason: EnumTypeDefinition
    }
  }
}

