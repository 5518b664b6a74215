// Original file: synod/v1/cluster_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetClusterStatusRequest as _synod_v1_GetClusterStatusRequest, GetClusterStatusRequest__Output as _synod_v1_GetClusterStatusRequest__Output } from '../../synod/v1/GetClusterStatusRequest.js';
import type { GetClusterStatusResponse as _synod_v1_GetClusterStatusResponse, GetClusterStatusResponse__Output as _synod_v1_GetClusterStatusResponse__Output } from '../../synod/v1/GetClusterStatusResponse.js';
import type { GetMemberStatusRequest as _synod_v1_GetMemberStatusRequest, GetMemberStatusRequest__Output as _synod_v1_GetMemberStatusRequest__Output } from '../../synod/v1/GetMemberStatusRequest.js';
import type { GetMemberStatusResponse as _synod_v1_GetMemberStatusResponse, GetMemberStatusResponse__Output as _synod_v1_GetMemberStatusResponse__Output } from '../../synod/v1/GetMemberStatusResponse.js';
import type { TransferLeadershipRequest as _synod_v1_TransferLeadershipRequest, TransferLeadershipRequest__Output as _synod_v1_TransferLeadershipRequest__Output } from '../../synod/v1/TransferLeadershipRequest.js';
import type { TransferLeadershipResponse as _synod_v1_TransferLeadershipResponse, TransferLeadershipResponse__Output as _synod_v1_TransferLeadershipResponse__Output } from '../../synod/v1/TransferLeadershipResponse.js';

export interface ClusterServiceClient extends grpc.Client {
  GetClusterStatus(argument: _synod_v1_GetClusterStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  GetClusterStatus(argument: _synod_v1_GetClusterStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  GetClusterStatus(argument: _synod_v1_GetClusterStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  GetClusterStatus(argument: _synod_v1_GetClusterStatusRequest, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  getClusterStatus(argument: _synod_v1_GetClusterStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  getClusterStatus(argument: _synod_v1_GetClusterStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  getClusterStatus(argument: _synod_v1_GetClusterStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  getClusterStatus(argument: _synod_v1_GetClusterStatusRequest, callback: grpc.requestCallback<_synod_v1_GetClusterStatusResponse__Output>): grpc.ClientUnaryCall;
  
  GetMemberStatus(argument: _synod_v1_GetMemberStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  GetMemberStatus(argument: _synod_v1_GetMemberStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  GetMemberStatus(argument: _synod_v1_GetMemberStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  GetMemberStatus(argument: _synod_v1_GetMemberStatusRequest, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  getMemberStatus(argument: _synod_v1_GetMemberStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  getMemberStatus(argument: _synod_v1_GetMemberStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  getMemberStatus(argument: _synod_v1_GetMemberStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  getMemberStatus(argument: _synod_v1_GetMemberStatusRequest, callback: grpc.requestCallback<_synod_v1_GetMemberStatusResponse__Output>): grpc.ClientUnaryCall;
  
  TransferLeadership(argument: _synod_v1_TransferLeadershipRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  TransferLeadership(argument: _synod_v1_TransferLeadershipRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  TransferLeadership(argument: _synod_v1_TransferLeadershipRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  TransferLeadership(argument: _synod_v1_TransferLeadershipRequest, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  transferLeadership(argument: _synod_v1_TransferLeadershipRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  transferLeadership(argument: _synod_v1_TransferLeadershipRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  transferLeadership(argument: _synod_v1_TransferLeadershipRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  transferLeadership(argument: _synod_v1_TransferLeadershipRequest, callback: grpc.requestCallback<_synod_v1_TransferLeadershipResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ClusterServiceHandlers extends grpc.UntypedServiceImplementation {
  GetClusterStatus: grpc.handleUnaryCall<_synod_v1_GetClusterStatusRequest__Output, _synod_v1_GetClusterStatusResponse>;
  
  GetMemberStatus: grpc.handleUnaryCall<_synod_v1_GetMemberStatusRequest__Output, _synod_v1_GetMemberStatusResponse>;
  
  TransferLeadership: grpc.handleUnaryCall<_synod_v1_TransferLeadershipRequest__Output, _synod_v1_TransferLeadershipResponse>;
  
}

export interface ClusterServiceDefinition extends grpc.ServiceDefinition {
  GetClusterStatus: MethodDefinition<_synod_v1_GetClusterStatusRequest, _synod_v1_GetClusterStatusResponse, _synod_v1_GetClusterStatusRequest__Output, _synod_v1_GetClusterStatusResponse__Output>
  GetMemberStatus: MethodDefinition<_synod_v1_GetMemberStatusRequest, _synod_v1_GetMemberStatusResponse, _synod_v1_GetMemberStatusRequest__Output, _synod_v1_GetMemberStatusResponse__Output>
  TransferLeadership: MethodDefinition<_synod_v1_TransferLeadershipRequest, _synod_v1_TransferLeadershipResponse, _synod_v1_TransferLeadershipRequest__Output, _synod_v1_TransferLeadershipResponse__Output>
}
