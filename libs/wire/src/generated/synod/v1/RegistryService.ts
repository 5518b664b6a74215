// Original file: synod/v1/registry_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DeregisterNodeRequest as _synod_v1_DeregisterNodeRequest, DeregisterNodeRequest__Output as _synod_v1_DeregisterNodeRequest__Output } from '../../synod/v1/DeregisterNodeRequest.js';
import type { DeregisterNodeResponse as _synod_v1_DeregisterNodeResponse, DeregisterNodeResponse__Output as _synod_v1_DeregisterNodeResponse__Output } from '../../synod/v1/DeregisterNodeResponse.js';
import type { ListNodesRequest as _synod_v1_ListNodesRequest, ListNodesRequest__Output as _synod_v1_ListNodesRequest__Output } from '../../synod/v1/ListNodesRequest.js';
import type { ListNodesResponse as _synod_v1_ListNodesResponse, ListNodesResponse__Output as _synod_v1_ListNodesResponse__Output } from '../../synod/v1/ListNodesResponse.js';
import type { RegisterNodeRequest as _synod_v1_RegisterNodeRequest, RegisterNodeRequest__Output as _synod_v1_RegisterNodeRequest__Output } from '../../synod/v1/RegisterNodeRequest.js';
import type { RegisterNodeResponse as _synod_v1_RegisterNodeResponse, RegisterNodeResponse__Output as _synod_v1_RegisterNodeResponse__Output } from '../../synod/v1/RegisterNodeResponse.js';
import type { WatchNodesRequest as _synod_v1_WatchNodesRequest, WatchNodesRequest__Output as _synod_v1_WatchNodesRequest__Output } from '../../synod/v1/WatchNodesRequest.js';
import type { WatchNodesResponse as _synod_v1_WatchNodesResponse, WatchNodesResponse__Output as _synod_v1_WatchNodesResponse__Output } from '../../synod/v1/WatchNodesResponse.js';

export interface RegistryServiceClient extends grpc.Client {
  DeregisterNode(argument: _synod_v1_DeregisterNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  DeregisterNode(argument: _synod_v1_DeregisterNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  DeregisterNode(argument: _synod_v1_DeregisterNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  DeregisterNode(argument: _synod_v1_DeregisterNodeRequest, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  deregisterNode(argument: _synod_v1_DeregisterNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  deregisterNode(argument: _synod_v1_DeregisterNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  deregisterNode(argument: _synod_v1_DeregisterNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  deregisterNode(argument: _synod_v1_DeregisterNodeRequest, callback: grpc.requestCallback<_synod_v1_DeregisterNodeResponse__Output>): grpc.ClientUnaryCall;
  
  ListNodes(argument: _synod_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _synod_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _synod_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _synod_v1_ListNodesRequest, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _synod_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _synod_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _synod_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _synod_v1_ListNodesRequest, callback: grpc.requestCallback<_synod_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  
  RegisterNode(argument: _synod_v1_RegisterNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  RegisterNode(argument: _synod_v1_RegisterNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  RegisterNode(argument: _synod_v1_RegisterNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  RegisterNode(argument: _synod_v1_RegisterNodeRequest, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  registerNode(argument: _synod_v1_RegisterNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  registerNode(argument: _synod_v1_RegisterNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  registerNode(argument: _synod_v1_RegisterNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  registerNode(argument: _synod_v1_RegisterNodeRequest, callback: grpc.requestCallback<_synod_v1_RegisterNodeResponse__Output>): grpc.ClientUnaryCall;
  
  WatchNodes(argument: _synod_v1_WatchNodesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchNodesResponse__Output>;
  WatchNodes(argument: _synod_v1_WatchNodesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchNodesResponse__Output>;
  watchNodes(argument: _synod_v1_WatchNodesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchNodesResponse__Output>;
  watchNodes(argument: _synod_v1_WatchNodesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_WatchNodesResponse__Output>;
  
}

export interface RegistryServiceHandlers extends grpc.UntypedServiceImplementation {
  DeregisterNode: grpc.handleUnaryCall<_synod_v1_DeregisterNodeRequest__Output, _synod_v1_DeregisterNodeResponse>;
  
  ListNodes: grpc.handleUnaryCall<_synod_v1_ListNodesRequest__Output, _synod_v1_ListNodesResponse>;
  
  RegisterNode: grpc.handleUnaryCall<_synod_v1_RegisterNodeRequest__Output, _synod_v1_RegisterNodeResponse>;
  
  WatchNodes: grpc.handleServerStreamingCall<_synod_v1_WatchNodesRequest__Output, _synod_v1_WatchNodesResponse>;
  
}

export interface RegistryServiceDefinition extends grpc.ServiceDefinition {
  DeregisterNode: MethodDefinition<_synod_v1_DeregisterNodeRequest, _synod_v1_DeregisterNodeResponse, _synod_v1_DeregisterNodeRequest__Output, _synod_v1_DeregisterNodeResponse__Output>
  ListNodes: MethodDefinition<_synod_v1_ListNodesRequest, _synod_v1_ListNodesResponse, _synod_v1_ListNodesRequest__Output, _synod_v1_ListNodesResponse__Output>
  RegisterNode: MethodDefinition<_synod_v1_RegisterNodeRequest, _synod_v1_RegisterNodeResponse, _synod_v1_RegisterNodeRequest__Output, _synod_v1_RegisterNodeResponse__Output>
  WatchNodes: MethodDefinition<_synod_v1_WatchNodesRequest, _synod_v1_WatchNodesResponse, _synod_v1_WatchNodesRequest__Output, _synod_v1_WatchNodesResponse__Output>
}
