// Original file: synod/v1/schedule_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BackfillScheduleRequest as _synod_v1_BackfillScheduleRequest, BackfillScheduleRequest__Output as _synod_v1_BackfillScheduleRequest__Output } from '../../synod/v1/BackfillScheduleRequest.js';
import type { BackfillScheduleResponse as _synod_v1_BackfillScheduleResponse, BackfillScheduleResponse__Output as _synod_v1_BackfillScheduleResponse__Output } from '../../synod/v1/BackfillScheduleResponse.js';
import type { DeleteScheduleRequest as _synod_v1_DeleteScheduleRequest, DeleteScheduleRequest__Output as _synod_v1_DeleteScheduleRequest__Output } from '../../synod/v1/DeleteScheduleRequest.js';
import type { DeleteScheduleResponse as _synod_v1_DeleteScheduleResponse, DeleteScheduleResponse__Output as _synod_v1_DeleteScheduleResponse__Output } from '../../synod/v1/DeleteScheduleResponse.js';
import type { GetScheduleRequest as _synod_v1_GetScheduleRequest, GetScheduleRequest__Output as _synod_v1_GetScheduleRequest__Output } from '../../synod/v1/GetScheduleRequest.js';
import type { GetScheduleResponse as _synod_v1_GetScheduleResponse, GetScheduleResponse__Output as _synod_v1_GetScheduleResponse__Output } from '../../synod/v1/GetScheduleResponse.js';
import type { ListSchedulesRequest as _synod_v1_ListSchedulesRequest, ListSchedulesRequest__Output as _synod_v1_ListSchedulesRequest__Output } from '../../synod/v1/ListSchedulesRequest.js';
import type { ListSchedulesResponse as _synod_v1_ListSchedulesResponse, ListSchedulesResponse__Output as _synod_v1_ListSchedulesResponse__Output } from '../../synod/v1/ListSchedulesResponse.js';
import type { PauseScheduleRequest as _synod_v1_PauseScheduleRequest, PauseScheduleRequest__Output as _synod_v1_PauseScheduleRequest__Output } from '../../synod/v1/PauseScheduleRequest.js';
import type { PauseScheduleResponse as _synod_v1_PauseScheduleResponse, PauseScheduleResponse__Output as _synod_v1_PauseScheduleResponse__Output } from '../../synod/v1/PauseScheduleResponse.js';
import type { PreviewScheduleRequest as _synod_v1_PreviewScheduleRequest, PreviewScheduleRequest__Output as _synod_v1_PreviewScheduleRequest__Output } from '../../synod/v1/PreviewScheduleRequest.js';
import type { PreviewScheduleResponse as _synod_v1_PreviewScheduleResponse, PreviewScheduleResponse__Output as _synod_v1_PreviewScheduleResponse__Output } from '../../synod/v1/PreviewScheduleResponse.js';
import type { ResumeScheduleRequest as _synod_v1_ResumeScheduleRequest, ResumeScheduleRequest__Output as _synod_v1_ResumeScheduleRequest__Output } from '../../synod/v1/ResumeScheduleRequest.js';
import type { ResumeScheduleResponse as _synod_v1_ResumeScheduleResponse, ResumeScheduleResponse__Output as _synod_v1_ResumeScheduleResponse__Output } from '../../synod/v1/ResumeScheduleResponse.js';
import type { SetScheduleRequest as _synod_v1_SetScheduleRequest, SetScheduleRequest__Output as _synod_v1_SetScheduleRequest__Output } from '../../synod/v1/SetScheduleRequest.js';
import type { SetScheduleResponse as _synod_v1_SetScheduleResponse, SetScheduleResponse__Output as _synod_v1_SetScheduleResponse__Output } from '../../synod/v1/SetScheduleResponse.js';
import type { TriggerScheduleRequest as _synod_v1_TriggerScheduleRequest, TriggerScheduleRequest__Output as _synod_v1_TriggerScheduleRequest__Output } from '../../synod/v1/TriggerScheduleRequest.js';
import type { TriggerScheduleResponse as _synod_v1_TriggerScheduleResponse, TriggerScheduleResponse__Output as _synod_v1_TriggerScheduleResponse__Output } from '../../synod/v1/TriggerScheduleResponse.js';

export interface ScheduleServiceClient extends grpc.Client {
  BackfillSchedule(argument: _synod_v1_BackfillScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  BackfillSchedule(argument: _synod_v1_BackfillScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  BackfillSchedule(argument: _synod_v1_BackfillScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  BackfillSchedule(argument: _synod_v1_BackfillScheduleRequest, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  backfillSchedule(argument: _synod_v1_BackfillScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  backfillSchedule(argument: _synod_v1_BackfillScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  backfillSchedule(argument: _synod_v1_BackfillScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  backfillSchedule(argument: _synod_v1_BackfillScheduleRequest, callback: grpc.requestCallback<_synod_v1_BackfillScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  DeleteSchedule(argument: _synod_v1_DeleteScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  DeleteSchedule(argument: _synod_v1_DeleteScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  DeleteSchedule(argument: _synod_v1_DeleteScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  DeleteSchedule(argument: _synod_v1_DeleteScheduleRequest, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  deleteSchedule(argument: _synod_v1_DeleteScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  deleteSchedule(argument: _synod_v1_DeleteScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  deleteSchedule(argument: _synod_v1_DeleteScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  deleteSchedule(argument: _synod_v1_DeleteScheduleRequest, callback: grpc.requestCallback<_synod_v1_DeleteScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  GetSchedule(argument: _synod_v1_GetScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  GetSchedule(argument: _synod_v1_GetScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  GetSchedule(argument: _synod_v1_GetScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  GetSchedule(argument: _synod_v1_GetScheduleRequest, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  getSchedule(argument: _synod_v1_GetScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  getSchedule(argument: _synod_v1_GetScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  getSchedule(argument: _synod_v1_GetScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  getSchedule(argument: _synod_v1_GetScheduleRequest, callback: grpc.requestCallback<_synod_v1_GetScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  ListSchedules(argument: _synod_v1_ListSchedulesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  ListSchedules(argument: _synod_v1_ListSchedulesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  ListSchedules(argument: _synod_v1_ListSchedulesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  ListSchedules(argument: _synod_v1_ListSchedulesRequest, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _synod_v1_ListSchedulesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _synod_v1_ListSchedulesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _synod_v1_ListSchedulesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _synod_v1_ListSchedulesRequest, callback: grpc.requestCallback<_synod_v1_ListSchedulesResponse__Output>): grpc.ClientUnaryCall;
  
  PauseSchedule(argument: _synod_v1_PauseScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  PauseSchedule(argument: _synod_v1_PauseScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  PauseSchedule(argument: _synod_v1_PauseScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  PauseSchedule(argument: _synod_v1_PauseScheduleRequest, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  pauseSchedule(argument: _synod_v1_PauseScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  pauseSchedule(argument: _synod_v1_PauseScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  pauseSchedule(argument: _synod_v1_PauseScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  pauseSchedule(argument: _synod_v1_PauseScheduleRequest, callback: grpc.requestCallback<_synod_v1_PauseScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  PreviewSchedule(argument: _synod_v1_PreviewScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  PreviewSchedule(argument: _synod_v1_PreviewScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  PreviewSchedule(argument: _synod_v1_PreviewScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  PreviewSchedule(argument: _synod_v1_PreviewScheduleRequest, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  previewSchedule(argument: _synod_v1_PreviewScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  previewSchedule(argument: _synod_v1_PreviewScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  previewSchedule(argument: _synod_v1_PreviewScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  previewSchedule(argument: _synod_v1_PreviewScheduleRequest, callback: grpc.requestCallback<_synod_v1_PreviewScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  ResumeSchedule(argument: _synod_v1_ResumeScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  ResumeSchedule(argument: _synod_v1_ResumeScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  ResumeSchedule(argument: _synod_v1_ResumeScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  ResumeSchedule(argument: _synod_v1_ResumeScheduleRequest, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  resumeSchedule(argument: _synod_v1_ResumeScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  resumeSchedule(argument: _synod_v1_ResumeScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  resumeSchedule(argument: _synod_v1_ResumeScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  resumeSchedule(argument: _synod_v1_ResumeScheduleRequest, callback: grpc.requestCallback<_synod_v1_ResumeScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  SetSchedule(argument: _synod_v1_SetScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  SetSchedule(argument: _synod_v1_SetScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  SetSchedule(argument: _synod_v1_SetScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  SetSchedule(argument: _synod_v1_SetScheduleRequest, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  setSchedule(argument: _synod_v1_SetScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  setSchedule(argument: _synod_v1_SetScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  setSchedule(argument: _synod_v1_SetScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  setSchedule(argument: _synod_v1_SetScheduleRequest, callback: grpc.requestCallback<_synod_v1_SetScheduleResponse__Output>): grpc.ClientUnaryCall;
  
  TriggerSchedule(argument: _synod_v1_TriggerScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  TriggerSchedule(argument: _synod_v1_TriggerScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  TriggerSchedule(argument: _synod_v1_TriggerScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  TriggerSchedule(argument: _synod_v1_TriggerScheduleRequest, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  triggerSchedule(argument: _synod_v1_TriggerScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  triggerSchedule(argument: _synod_v1_TriggerScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  triggerSchedule(argument: _synod_v1_TriggerScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  triggerSchedule(argument: _synod_v1_TriggerScheduleRequest, callback: grpc.requestCallback<_synod_v1_TriggerScheduleResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ScheduleServiceHandlers extends grpc.UntypedServiceImplementation {
  BackfillSchedule: grpc.handleUnaryCall<_synod_v1_BackfillScheduleRequest__Output, _synod_v1_BackfillScheduleResponse>;
  
  DeleteSchedule: grpc.handleUnaryCall<_synod_v1_DeleteScheduleRequest__Output, _synod_v1_DeleteScheduleResponse>;
  
  GetSchedule: grpc.handleUnaryCall<_synod_v1_GetScheduleRequest__Output, _synod_v1_GetScheduleResponse>;
  
  ListSchedules: grpc.handleUnaryCall<_synod_v1_ListSchedulesRequest__Output, _synod_v1_ListSchedulesResponse>;
  
  PauseSchedule: grpc.handleUnaryCall<_synod_v1_PauseScheduleRequest__Output, _synod_v1_PauseScheduleResponse>;
  
  PreviewSchedule: grpc.handleUnaryCall<_synod_v1_PreviewScheduleRequest__Output, _synod_v1_PreviewScheduleResponse>;
  
  ResumeSchedule: grpc.handleUnaryCall<_synod_v1_ResumeScheduleRequest__Output, _synod_v1_ResumeScheduleResponse>;
  
  SetSchedule: grpc.handleUnaryCall<_synod_v1_SetScheduleRequest__Output, _synod_v1_SetScheduleResponse>;
  
  TriggerSchedule: grpc.handleUnaryCall<_synod_v1_TriggerScheduleRequest__Output, _synod_v1_TriggerScheduleResponse>;
  
}

export interface ScheduleServiceDefinition extends grpc.ServiceDefinition {
  BackfillSchedule: MethodDefinition<_synod_v1_BackfillScheduleRequest, _synod_v1_BackfillScheduleResponse, _synod_v1_BackfillScheduleRequest__Output, _synod_v1_BackfillScheduleResponse__Output>
  DeleteSchedule: MethodDefinition<_synod_v1_DeleteScheduleRequest, _synod_v1_DeleteScheduleResponse, _synod_v1_DeleteScheduleRequest__Output, _synod_v1_DeleteScheduleResponse__Output>
  GetSchedule: MethodDefinition<_synod_v1_GetScheduleRequest, _synod_v1_GetScheduleResponse, _synod_v1_GetScheduleRequest__Output, _synod_v1_GetScheduleResponse__Output>
  ListSchedules: MethodDefinition<_synod_v1_ListSchedulesRequest, _synod_v1_ListSchedulesResponse, _synod_v1_ListSchedulesRequest__Output, _synod_v1_ListSchedulesResponse__Output>
  PauseSchedule: MethodDefinition<_synod_v1_PauseScheduleRequest, _synod_v1_PauseScheduleResponse, _synod_v1_PauseScheduleRequest__Output, _synod_v1_PauseScheduleResponse__Output>
  PreviewSchedule: MethodDefinition<_synod_v1_PreviewScheduleRequest, _synod_v1_PreviewScheduleResponse, _synod_v1_PreviewScheduleRequest__Output, _synod_v1_PreviewScheduleResponse__Output>
  ResumeSchedule: MethodDefinition<_synod_v1_ResumeScheduleRequest, _synod_v1_ResumeScheduleResponse, _synod_v1_ResumeScheduleRequest__Output, _synod_v1_ResumeScheduleResponse__Output>
  SetSchedule: MethodDefinition<_synod_v1_SetScheduleRequest, _synod_v1_SetScheduleResponse, _synod_v1_SetScheduleRequest__Output, _synod_v1_SetScheduleResponse__Output>
  TriggerSchedule: MethodDefinition<_synod_v1_TriggerScheduleRequest, _synod_v1_TriggerScheduleResponse, _synod_v1_TriggerScheduleRequest__Output, _synod_v1_TriggerScheduleResponse__Output>
}
