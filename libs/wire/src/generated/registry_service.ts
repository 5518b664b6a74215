import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { DeregisterNodeRequest as _synod_v1_DeregisterNodeRequest, DeregisterNodeRequest__Output as _synod_v1_DeregisterNodeRequest__Output } from './synod/v1/DeregisterNodeRequest.js';
import type { DeregisterNodeResponse as _synod_v1_DeregisterNodeResponse, DeregisterNodeResponse__Output as _synod_v1_DeregisterNodeResponse__Output } from './synod/v1/DeregisterNodeResponse.js';
import type { ListNodesRequest as _synod_v1_ListNodesRequest, ListNodesRequest__Output as _synod_v1_ListNodesRequest__Output } from './synod/v1/ListNodesRequest.js';
import type { ListNodesResponse as _synod_v1_ListNodesResponse, ListNodesResponse__Output as _synod_v1_ListNodesResponse__Output } from './synod/v1/ListNodesResponse.js';
import type { Node as _synod_v1_Node, Node__Output as _synod_v1_Node__Output } from './synod/v1/Node.js';
import type { RegisterNodeRequest as _synod_v1_RegisterNodeRequest, RegisterNodeRequest__Output as _synod_v1_RegisterNodeRequest__Output } from './synod/v1/RegisterNodeRequest.js';
import type { RegisterNodeResponse as _synod_v1_RegisterNodeResponse, RegisterNodeResponse__Output as _synod_v1_RegisterNodeResponse__Output } from './synod/v1/RegisterNodeResponse.js';
import type { RegistryServiceClient as _synod_v1_RegistryServiceClient, RegistryServiceDefinition as _synod_v1_RegistryServiceDefinition } from './synod/v1/RegistryService.js';
import type { WatchNodesRequest as _synod_v1_WatchNodesRequest, WatchNodesRequest__Output as _synod_v1_WatchNodesRequest__Output } from './synod/v1/WatchNodesRequest.js';
import type { WatchNodesResponse as _synod_v1_WatchNodesResponse, WatchNodesResponse__Output as _synod_v1_WatchNodesResponse__Output } from './synod/v1/WatchNodesResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  synod: {
    v1: {
      DeregisterNodeRequest: MessageTypeDefinition<_synod_v1_DeregisterNodeRequest, _synod_v1_DeregisterNodeRequest__Output>
      DeregisterNodeResponse: MessageTypeDefinition<_synod_v1_DeregisterNodeResponse, _synod_v1_DeregisterNodeResponse__Output>
      ListNodesRequest: MessageTypeDefinition<_synod_v1_ListNodesRequest, _synod_v1_ListNodesRequest__Output>
      ListNodesResponse: MessageTypeDefinition<_synod_v1_ListNodesResponse, _synod_v1_ListNodesResponse__Output>
      Node: MessageTypeDefinition<_synod_v1_Node, _synod_v1_Node__Output>
      NodeKind: EnumTypeDefinition
      RegisterNodeRequest: MessageTypeDefinition<_synod_v1_RegisterNodeRequest, _synod_v1_RegisterNodeRequest__Output>
      RegisterNodeResponse: MessageTypeDefinition<_synod_v1_RegisterNodeResponse, _synod_v1_RegisterNodeResponse__Output>
      RegistryService: SubtypeConstructor<typeof grpc.Client, _synod_v1_RegistryServiceClient> & { service: _synod_v1_RegistryServiceDefinition }
      WatchNodesRequest: MessageTypeDefinition<_synod_v1_WatchNodesRequest, _synod_v1_WatchNodesRequest__Output>
      WatchNodesResponse: MessageTypeDefinition<_synod_v1_WatchNodesResponse, _synod_v1_WatchNodesResponse__Output>
    }
  }
}

