import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { types } from 'node:util';
import Consul from 'consul';
import { DiscoveryError, storeUnavailable } from '../node-store.js';

/**
 * The one place that knows the `consul` package, whose types are poor. Traps it takes care of: the index comes in a header that
 * is shown only with `includeResponse` in the context; a request is cancelled by an event on that context, and a context serves
 * one request; `check.pass` on an unknown id is a status 404 or 500 with a text, depending on the version.
 */
export interface ConsulOptions {
  /** Such as `http://127.0.0.1:8500`: this host's own agent. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Where to look for nodes; the agent's own if not given. Registration always is at the agent. */
  readonly datacenter?: string | undefined;
  /** PEM authority for https. */
  readonly caFile?: string | undefined;
  /** PEM certificate and key for an https Consul that verifies its callers: both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Longest wait for an answer that is due at once. Default 2,000 ms, 100 to 60,000. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface ConsulService {
  readonly id: string;
  readonly name: string;
  /** Empty: that of the Consul agent's node. */
  readonly address: string;
  /** 0: none. */
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
}

export interface ConsulCheck {
  readonly ttlMs: number;
  readonly deregisterAfterMs: number;
}

export interface ServicesAnswer {
  readonly index: bigint;
  readonly services: readonly ConsulService[];
}

const DEFAULT_TIMEOUT_MS = 2_000;

/** What a blocking query may take longer than its wait: Consul adds up to a sixteenth by itself. */
const BLOCKING_SLACK = 1 / 16;

interface RawResponse {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export class ConsulClient {
  private readonly consul: Consul;
  private readonly timeoutMs: number;
  /** Requests under way, to be cancelled at close. */
  private readonly open = new Set<EventEmitter>();
  private closed = false;

  constructor(private readonly options: ConsulOptions) {
    this.timeoutMs = options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    const settings = {
      baseUrl: `${options.url.replace(/\/+$/, '')}/v1`,
      ...tlsOf(options),
      ...(options.token === undefined ? {} : { defaults: { token: options.token } }),
    };
    // The types know neither baseUrl nor agent.
    this.consul = new Consul(settings);
  }

  /** Registers, or replaces what has this id; passing at once. */
  async register(service: ConsulService, check: ConsulCheck): Promise<void> {
    const { id, name, port, address, tags, meta } = service;
    const body = {
      id,
      name,
      tags: [...tags],
      meta: { ...meta },
      ...(address === '' ? {} : { address }),
      ...(port === 0 ? {} : { port }),
      check: {
        checkid: checkId(id),
        name: `${name} ttl`,
        ttl: `${check.ttlMs}ms`,
        status: 'passing',
        deregistercriticalserviceafter: `${check.deregisterAfterMs}ms`,
      },
    };
    await this.request((common) => this.consul.agent.service.register({ ...body, ...common } as never));
  }

  async deregister(serviceId: string): Promise<void> {
    try {
      await this.request((common) => this.consul.agent.service.deregister({ id: serviceId, ...common } as never));
    } catch (error) {
      if (!isUnknownId(error)) throw error;
    }
  }

  /** Renews the check of a service; false when Consul doesn't know it (any more). */
  async pass(serviceId: string): Promise<boolean> {
    try {
      await this.request((common) => this.consul.agent.check.pass({ id: checkId(serviceId), ...common } as never));
      return true;
    } catch (error) {
      if (isUnknownId(error)) return false;
      throw error;
    }
  }

  /** Ids of the services on this Consul agent that have this name, with the state of their check. */
  async localServices(name: string): Promise<readonly { readonly id: string; readonly passing: boolean }[]> {
    const [, body] = await this.request((common) => this.consul.agent.check.list(common));
    return Object.values(body as Record<string, unknown>).flatMap((value) => {
      const check = value as {
        readonly ServiceID?: unknown;
        readonly ServiceName?: unknown;
        readonly Status?: unknown;
      };
      if (check.ServiceName !== name || typeof check.ServiceID !== 'string') return [];
      return [{ id: check.ServiceID, passing: check.Status === 'passing' }];
    });
  }

  /** Instances of a service whose checks pass; `filter` in Consul's own language. */
  async passing(name: string, filter?: string): Promise<ServicesAnswer> {
    return this.health(name, this.timeoutMs, filter === undefined ? {} : { filter });
  }

  /** As {@link passing}, as soon as something changed since `index`, or after `waitMs`. */
  async passingSince(name: string, index: bigint, waitMs: number): Promise<ServicesAnswer> {
    const timeoutMs = this.timeoutMs + waitMs * (1 + BLOCKING_SLACK);
    return this.health(name, timeoutMs, { index: index.toString(), wait: `${waitMs}ms` });
  }

  /** Cancels all requests and closes connections. */
  close(): void {
    this.closed = true;
    for (const context of [...this.open]) context.emit('cancel');
    this.consul.destroy();
  }

  private async health(name: string, timeoutMs: number, query: Record<string, unknown>): Promise<ServicesAnswer> {
    const { datacenter } = this.options;
    const settings = {
      service: name,
      passing: true,
      ...query,
      ...(datacenter === undefined ? {} : { dc: datacenter }),
    };
    const ask = (common: object): Promise<unknown> => this.consul.health.service({ ...settings, ...common } as never);
    const [response, body] = await this.request(ask, timeoutMs);
    const { headers } = response;
    // Answered by a server without a leader: it may be of any age.
    if (headers['x-consul-knownleader'] === 'false') throw storeUnavailable('consul', 'Consul has no leader');
    if (headers['x-consul-results-filtered-by-acls'] === 'true') {
      throw storeUnavailable('consul', 'the token may not read all services');
    }
    return { index: parseIndex(headers['x-consul-index']), services: (body as unknown[]).map(parseService) };
  }

  private async request(
    ask: (common: object) => Promise<unknown>,
    timeoutMs = this.timeoutMs,
  ): Promise<readonly [RawResponse, unknown]> {
    if (this.closed) throw new DiscoveryError({ code: 'storeClosed', store: 'consul' }, 'node store consul is closed');
    const context = Object.assign(new EventEmitter(), { includeResponse: true });
    this.open.add(context);
    try {
      const answer = await ask({ ctx: context, timeout: Math.ceil(timeoutMs) });
      // The package tells errors from answers by `instanceof`, which misses those of another realm.
      if (types.isNativeError(answer)) throw answer;
      return (Array.isArray(answer) ? answer : [answer, undefined]) as unknown as readonly [RawResponse, unknown];
    } catch (error) {
      throw this.explained(error, timeoutMs);
    } finally {
      this.open.delete(context);
    }
  }

  private explained(error: unknown, timeoutMs: number): DiscoveryError {
    if (this.closed) return new DiscoveryError({ code: 'storeClosed', store: 'consul' }, 'node store consul is closed');
    const { statusCode, code, name, message } = error as {
      statusCode?: number;
      code?: string;
      name: string;
      message: string;
    };
    const status = typeof statusCode === 'number' ? statusCode : undefined;
    if (status === 403) return storeUnavailable('consul', 'Consul denied permission: check --consul-token', error);
    if (code === 'ECONNREFUSED') return storeUnavailable('consul', `nothing listens at ${this.where()}`, error);
    const timedOut = name === 'TimeoutError' || code === 'ECONNRESET' || /timed out|socket hang up/.test(message);
    if (timedOut && status === undefined) {
      return storeUnavailable('consul', `${this.where()} did not answer within ${Math.ceil(timeoutMs)} ms`, error);
    }
    return storeUnavailable('consul', message, error);
  }

  /** The address without user and password. */
  private where(): string {
    const url = URL.canParse(this.options.url) ? new URL(this.options.url) : undefined;
    return url?.host ?? 'its address';
  }
}

/** Consul's own name for the only check of a service. */
function checkId(serviceId: string): string {
  return `service:${serviceId}`;
}

function isUnknownId(error: unknown): boolean {
  const { cause } = error as DiscoveryError;
  const { statusCode, message } = (cause ?? {}) as { statusCode?: number; message?: string };
  if (statusCode === 404) return true;
  return statusCode === 500 && /does not have associated TTL|Unknown check|unknown service/i.test(message ?? '');
}

function parseIndex(header: string | undefined): bigint {
  return header !== undefined && /^\d+$/.test(header) ? BigInt(header) : 0n;
}

function parseService(entry: unknown): ConsulService {
  const service = (entry as { readonly Service?: Record<string, unknown> }).Service ?? {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    id: text(service['ID']),
    name: text(service['Service']),
    address: text(service['Address']),
    port: typeof service['Port'] === 'number' ? service['Port'] : 0,
    tags: Array.isArray(service['Tags']) ? service['Tags'].map(String) : [],
    meta: (service['Meta'] ?? {}) as Record<string, string>,
  };
}

/** Nothing: the system's own authorities, and no certificate to show. */
function tlsOf({ caFile, certFile, keyFile }: ConsulOptions): { readonly agent?: Agent } {
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return {};
  const agent = new Agent({
    keepAlive: true,
    ...(caFile === undefined ? {} : { ca: readPem(caFile) }),
    ...(certFile === undefined ? {} : { cert: readPem(certFile) }),
    ...(keyFile === undefined ? {} : { key: readPem(keyFile) }),
  });
  return { agent };
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw storeUnavailable('consul', `${path} cannot be read`, error);
  }
}
