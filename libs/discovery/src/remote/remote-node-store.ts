import { nodeToWire } from '@synod/contracts';
import { Rendezvous } from '@synod/hashing';
import type { NodeRecord } from '@synod/jobs';
import { AddressRotation, callUnary, ClientPool, withFailover } from '@synod/rpc';
import type { RpcSecurity, RpcError } from '@synod/rpc';
import { services } from '@synod/wire';
import { DrivenNodeStore } from '../driven-node-store.js';
import type { DriverContext, StoreDriver } from '../driven-node-store.js';
import { fraction } from '../jitter.js';
import type { DiscoveryModules, NodeKind, NodeStore } from '../node-store.js';
import { MembershipStream } from './membership-stream.js';
import type { RegistryClient } from './membership-stream.js';
import { fromRpc } from './remote-errors.js';

export interface RemoteNodeStoreOptions {
  /** Who asks, such as a nodeId: each has an address of its own to begin with, by rendezvous hashing. Default: a random one. */
  readonly preferenceKey?: string | undefined;
  /** Registries, or coordinators: all that serve RegistryService over the same nodes. At least one. */
  readonly addresses: readonly string[];
  readonly security: RpcSecurity;
  /** Longest that a renewal takes, over all addresses. Default 3,000 ms, 100 to 60,000. */
  readonly deadlineMs?: number | undefined;
  /** Longest that one address is waited for: one that is frozen must not use up the deadline. Default 1,000 ms. */
  readonly attemptDeadlineMs?: number | undefined;
}

const DEFAULT_DEADLINE_MS = 3_000;
const DEFAULT_ATTEMPT_DEADLINE_MS = 1_000;

/** The node store behind RegistryService, as agents without Consul and registries use it. */
export function createRemoteNodeStore(options: RemoteNodeStoreOptions, modules: DiscoveryModules): NodeStore {
  return new DrivenNodeStore('remote', modules, (context) => new RemoteDriver(options, context));
}

class RemoteDriver implements StoreDriver {
  private readonly clients: ClientPool<RegistryClient>;
  private readonly rotation: AddressRotation;
  private readonly streams = new Map<NodeKind | undefined, MembershipStream>();
  private readonly closing = new AbortController();

  constructor(
    private readonly options: RemoteNodeStoreOptions,
    private readonly context: DriverContext,
  ) {
    this.clients = new ClientPool(services.RegistryService, options.security);
    this.rotation = rotationOf(options, context);
  }

  async renew(node: NodeRecord): Promise<void> {
    try {
      await this.call((client, options) =>
        callUnary(client, 'registerNode', { node: nodeToWire(node), ttlMs: node.ttlMs }, options),
      );
    } catch (error) {
      throw fromRpc(error, node);
    }
  }

  async remove(nodeId: string, incarnation: number): Promise<void> {
    try {
      await this.call((client, options) => callUnary(client, 'deregisterNode', { nodeId, incarnation }, options));
    } catch (error) {
      throw fromRpc(error, undefined);
    }
  }

  watching(kind: NodeKind | undefined): void {
    if (this.streams.has(undefined) || this.streams.has(kind)) return;
    const { clients, rotation } = this;
    if (kind === undefined) this.closeStreams();
    this.streams.set(kind, new MembershipStream(kind, { clients, rotation }, this.context));
  }

  close(): Promise<void> {
    this.closing.abort();
    this.closeStreams();
    this.clients.close();
    return Promise.resolve();
  }

  private closeStreams(): void {
    for (const stream of this.streams.values()) stream.close();
    this.streams.clear();
  }

  private async call<T>(
    ask: (client: RegistryClient, options: { readonly deadlineMs: number; readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { signal } = this.closing;
    const { deadlineMs = DEFAULT_DEADLINE_MS, attemptDeadlineMs = DEFAULT_ATTEMPT_DEADLINE_MS } = this.options;
    // Registering and deregistering are safe to repeat.
    const retryable = (error: RpcError): boolean =>
      error.status === 'UNAVAILABLE' || (error.status === 'DEADLINE_EXCEEDED' && !signal.aborted);
    return withFailover(
      this.rotation,
      ({ address, deadlineMs: leftMs }) =>
        ask(this.clients.get(address), { deadlineMs: Math.min(leftMs, attemptDeadlineMs), signal }),
      { deadlineMs, signal, retryable },
    );
  }
}

/** Spreads clients over the addresses, and the clients of one that is down over the others. */
function rotationOf({ addresses, preferenceKey }: RemoteNodeStoreOptions, context: DriverContext): AddressRotation {
  if (preferenceKey === undefined) {
    return new AddressRotation(addresses, Math.floor(fraction(context.modules.random) * addresses.length));
  }
  const nodes = addresses.map((nodeId) => ({ nodeId, weight: 1 }));
  return new AddressRotation(new Rendezvous({}, nodes).preferenceList(preferenceKey, addresses.length));
}
