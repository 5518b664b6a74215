import { Server } from '@grpc/grpc-js';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from '@synod/base';
import type { StatusDescription } from '@synod/wire';
import { formatAddress, parseAddress } from './address.js';
import { quietGrpc } from './grpc-logging.js';
import type { AnyHandler, Handlers, ServiceConstructor } from './handlers.js';
import {
  FLOW_CONTROL_WINDOW_BYTES,
  MAX_MESSAGE_BYTES,
  SERVER_KEEPALIVE_TIME_MS,
  SERVER_KEEPALIVE_TIMEOUT_MS,
} from './limits.js';
import { addReflection } from './reflection.js';
import { RpcSetupError } from './rpc-error.js';
import { serverCredentials } from './security.js';
import type { RpcSecurity } from './security.js';
import { toGrpcHandler } from './server-methods.js';

export interface RpcServerOptions {
  readonly security: RpcSecurity;
  /** Unexpected failures of handlers are logged here. */
  readonly logger?: Logger;
  /** The app's table from its errors to statuses; undefined for an error that it doesn't know. */
  readonly describe?: (error: unknown) => StatusDescription | undefined;
  /** Tells clients such as grpcurl the schema. Default true. */
  readonly reflection?: boolean;
}

export interface RpcServer {
  /** Before {@link listen}. Each method of the service needs a handler; `unimplemented` is one. */
  addService<S extends ServiceConstructor>(service: S, handlers: NoInfer<Handlers<S>>): RpcServer;
  /**
   * Serves at `host:port` and resolves with the bound address, whose port is chosen where 0 was given. `localhost` is bound as
   * 127.0.0.1. Rejects with {@link RpcSetupError}: `insecureAddress`, `addressInUse`, `addressUnavailable`, `addressInvalid`,
   * `tls…`.
   */
  listen(address: string): Promise<string>;
  /** Answer of the health check for a service (`synod.v1.JobService`), or for the whole server (empty). Unknown until set. */
  setServing(service: string, serving: boolean): void;
  /** Takes no more calls, lets those under way end for `graceMs`, then ends them. Twice is fine. */
  stop(graceMs: number): Promise<void>;
}

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': SERVER_KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': SERVER_KEEPALIVE_TIMEOUT_MS,
  'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
  // Its books are kept for each message and read by nobody here.
  'grpc.enable_channelz': 0,
} as const;

export function createRpcServer(options: RpcServerOptions): RpcServer {
  quietGrpc();
  return new GrpcServer(options);
}

class GrpcServer implements RpcServer {
  readonly #options: RpcServerOptions;
  readonly #server = new Server(SERVER_OPTIONS);
  readonly #health = new HealthImplementation();
  readonly #healthNames = new Set<string>();
  readonly #boundAddresses: string[] = [];
  #stopping: Promise<void> | undefined;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#health.addToServer(this.#server);
    if (options.reflection ?? true) addReflection(this.#server);
  }

  addService<S extends ServiceConstructor>(service: S, handlers: NoInfer<Handlers<S>>): RpcServer {
    const definition = service.service as ServiceDefinition;
    const byName = handlers as unknown as Readonly<Record<string, AnyHandler>>;
    const implementation: UntypedServiceImplementation = {};
    const { describe, logger } = this.#options;
    for (const [name, { path, originalName }] of Object.entries(definition)) {
      const handler = byName[originalName ?? name];
      if (handler === undefined) throw new TypeError(`no handler for ${path}`);
      const call = toGrpcHandler(path, handler, { describe, logger });
      if (call !== undefined) implementation[name] = call;
    }
    this.#server.addService(definition, implementation);
    return this;
  }

  async listen(address: string): Promise<string> {
    if (this.#stopping !== undefined) {
      throw new RpcSetupError({ code: 'serverStopped' }, 'The server was stopped: make another one.');
    }
    const { host, port } = parseAddress(address);
    const credentials = serverCredentials(address, this.#options.security);
    // grpc-js would bind every address of the name and be content with one: a taken port would go unnoticed.
    const bindHost = host.toLowerCase() === 'localhost' ? '127.0.0.1' : host;
    const bound = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(formatAddress({ host: bindHost, port }), credentials, (error, boundPort) => {
        if (error === null) resolve(boundPort);
        else reject(bindFailure(address, error));
      });
    });
    const boundAddress = formatAddress({ host: bindHost, port: bound });
    this.#boundAddresses.push(boundAddress);
    return boundAddress;
  }

  setServing(service: string, serving: boolean): void {
    this.#healthNames.add(service);
    this.#health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
  }

  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#shutDown(graceMs);
    return this.#stopping;
  }

  #shutDown(graceMs: number): Promise<void> {
    for (const name of this.#healthNames) this.#health.setStatus(name, 'NOT_SERVING');
    // Not forceShutdown: without channelz, grpc-js 1.14 keeps no list of sessions for it to end, and open streams would hold the
    // server for ever. And drain comes before tryShutdown, as it spares sessions that are closing already.
    const drain = (afterMs: number) => this.#boundAddresses.forEach((address) => this.#server.drain(address, afterMs));
    drain(graceMs);
    return new Promise((resolve) => {
      // Connections that were in their handshake turn up late.
      const sweep = () => {
        drain(0);
        timer = setTimeout(sweep, SWEEP_INTERVAL_MS);
      };
      let timer = setTimeout(sweep, graceMs);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** How often a stopping server looks for connections that are left, in milliseconds. */
const SWEEP_INTERVAL_MS = 100;

/** grpc-js gives the reason in the text only. */
function bindFailure(address: string, cause: Error): RpcSetupError {
  const text = cause.message;
  if (text.includes('EADDRINUSE')) {
    return new RpcSetupError(
      { code: 'addressInUse', address },
      `${address} is in use: stop the process that listens there (ss -ltnp shows it) or choose another port.`,
      { cause },
    );
  }
  return new RpcSetupError(
    { code: 'addressUnavailable', address },
    `Can't listen at ${address}: it must be an address of this host, and a port that this user may open. (${text})`,
    { cause },
  );
}
