import type { NodeRecord } from '@synod/jobs';
import { DrivenNodeStore } from '../driven-node-store.js';
import type { DriverContext, StoreDriver } from '../driven-node-store.js';
import { sameNode } from '../membership.js';
import { incarnationOutdated, NODE_KINDS } from '../node-store.js';
import type { DiscoveryModules, NodeKind, NodeStore } from '../node-store.js';
import { ConsulClient } from './consul-client.js';
import type { ConsulOptions } from './consul-client.js';
import { incarnationOfId, nodeToService, serviceId, serviceName, serviceToNode } from './consul-records.js';
import { ServiceWatch } from './service-watch.js';

export interface ConsulNodeStoreOptions extends ConsulOptions {
  /** Start of the services' names: `synod` gives `synod-worker`. Default `synod`. */
  readonly prefix?: string | undefined;
  /** How long a blocking query waits for a change; a frozen Consul is noticed after it. Default 10,000 ms, 100 to 600,000. */
  readonly waitMs?: number | undefined;
  /** Consul removes what is critical for so long; it takes 60,000 ms at least, whatever shorter is asked. Default 60,000. */
  readonly deregisterAfterMs?: number | undefined;
  /** How often a registration is compared with those on other hosts, for a newer incarnation. Default 60,000 ms. */
  readonly verifyIntervalMs?: number | undefined;
}

const DEFAULT_PREFIX = 'synod';
const DEFAULT_WAIT_MS = 10_000;
const DEFAULT_DEREGISTER_AFTER_MS = 60_000;
const DEFAULT_VERIFY_INTERVAL_MS = 60_000;

/**
 * Nodes as Consul services with TTL checks, registered at this host's own Consul agent; members are those whose checks pass. Only
 * kinds that somebody watches are followed: 2,000 agents need not each follow 2,000 workers.
 */
export function createConsulNodeStore(options: ConsulNodeStoreOptions, modules: DiscoveryModules): NodeStore {
  return new DrivenNodeStore('consul', modules, (context) => new ConsulDriver(options, context));
}

/** What this process registered, and when it last looked for newer incarnations on other hosts. */
interface Made {
  readonly node: NodeRecord;
  readonly verifiedAtMs: number;
}

/** Most registrations that are remembered: a registry relays for many hosts. A forgotten one is simply made again. */
const MAX_MADE = 20_000;

class ConsulDriver implements StoreDriver {
  private readonly client: ConsulClient;
  private readonly prefix: string;
  private readonly made = new Map<string, Made>();
  private readonly watches = new Map<NodeKind, ServiceWatch>();

  constructor(
    private readonly options: ConsulNodeStoreOptions,
    private readonly context: DriverContext,
  ) {
    this.client = new ConsulClient(options);
    this.prefix = options.prefix ?? DEFAULT_PREFIX;
  }

  async renew(node: NodeRecord): Promise<void> {
    const known = this.made.get(node.nodeId);
    const seen = this.context.membership.find(node.nodeId);
    if (seen !== undefined && seen.incarnation > node.incarnation) await this.giveUp(node, seen.incarnation);
    const renewed =
      known !== undefined &&
      sameNode(known.node, node) &&
      (await this.client.pass(serviceId(this.prefix, node.kind, node.nodeId, node.incarnation)));
    if (!renewed) await this.make(node);
    else if (this.nowMs() - known.verifiedAtMs > (this.options.verifyIntervalMs ?? DEFAULT_VERIFY_INTERVAL_MS)) {
      await this.verify(node);
      this.remember(node);
    }
  }

  async remove(nodeId: string, incarnation: number): Promise<void> {
    this.made.delete(nodeId);
    for (const kind of NODE_KINDS) {
      for (const { id } of await this.client.localServices(serviceName(this.prefix, kind))) {
        const found = incarnationOfId(id, this.prefix, kind, nodeId);
        if (found !== undefined && found <= incarnation) await this.client.deregister(id);
      }
    }
  }

  watching(kind: NodeKind | undefined): void {
    for (const each of kind === undefined ? NODE_KINDS : [kind]) {
      if (this.watches.has(each)) continue;
      const settings = { kind: each, prefix: this.prefix, waitMs: this.options.waitMs ?? DEFAULT_WAIT_MS };
      this.watches.set(each, new ServiceWatch(settings, this.client, this.context));
    }
  }

  close(): Promise<void> {
    for (const watch of this.watches.values()) watch.close();
    this.client.close();
    return Promise.resolve();
  }

  private async make(node: NodeRecord): Promise<void> {
    const older = await this.verify(node);
    const deregisterAfterMs = this.options.deregisterAfterMs ?? DEFAULT_DEREGISTER_AFTER_MS;
    await this.client.register(nodeToService(this.prefix, node), { ttlMs: node.ttlMs, deregisterAfterMs });
    this.remember(node);
    for (const id of older) await this.client.deregister(id);
  }

  /**
   * Throws `incarnationOutdated` when a newer incarnation is there: on this host's Consul agent, which knows at once, or anywhere.
   * Gives the ids of older ones on this agent.
   */
  private async verify(node: NodeRecord): Promise<readonly string[]> {
    const name = serviceName(this.prefix, node.kind);
    const older: string[] = [];
    let newest = node.incarnation;
    for (const { id, passing } of await this.client.localServices(name)) {
      const incarnation = incarnationOfId(id, this.prefix, node.kind, node.nodeId);
      if (incarnation === undefined) continue;
      if (incarnation < node.incarnation) older.push(id);
      else if (passing) newest = Math.max(newest, incarnation);
    }
    const { services } = await this.client.passing(name, `Service.Meta.nodeId == ${JSON.stringify(node.nodeId)}`);
    for (const service of services) {
      newest = Math.max(newest, serviceToNode(service, node.kind)?.incarnation ?? 0);
    }
    if (newest > node.incarnation) await this.giveUp(node, newest);
    return older;
  }

  private async giveUp(node: NodeRecord, newest: number): Promise<never> {
    this.made.delete(node.nodeId);
    await this.client
      .deregister(serviceId(this.prefix, node.kind, node.nodeId, node.incarnation))
      .catch(() => undefined);
    throw incarnationOutdated(node, newest);
  }

  private remember(node: NodeRecord): void {
    this.made.delete(node.nodeId);
    this.made.set(node.nodeId, { node, verifiedAtMs: this.nowMs() });
    const [oldest] = this.made.keys();
    if (this.made.size > MAX_MADE && oldest !== undefined) this.made.delete(oldest);
  }

  private nowMs(): number {
    return this.context.modules.clock.monotonicMs();
  }
}
