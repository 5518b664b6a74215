import type { NodeRecord } from '@synod/jobs';
import { Membership } from './membership.js';
import { asDiscoveryError, DiscoveryError, MAX_TTL_MS, MIN_TTL_MS } from './node-store.js';
import type { DiscoveryModules, NodeKind, NodeStore, StoreHealth } from './node-store.js';
import { Registrations } from './registrations.js';
import { HealthTracker } from './store-health.js';

/** What one kind of store does; everything else is the same for all. */
export interface StoreDriver {
  /** Registers or renews once, for `node.ttlMs`. Rejects with a DiscoveryError, or with anything: then it is unavailable. */
  renew(node: NodeRecord): Promise<void>;
  /** Removes this incarnation or an older one. */
  remove(nodeId: string, incarnation: number): Promise<void>;
  /** Somebody wants to see these nodes from now on. May be called again. */
  watching(kind: NodeKind | undefined): void;
  close(): Promise<void>;
}

/** What a driver reports to. */
export interface DriverContext {
  readonly membership: Membership;
  readonly health: HealthTracker;
  readonly registrations: Registrations;
  readonly modules: DiscoveryModules;
}

/** A NodeStore over a driver: keeps registrations alive, holds the membership, tells watchers. */
export class DrivenNodeStore implements NodeStore {
  private readonly membership = new Membership();
  private readonly tracker: HealthTracker;
  private readonly registrations: Registrations;
  private readonly driver: StoreDriver;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly name: string,
    modules: DiscoveryModules,
    createDriver: (context: DriverContext) => StoreDriver,
  ) {
    this.tracker = new HealthTracker(modules.clock, modules.logger);
    const renew = (node: NodeRecord): Promise<void> => this.driver.renew(node);
    this.registrations = new Registrations({ store: name, renew }, modules, this.tracker);
    const { membership, registrations } = this;
    this.driver = createDriver({ membership, registrations, health: this.tracker, modules });
  }

  async register(node: NodeRecord, onOutdated: (error: DiscoveryError) => void = () => undefined): Promise<void> {
    this.check(node);
    await this.registrations.add(node, onOutdated);
  }

  async renew(node: NodeRecord): Promise<void> {
    this.check(node);
    await this.reached(() => this.driver.renew(node));
  }

  async deregister(nodeId: string, incarnation?: number): Promise<void> {
    this.assertOpen();
    const own = this.registrations.get(nodeId);
    if (own !== undefined && (incarnation === undefined || own.incarnation <= incarnation)) {
      await this.registrations.remove(nodeId);
    }
    const known = incarnation ?? own?.incarnation ?? this.membership.find(nodeId)?.incarnation;
    await this.reached(() => this.driver.remove(nodeId, known ?? Number.MAX_SAFE_INTEGER));
  }

  watch(kind: NodeKind | undefined, listener: (nodes: readonly NodeRecord[]) => void): () => void {
    this.assertOpen();
    this.driver.watching(kind);
    return this.membership.watch(kind, listener);
  }

  nodes(kind?: NodeKind): readonly NodeRecord[] {
    return this.membership.nodes(kind);
  }

  health(): StoreHealth {
    return this.tracker.get();
  }

  onHealth(listener: (health: StoreHealth) => void): () => void {
    return this.tracker.onChange(listener);
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      this.membership.unwatchAll();
      this.tracker.close();
      const renewalsEnded = this.registrations.close();
      await this.driver.close();
      await renewalsEnded;
    })();
    return this.closing;
  }

  private async reached(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw asDiscoveryError(this.name, error);
    }
  }

  private check(node: NodeRecord): void {
    this.assertOpen();
    const wrong = wrongField(node);
    if (wrong === undefined) return;
    throw new DiscoveryError({ code: 'nodeInvalid', field: wrong }, `node ${node.nodeId}: ${wrong} is out of range`);
  }

  private assertOpen(): void {
    if (this.closing === undefined) return;
    throw new DiscoveryError({ code: 'storeClosed', store: this.name }, `node store ${this.name} is closed`);
  }
}

function wrongField(node: NodeRecord): string | undefined {
  if (!/^\S{1,128}$/.test(node.nodeId)) return 'nodeId';
  if (!Number.isSafeInteger(node.incarnation) || node.incarnation < 0) return 'incarnation';
  if (!Number.isSafeInteger(node.capacity) || node.capacity < 0) return 'capacity';
  return node.ttlMs >= MIN_TTL_MS && node.ttlMs <= MAX_TTL_MS ? undefined : 'ttlMs';
}
