export { formatAddress, isLoopback, parseAddress } from './address.js';
export type { HostAndPort } from './address.js';
export { CallContext } from './call-context.js';
export { ClientPool } from './client-pool.js';
export { callUnary, connect } from './client.js';
export type { CallUnaryOptions, ConnectOptions, RequestOf, ResponseOf, UnaryMethod } from './client.js';
export { AddressRotation, backoffMs, withFailover } from './failover.js';
export type { FailoverAttempt, FailoverOptions, FailoverTime } from './failover.js';
export { bidi, clientStream, serverStream, unary, unimplemented } from './handlers.js';
export type {
  BidiHandler,
  ClientStreamHandler,
  Handlers,
  ServerStreamHandler,
  ServiceConstructor,
  UnaryHandler,
  UnimplementedHandler,
} from './handlers.js';
export { CONNECT_TIMEOUT_MS, DEFAULT_DEADLINE_MS, MAX_MESSAGE_BYTES, MAX_QUEUED_MESSAGES } from './limits.js';
export {
  failedPrecondition,
  invalidArgument,
  notFound,
  outOfRange,
  resourceExhausted,
  RpcError,
  rpcError,
  RpcSetupError,
  unavailable,
} from './rpc-error.js';
export type { RpcErrorExtras, RpcErrorFacts, RpcSetupFacts } from './rpc-error.js';
export { channelCredentials, serverCredentials } from './security.js';
export type { RpcSecurity } from './security.js';
export { createRpcServer } from './server.js';
export type { RpcServer, RpcServerOptions } from './server.js';
export { decodeStatus, encodeStatus, toRpcError } from './status-details.js';
export type { EncodedStatus } from './status-details.js';
export { closed, messagesOf, tryWrite, writeWithBackpressure } from './streams.js';
export type { IncomingStream, OutgoingStream } from './streams.js';
