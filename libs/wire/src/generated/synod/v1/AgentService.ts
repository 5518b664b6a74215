// Original file: synod/v1/agent_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { HeartbeatRequest as _synod_v1_HeartbeatRequest, HeartbeatRequest__Output as _synod_v1_HeartbeatRequest__Output } from '../../synod/v1/HeartbeatRequest.js';
import type { HeartbeatResponse as _synod_v1_HeartbeatResponse, HeartbeatResponse__Output as _synod_v1_HeartbeatResponse__Output } from '../../synod/v1/HeartbeatResponse.js';
import type { PushLogsRequest as _synod_v1_PushLogsRequest, PushLogsRequest__Output as _synod_v1_PushLogsRequest__Output } from '../../synod/v1/PushLogsRequest.js';
import type { PushLogsResponse as _synod_v1_PushLogsResponse, PushLogsResponse__Output as _synod_v1_PushLogsResponse__Output } from '../../synod/v1/PushLogsResponse.js';
import type { ReportGuardEndedRequest as _synod_v1_ReportGuardEndedRequest, ReportGuardEndedRequest__Output as _synod_v1_ReportGuardEndedRequest__Output } from '../../synod/v1/ReportGuardEndedRequest.js';
import type { ReportGuardEndedResponse as _synod_v1_ReportGuardEndedResponse, ReportGuardEndedResponse__Output as _synod_v1_ReportGuardEndedResponse__Output } from '../../synod/v1/ReportGuardEndedResponse.js';
import type { SessionRequest as _synod_v1_SessionRequest, SessionRequest__Output as _synod_v1_SessionRequest__Output } from '../../synod/v1/SessionRequest.js';
import type { SessionResponse as _synod_v1_SessionResponse, SessionResponse__Output as _synod_v1_SessionResponse__Output } from '../../synod/v1/SessionResponse.js';

export interface AgentServiceClient extends grpc.Client {
  Heartbeat(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_HeartbeatRequest, _synod_v1_HeartbeatResponse__Output>;
  Heartbeat(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_HeartbeatRequest, _synod_v1_HeartbeatResponse__Output>;
  heartbeat(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_HeartbeatRequest, _synod_v1_HeartbeatResponse__Output>;
  heartbeat(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_HeartbeatRequest, _synod_v1_HeartbeatResponse__Output>;
  
  PushLogs(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  PushLogs(metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  PushLogs(options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  PushLogs(callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  pushLogs(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  pushLogs(metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  pushLogs(options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  pushLogs(callback: grpc.requestCallback<_synod_v1_PushLogsResponse__Output>): grpc.ClientWritableStream<_synod_v1_PushLogsRequest>;
  
  ReportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  ReportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  ReportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  ReportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  reportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  reportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  reportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  reportGuardEnded(argument: _synod_v1_ReportGuardEndedRequest, callback: grpc.requestCallback<_synod_v1_ReportGuardEndedResponse__Output>): grpc.ClientUnaryCall;
  
  Session(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SessionRequest, _synod_v1_SessionResponse__Output>;
  Session(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SessionRequest, _synod_v1_SessionResponse__Output>;
  session(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SessionRequest, _synod_v1_SessionResponse__Output>;
  session(options?: grpc.CallOptions): grpc.ClientDuplexStream<_synod_v1_SessionRequest, _synod_v1_SessionResponse__Output>;
  
}

export interface AgentServiceHandlers extends grpc.UntypedServiceImplementation {
  Heartbeat: grpc.handleBidiStreamingCall<_synod_v1_HeartbeatRequest__Output, _synod_v1_HeartbeatResponse>;
  
  PushLogs: grpc.handleClientStreamingCall<_synod_v1_PushLogsRequest__Output, _synod_v1_PushLogsResponse>;
  
  ReportGuardEnded: grpc.handleUnaryCall<_synod_v1_ReportGuardEndedRequest__Output, _synod_v1_ReportGuardEndedResponse>;
  
  Session: grpc.handleBidiStreamingCall<_synod_v1_SessionRequest__Output, _synod_v1_SessionResponse>;
  
}

export interface AgentServiceDefinition extends grpc.ServiceDefinition {
  Heartbeat: MethodDefinition<_synod_v1_HeartbeatRequest, _synod_v1_HeartbeatResponse, _synod_v1_HeartbeatRequest__Output, _synod_v1_HeartbeatResponse__Output>
  PushLogs: MethodDefinition<_synod_v1_PushLogsRequest, _synod_v1_PushLogsResponse, _synod_v1_PushLogsRequest__Output, _synod_v1_PushLogsResponse__Output>
  ReportGuardEnded: MethodDefinition<_synod_v1_ReportGuardEndedRequest, _synod_v1_ReportGuardEndedResponse, _synod_v1_ReportGuardEndedRequest__Output, _synod_v1_ReportGuardEndedResponse__Output>
  Session: MethodDefinition<_synod_v1_SessionRequest, _synod_v1_SessionResponse, _synod_v1_SessionRequest__Output, _synod_v1_SessionResponse__Output>
}
