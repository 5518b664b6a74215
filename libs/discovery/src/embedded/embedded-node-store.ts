import type { CancelTimer } from '@synod/base';
import type { DeregisterNode, NodeRecord } from '@synod/jobs';
import { DrivenNodeStore } from '../driven-node-store.js';
import type { DriverContext, StoreDriver } from '../driven-node-store.js';
import { sameNode } from '../membership.js';
import { asDiscoveryError, incarnationOutdated, storeUnavailable } from '../node-store.js';
import type { DiscoveryModules, NodeStore } from '../node-store.js';
import { Liveness } from './liveness.js';
import type { NodeRenewal, ReplicatedNodes } from './replicated-nodes.js';

const STORE = 'embedded';

/** How often the leader looks for nodes unheard for their ttl, and followers relay what they heard. Bounds the lateness of both. */
export const SWEEP_INTERVAL_MS = 250;

/** The node store in the coordinators' own log. */
export interface EmbeddedNodeStore extends NodeStore {
  /** Signs of life that another coordinator relayed; only the leader's store makes use of them. */
  heard(renewals: readonly NodeRenewal[]): void;
}

/**
 * The node store of a coordinator. Only a first registration, a change and an end are commands in the log; renewals stay in the
 * leader's memory, and the leader proposes the end of a node that was unheard for its ttl.
 */
export function createEmbeddedNodeStore(replicated: ReplicatedNodes, modules: DiscoveryModules): EmbeddedNodeStore {
  let driver: EmbeddedDriver | undefined;
  const store = new DrivenNodeStore(STORE, modules, (context) => (driver = new EmbeddedDriver(replicated, context)));
  return Object.assign(store, {
    heard: (renewals: readonly NodeRenewal[]) => driver?.heard(renewals),
  });
}

class EmbeddedDriver implements StoreDriver {
  private readonly liveness: Liveness;
  private applied: readonly NodeRecord[] = [];
  private readonly toRelay = new Map<string, NodeRenewal>();
  private readonly expiring = new Set<string>();
  private readonly unsubscribe: () => void;
  private readonly cancelSweep: CancelTimer;

  constructor(
    private readonly replicated: ReplicatedNodes,
    private readonly context: DriverContext,
  ) {
    this.liveness = new Liveness(context.modules.clock);
    this.unsubscribe = replicated.onChange(() => this.refresh());
    this.cancelSweep = context.modules.timers.every(SWEEP_INTERVAL_MS, () => this.sweep());
    this.refresh();
  }

  heard(renewals: readonly NodeRenewal[]): void {
    for (const renewal of renewals) this.liveness.heard(renewal);
  }

  async renew(node: NodeRecord): Promise<void> {
    const known = this.replicated.nodes().find(({ nodeId }) => nodeId === node.nodeId);
    if (known !== undefined && known.incarnation > node.incarnation) throw incarnationOutdated(node, known.incarnation);
    const unchanged = known !== undefined && sameNode(known, node);
    if (unchanged && this.replicated.leading()) this.liveness.heard(node);
    else if (unchanged && this.replicated.relay !== undefined) this.toRelay.set(node.nodeId, node);
    else await this.propose(node);
  }

  async remove(nodeId: string, incarnation: number): Promise<void> {
    await this.end({ type: 'deregisterNode', nodeId, incarnation, cause: 'asked' });
  }

  watching(): void {
    // The whole membership is here anyway.
  }

  close(): Promise<void> {
    this.unsubscribe();
    this.cancelSweep();
    return Promise.resolve();
  }

  private async propose(node: NodeRecord): Promise<void> {
    const reply = await this.replicated.propose({ type: 'registerNode', node });
    if (reply.type === 'nodeRegistered') return;
    if (reply.type === 'refused' && reply.refusal.code === 'incarnationOutdated') {
      throw incarnationOutdated(node, reply.refusal.newest);
    }
    throw storeUnavailable(STORE, reply.type === 'refused' ? reply.refusal.code : reply.type);
  }

  private async end(command: DeregisterNode): Promise<void> {
    const reply = await this.replicated.propose(command);
    if (reply.type !== 'nodeDeregistered') throw storeUnavailable(STORE, reply.type);
  }

  private refresh(): void {
    this.applied = this.replicated.nodes();
    this.liveness.update(this.applied, this.replicated.leading());
    this.context.membership.setAll(this.applied);
  }

  private sweep(): void {
    this.liveness.update(this.applied, this.replicated.leading());
    this.relayHeard();
    for (const node of this.liveness.expired()) void this.expire(node);
  }

  private relayHeard(): void {
    if (this.toRelay.size === 0) return;
    const renewals = [...this.toRelay.values()].map(({ nodeId, incarnation }) => ({ nodeId, incarnation }));
    this.toRelay.clear();
    const { health } = this.context;
    if (this.replicated.leading()) this.heard(renewals);
    else if (this.replicated.relay?.(renewals) === false) return health.failed('relay', 'there is no leader');
    health.recovered('relay');
  }

  private async expire({ nodeId, incarnation, ttlMs }: NodeRecord): Promise<void> {
    if (this.expiring.has(nodeId)) return;
    this.expiring.add(nodeId);
    try {
      await this.end({ type: 'deregisterNode', nodeId, incarnation, cause: 'expired' });
      this.context.modules.logger.info({ nodeId, incarnation, ttlMs }, 'node expired: not renewed for its ttl');
    } catch (error) {
      // The next sweep tries again, of this leader or another.
      this.context.modules.logger.debug({ nodeId, error: asDiscoveryError(STORE, error) }, 'expiry not proposed');
    } finally {
      this.expiring.delete(nodeId);
    }
  }
}
