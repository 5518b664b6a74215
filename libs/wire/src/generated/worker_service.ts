import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { GetWorkerRequest as _synod_v1_GetWorkerRequest, GetWorkerRequest__Output as _synod_v1_GetWorkerRequest__Output } from './synod/v1/GetWorkerRequest.js';
import type { GetWorkerResponse as _synod_v1_GetWorkerResponse, GetWorkerResponse__Output as _synod_v1_GetWorkerResponse__Output } from './synod/v1/GetWorkerResponse.js';
import type { ListWorkersRequest as _synod_v1_ListWorkersRequest, ListWorkersRequest__Output as _synod_v1_ListWorkersRequest__Output } from './synod/v1/ListWorkersRequest.js';
import type { ListWorkersResponse as _synod_v1_ListWorkersResponse, ListWorkersResponse__Output as _synod_v1_ListWorkersResponse__Output } from './synod/v1/ListWorkersResponse.js';
import type { SetWorkerSchedulingRequest as _synod_v1_SetWorkerSchedulingRequest, SetWorkerSchedulingRequest__Output as _synod_v1_SetWorkerSchedulingRequest__Output } from './synod/v1/SetWorkerSchedulingRequest.js';
import type { SetWorkerSchedulingResponse as _synod_v1_SetWorkerSchedulingResponse, SetWorkerSchedulingResponse__Output as _synod_v1_SetWorkerSchedulingResponse__Output } from './synod/v1/SetWorkerSchedulingResponse.js';
import type { Worker as _synod_v1_Worker, Worker__Output as _synod_v1_Worker__Output } from './synod/v1/Worker.js';
import type { WorkerLoad as _synod_v1_WorkerLoad, WorkerLoad__Output as _synod_v1_WorkerLoad__Output } from './synod/v1/WorkerLoad.js';
import type { WorkerServiceClient as _synod_v1_WorkerServiceClient, WorkerServiceDefinition as _synod_v1_WorkerServiceDefinition } from './synod/v1/WorkerService.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  synod: {
    v1: {
      GetWorkerRequest: MessageTypeDefinition<_synod_v1_GetWorkerRequest, _synod_v1_GetWorkerRequest__Output>
      GetWorkerResponse: MessageTypeDefinition<_synod_v1_GetWorkerResponse, _synod_v1_GetWorkerResponse__Output>
      ListWorkersRequest: MessageTypeDefinition<_synod_v1_ListWorkersRequest, _synod_v1_ListWorkersRequest__Output>
      ListWorkersResponse: MessageTypeDefinition<_synod_v1_ListWorkersResponse, _synod_v1_ListWorkersResponse__Output>
      SetWorkerSchedulingRequest: MessageTypeDefinition<_synod_v1_SetWorkerSchedulingRequest, _synod_v1_SetWorkerSchedulingRequest__Output>
      SetWorkerSchedulingResponse: MessageTypeDefinition<_synod_v1_SetWorkerSchedulingResponse, _synod_v1_SetWorkerSchedulingResponse__Output>
      Worker: MessageTypeDefinition<_synod_v1_Worker, _synod_v1_Worker__Output>
      WorkerLoad: MessageTypeDefinition<_synod_v1_WorkerLoad, _synod_v1_WorkerLoad__Output>
      WorkerScheduling: EnumTypeDefinition
      WorkerService: SubtypeConstructor<typeof grpc.Client, _synod_v1_WorkerServiceClient> & { service: _synod_v1_WorkerServiceDefinition }
      WorkerState: EnumTypeDefinition
    }
  }
}

