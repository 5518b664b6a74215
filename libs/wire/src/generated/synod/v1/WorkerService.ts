// Original file: synod/v1/worker_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetWorkerRequest as _synod_v1_GetWorkerRequest, GetWorkerRequest__Output as _synod_v1_GetWorkerRequest__Output } from '../../synod/v1/GetWorkerRequest.js';
import type { GetWorkerResponse as _synod_v1_GetWorkerResponse, GetWorkerResponse__Output as _synod_v1_GetWorkerResponse__Output } from '../../synod/v1/GetWorkerResponse.js';
import type { ListWorkersRequest as _synod_v1_ListWorkersRequest, ListWorkersRequest__Output as _synod_v1_ListWorkersRequest__Output } from '../../synod/v1/ListWorkersRequest.js';
import type { ListWorkersResponse as _synod_v1_ListWorkersResponse, ListWorkersResponse__Output as _synod_v1_ListWorkersResponse__Output } from '../../synod/v1/ListWorkersResponse.js';
import type { SetWorkerSchedulingRequest as _synod_v1_SetWorkerSchedulingRequest, SetWorkerSchedulingRequest__Output as _synod_v1_SetWorkerSchedulingRequest__Output } from '../../synod/v1/SetWorkerSchedulingRequest.js';
import type { SetWorkerSchedulingResponse as _synod_v1_SetWorkerSchedulingResponse, SetWorkerSchedulingResponse__Output as _synod_v1_SetWorkerSchedulingResponse__Output } from '../../synod/v1/SetWorkerSchedulingResponse.js';

export interface WorkerServiceClient extends grpc.Client {
  GetWorker(argument: _synod_v1_GetWorkerRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  GetWorker(argument: _synod_v1_GetWorkerRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  GetWorker(argument: _synod_v1_GetWorkerRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  GetWorker(argument: _synod_v1_GetWorkerRequest, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  getWorker(argument: _synod_v1_GetWorkerRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  getWorker(argument: _synod_v1_GetWorkerRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  getWorker(argument: _synod_v1_GetWorkerRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  getWorker(argument: _synod_v1_GetWorkerRequest, callback: grpc.requestCallback<_synod_v1_GetWorkerResponse__Output>): grpc.ClientUnaryCall;
  
  ListWorkers(argument: _synod_v1_ListWorkersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _synod_v1_ListWorkersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _synod_v1_ListWorkersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _synod_v1_ListWorkersRequest, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _synod_v1_ListWorkersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _synod_v1_ListWorkersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _synod_v1_ListWorkersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _synod_v1_ListWorkersRequest, callback: grpc.requestCallback<_synod_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  
  SetWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  SetWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  SetWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  SetWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  setWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  setWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  setWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  setWorkerScheduling(argument: _synod_v1_SetWorkerSchedulingRequest, callback: grpc.requestCallback<_synod_v1_SetWorkerSchedulingResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface WorkerServiceHandlers extends grpc.UntypedServiceImplementation {
  GetWorker: grpc.handleUnaryCall<_synod_v1_GetWorkerRequest__Output, _synod_v1_GetWorkerResponse>;
  
  ListWorkers: grpc.handleUnaryCall<_synod_v1_ListWorkersRequest__Output, _synod_v1_ListWorkersResponse>;
  
  SetWorkerScheduling: grpc.handleUnaryCall<_synod_v1_SetWorkerSchedulingRequest__Output, _synod_v1_SetWorkerSchedulingResponse>;
  
}

export interface WorkerServiceDefinition extends grpc.ServiceDefinition {
  GetWorker: MethodDefinition<_synod_v1_GetWorkerRequest, _synod_v1_GetWorkerResponse, _synod_v1_GetWorkerRequest__Output, _synod_v1_GetWorkerResponse__Output>
  ListWorkers: MethodDefinition<_synod_v1_ListWorkersRequest, _synod_v1_ListWorkersResponse, _synod_v1_ListWorkersRequest__Output, _synod_v1_ListWorkersResponse__Output>
  SetWorkerScheduling: MethodDefinition<_synod_v1_SetWorkerSchedulingRequest, _synod_v1_SetWorkerSchedulingResponse, _synod_v1_SetWorkerSchedulingRequest__Output, _synod_v1_SetWorkerSchedulingResponse__Output>
}
