// Original file: synod/v1/placement_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ShowPlacementRequest as _synod_v1_ShowPlacementRequest, ShowPlacementRequest__Output as _synod_v1_ShowPlacementRequest__Output } from '../../synod/v1/ShowPlacementRequest.js';
import type { ShowPlacementResponse as _synod_v1_ShowPlacementResponse, ShowPlacementResponse__Output as _synod_v1_ShowPlacementResponse__Output } from '../../synod/v1/ShowPlacementResponse.js';
import type { SimulatePlacementRequest as _synod_v1_SimulatePlacementRequest, SimulatePlacementRequest__Output as _synod_v1_SimulatePlacementRequest__Output } from '../../synod/v1/SimulatePlacementRequest.js';
import type { SimulatePlacementResponse as _synod_v1_SimulatePlacementResponse, SimulatePlacementResponse__Output as _synod_v1_SimulatePlacementResponse__Output } from '../../synod/v1/SimulatePlacementResponse.js';

export interface PlacementServiceClient extends grpc.Client {
  ShowPlacement(argument: _synod_v1_ShowPlacementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  ShowPlacement(argument: _synod_v1_ShowPlacementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  ShowPlacement(argument: _synod_v1_ShowPlacementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  ShowPlacement(argument: _synod_v1_ShowPlacementRequest, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  showPlacement(argument: _synod_v1_ShowPlacementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  showPlacement(argument: _synod_v1_ShowPlacementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  showPlacement(argument: _synod_v1_ShowPlacementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  showPlacement(argument: _synod_v1_ShowPlacementRequest, callback: grpc.requestCallback<_synod_v1_ShowPlacementResponse__Output>): grpc.ClientUnaryCall;
  
  SimulatePlacement(argument: _synod_v1_SimulatePlacementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  SimulatePlacement(argument: _synod_v1_SimulatePlacementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  SimulatePlacement(argument: _synod_v1_SimulatePlacementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  SimulatePlacement(argument: _synod_v1_SimulatePlacementRequest, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  simulatePlacement(argument: _synod_v1_SimulatePlacementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  simulatePlacement(argument: _synod_v1_SimulatePlacementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  simulatePlacement(argument: _synod_v1_SimulatePlacementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  simulatePlacement(argument: _synod_v1_SimulatePlacementRequest, callback: grpc.requestCallback<_synod_v1_SimulatePlacementResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface PlacementServiceHandlers extends grpc.UntypedServiceImplementation {
  ShowPlacement: grpc.handleUnaryCall<_synod_v1_ShowPlacementRequest__Output, _synod_v1_ShowPlacementResponse>;
  
  SimulatePlacement: grpc.handleUnaryCall<_synod_v1_SimulatePlacementRequest__Output, _synod_v1_SimulatePlacementResponse>;
  
}

export interface PlacementServiceDefinition extends grpc.ServiceDefinition {
  ShowPlacement: MethodDefinition<_synod_v1_ShowPlacementRequest, _synod_v1_ShowPlacementResponse, _synod_v1_ShowPlacementRequest__Output, _synod_v1_ShowPlacementResponse__Output>
  SimulatePlacement: MethodDefinition<_synod_v1_SimulatePlacementRequest, _synod_v1_SimulatePlacementResponse, _synod_v1_SimulatePlacementRequest__Output, _synod_v1_SimulatePlacementResponse__Output>
}
