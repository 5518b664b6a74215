// Original file: synod/v1/paxos_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExchangeRequest as _synod_v1_ExchangeRequest, ExchangeRequest__Output as _synod_v1_ExchangeRequest__Output } from '../../synod/v1/ExchangeRequest.js';
import type { ExchangeResponse as _synod_v1_ExchangeResponse, ExchangeResponse__Output as _synod_v1_ExchangeResponse__Output } from '../../synod/v1/ExchangeResponse.js';
import type { FetchHistoryRequest as _synod_v1_FetchHistoryRequest, FetchHistoryRequest__Output as _synod_v1_FetchHistoryRequest__Output } from '../../synod/v1/FetchHistoryRequest.js';
import type { FetchHistoryResponse as _synod_v1_FetchHistoryResponse, FetchHistoryResponse__Output as _synod_v1_FetchHistoryResponse__Output } from '../../synod/v1/FetchHistoryResponse.js';
import type { FetchSnapshotRequest as _synod_v1_FetchSnapshotRequest, FetchSnapshotRequest__Output as _synod_v1_FetchSnapshotRequest__Output } from '../../synod/v1/FetchSnapshotRequest.js';
import type { FetchSnapshotResponse as _synod_v1_FetchSnapshotResponse, FetchSnapshotResponse__Output as _synod_v1_FetchSnapshotResponse__Output } from '../../synod/v1/FetchSnapshotResponse.js';
import type { ForwardRequest as _synod_v1_ForwardRequest, ForwardRequest__Output as _synod_v1_ForwardRequest__Output } from '../../synod/v1/ForwardRequest.js';
import type { ForwardResponse as _synod_v1_ForwardResponse, ForwardResponse__Output as _synod_v1_ForwardResponse__Output } from '../../synod/v1/ForwardResponse.js';

export interface PaxosServiceClient extends grpc.Client {
  Exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ExchangeRequest, _synod_v1_ExchangeResponse__Output>;
  Exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ExchangeRequest, _synod_v1_ExchangeResponse__Output>;
  exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ExchangeRequest, _synod_v1_ExchangeResponse__Output>;
  exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ExchangeRequest, _synod_v1_ExchangeResponse__Output>;
  
  FetchHistory(argument: _synod_v1_FetchHistoryRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchHistoryResponse__Output>;
  FetchHistory(argument: _synod_v1_FetchHistoryRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchHistoryResponse__Output>;
  fetchHistory(argument: _synod_v1_FetchHistoryRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchHistoryResponse__Output>;
  fetchHistory(argument: _synod_v1_FetchHistoryRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchHistoryResponse__Output>;
  
  FetchSnapshot(argument: _synod_v1_FetchSnapshotRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchSnapshotResponse__Output>;
  FetchSnapshot(argument: _synod_v1_FetchSnapshotRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchSnapshotResponse__Output>;
  fetchSnapshot(argument: _synod_v1_FetchSnapshotRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchSnapshotResponse__Output>;
  fetchSnapshot(argument: _synod_v1_FetchSnapshotRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_synod_v1_FetchSnapshotResponse__Output>;
  
  Forward(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ForwardRequest, _synod_v1_ForwardResponse__Output>;
  Forward(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ForwardRequest, _synod_v1_ForwardResponse__Output>;
  forward(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ForwardRequest, _synod_v1_ForwardResponse__Output>;
  forward(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_ForwardRequest, _synod_v1_ForwardResponse__Output>;
  
}

export interface PaxosServiceHandlers extends grpc.UntypedServiceImplementation {
  Exchange: grpc.handleBidiStreamingCall<_synod_v1_ExchangeRequest__Output, _synod_v1_ExchangeResponse>;
  
  FetchHistory: grpc.handleServerStreamingCall<_synod_v1_FetchHistoryRequest__Output, _synod_v1_FetchHistoryResponse>;
  
  FetchSnapshot: grpc.handleServerStreamingCall<_synod_v1_FetchSnapshotRequest__Output, _synod_v1_FetchSnapshotResponse>;
  
  Forward: grpc.handleBidiStreamingCall<_synod_v1_ForwardRequest__Output, _synod_v1_ForwardResponse>;
  
}

export interface PaxosServiceDefinition extends grpc.ServiceDefinition {
  Exchange: MethodDefinition<_synod_v1_ExchangeRequest, _synod_v1_ExchangeResponse, _synod_v1_ExchangeRequest__Output, _synod_v1_ExchangeResponse__Output>
  FetchHistory: MethodDefinition<_synod_v1_FetchHistoryRequest, _synod_v1_FetchHistoryResponse, _synod_v1_FetchHistoryRequest__Output, _synod_v1_FetchHistoryResponse__Output>
  FetchSnapshot: MethodDefinition<_synod_v1_FetchSnapshotRequest, _synod_v1_FetchSnapshotResponse, _synod_v1_FetchSnapshotRequest__Output, _synod_v1_FetchSnapshotResponse__Output>
  Forward: MethodDefinition<_synod_v1_ForwardRequest, _synod_v1_ForwardResponse, _synod_v1_ForwardRequest__Output, _synod_v1_ForwardResponse__Output>
}
