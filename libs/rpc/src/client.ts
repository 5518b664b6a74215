import { connectivityState, Metadata } from '@grpc/grpc-js';
import type {
  CallOptions,
  ChannelOptions,
  Client,
  ClientUnaryCall,
  requestCallback,
  ServiceError,
} from '@grpc/grpc-js';
import { parseAddress } from './address.js';
import { quietGrpc } from './grpc-logging.js';
import type { ServiceConstructor } from './handlers.js';
import {
  CLIENT_KEEPALIVE_TIME_MS,
  CLIENT_KEEPALIVE_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  DEFAULT_DEADLINE_MS,
  FLOW_CONTROL_WINDOW_BYTES,
  MAX_DEADLINE_MS,
  MAX_MESSAGE_BYTES,
  RECONNECT_BACKOFF_INITIAL_MS,
  RECONNECT_BACKOFF_MAX_MS,
} from './limits.js';
import { rpcError, unavailable } from './rpc-error.js';
import { channelCredentials } from './security.js';
import type { RpcSecurity } from './security.js';
import { toRpcError } from './status-details.js';

export interface ConnectOptions {
  /**
   * grpc-js lets all clients of one address share a connection. Heartbeats must not wait behind logs: with `true`, this
   * client has a connection of its own. Default false.
   */
  readonly ownConnection?: boolean;
}

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': CLIENT_KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': CLIENT_KEEPALIVE_TIMEOUT_MS,
  'grpc.initial_reconnect_backoff_ms': RECONNECT_BACKOFF_INITIAL_MS,
  'grpc.max_reconnect_backoff_ms': RECONNECT_BACKOFF_MAX_MS,
  'grpc.dns_min_time_between_resolutions_ms': RECONNECT_BACKOFF_MAX_MS,
  'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
  // Repeating is the caller's decision, which knows what may be repeated; and the copies for retries cost time.
  'grpc.enable_retries': 0,
  // Names resolve to addresses only: no TXT look-ups for service configs.
  'grpc.service_config_disable_resolution': 1,
  // Members are reached directly: an `http_proxy` meant for something else must not cut a cluster off.
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
};

/**
 * A client of the service at an address. It connects with its first call and again by itself; `close()` it at the end. Throws
 * RpcSetupError: `insecureAddress`, `addressInvalid`, `tls…`.
 */
export function connect<C extends Client>(
  service: ServiceConstructor<C>,
  address: string,
  security: RpcSecurity,
  options: ConnectOptions = {},
): C {
  quietGrpc();
  parseAddress(address);
  const channelOptions = options.ownConnection === true ? { ...CHANNEL_OPTIONS, ...OWN_CONNECTION } : CHANNEL_OPTIONS;
  return new service(address, channelCredentials(address, security), channelOptions);
}

const OWN_CONNECTION: ChannelOptions = { 'grpc.use_local_subchannel_pool': 1 };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a method's other overloads don't matter here
type Any = any;

/** camelCase names of a client's unary methods. (A stream has all that a unary call has, and more: `pipe` or `write`.) */
export type UnaryMethod<C> = {
  [Name in Exclude<keyof C & string, keyof Client>]: Name extends Uncapitalize<Name>
    ? C[Name] extends (argument: Any, callback: requestCallback<Any>) => infer Call
      ? Call extends { pipe: unknown } | { write: unknown }
        ? never
        : Name
      : never
    : never;
}[Exclude<keyof C & string, keyof Client>];

export type RequestOf<Method> = Method extends (request: infer Request, callback: requestCallback<Any>) => unknown
  ? Request
  : never;
export type ResponseOf<Method> = Method extends (request: Any, callback: requestCallback<infer Response>) => unknown
  ? Response
  : never;

export interface CallUnaryOptions {
  /** How long from now the caller waits, in milliseconds: 1 to 2^31 - 1; default 10,000. It travels with the call. */
  readonly deadlineMs?: number;
  /** Cancels the call: it rejects with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Metadata;
  /** How long it may take to get a connection, in milliseconds; default 2,000. See `CONNECT_TIMEOUT_MS`. */
  readonly connectTimeoutMs?: number;
}

/**
 * Calls a unary method and resolves with the response. Rejects with {@link RpcError}: UNAVAILABLE with reason UNREACHABLE or
 * CONNECT_TIMEOUT when there was no connection, DEADLINE_EXCEEDED, CANCELLED, or what the server said.
 */
export function callUnary<C extends Client, Name extends UnaryMethod<C>>(
  client: C,
  method: Name,
  request: RequestOf<C[Name]>,
  options: CallUnaryOptions = {},
): Promise<ResponseOf<C[Name]>> {
  const { deadlineMs = DEFAULT_DEADLINE_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS, signal, metadata } = options;
  if (signal?.aborted === true) return Promise.reject(cancelled());
  const callOptions: CallOptions = { deadline: Date.now() + Math.min(Math.max(deadlineMs, 0), MAX_DEADLINE_MS) };
  return new Promise((resolve, reject) => {
    let connectTimedOut = false;
    const onAbort = () => call.cancel();
    const call = (client[method] as unknown as UntypedMethod).call(
      client,
      request,
      metadata ?? new Metadata(),
      callOptions,
      (error, response) => {
        clearTimeout(connectTimer);
        signal?.removeEventListener('abort', onAbort);
        if (error === null) resolve(response as ResponseOf<C[Name]>);
        else if (connectTimedOut) reject(connectTimeout(client, connectTimeoutMs));
        else reject(toRpcError(error));
      },
    );
    const connectTimer = isReady(client)
      ? undefined
      : setTimeout(() => {
          connectTimedOut = !isReady(client);
          if (connectTimedOut) call.cancel();
        }, connectTimeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

type UntypedMethod = (
  request: unknown,
  metadata: Metadata,
  options: CallOptions,
  callback: (error: ServiceError | null, response: unknown) => void,
) => ClientUnaryCall;

function isReady(client: Client): boolean {
  return client.getChannel().getConnectivityState(false) === connectivityState.READY;
}

function connectTimeout(client: Client, timeoutMs: number) {
  const target = client.getChannel().getTarget();
  return unavailable(
    'CONNECT_TIMEOUT',
    `No connection to ${target} within ${timeoutMs} ms: is the host up, and does a firewall let the port through?`,
  );
}

function cancelled() {
  return rpcError('CANCELLED', 'CANCELLED', 'The caller cancelled the call.');
}
