import type { NodeRecord } from '@synod/jobs';
import { newestOfEach } from './membership.js';
import { asDiscoveryError, DiscoveryError, incarnationOutdated, isFinal } from './node-store.js';
import type { NodeKind, NodeStore, StoreHealth } from './node-store.js';

/**
 * Several stores as one: the union by nodeId, of which the newest incarnation counts. Registrations go to all of them and are
 * made when one took them and none refused them; a store that is unhealthy isn't waited for, unless all are.
 */
export function mergeNodeStores(stores: readonly NodeStore[]): NodeStore {
  const [only] = stores;
  return stores.length === 1 && only !== undefined ? only : new MergedNodeStore(stores);
}

class MergedNodeStore implements NodeStore {
  private readonly stopped = new Set<() => void>();

  constructor(private readonly stores: readonly NodeStore[]) {}

  async register(node: NodeRecord, onOutdated: (error: DiscoveryError) => void = () => undefined): Promise<void> {
    let told = false;
    const outdatedIn = (error: DiscoveryError): void => {
      if (told) return;
      told = true;
      void this.deregister(node.nodeId, node.incarnation).catch(() => undefined);
      onOutdated(error);
    };
    try {
      await this.inAll((store) => store.register(node, outdatedIn));
    } catch (error) {
      const refused = error instanceof DiscoveryError && error.code !== 'storeUnavailable';
      if (refused && error.code !== 'storeClosed')
        await this.deregister(node.nodeId, node.incarnation).catch(() => undefined);
      throw error;
    }
  }

  async renew(node: NodeRecord): Promise<void> {
    const known = this.nodes().find(({ nodeId }) => nodeId === node.nodeId);
    if (known !== undefined && known.incarnation > node.incarnation) throw incarnationOutdated(node, known.incarnation);
    await this.inAll((store) => store.renew(node));
  }

  async deregister(nodeId: string, incarnation?: number): Promise<void> {
    await this.inAll((store) => store.deregister(nodeId, incarnation));
  }

  watch(kind: NodeKind | undefined, listener: (nodes: readonly NodeRecord[]) => void): () => void {
    let told: string | undefined;
    const known = new Map<NodeStore, readonly NodeRecord[]>();
    const tell = (store: NodeStore, nodes: readonly NodeRecord[]): void => {
      known.set(store, nodes);
      // A store that is down from the start must not hide what the others know; one that is only slower is waited for.
      const awaited = this.stores.some((each) => !known.has(each) && each.health().healthy);
      const merged = newestOfEach([...known.values()].flat());
      const text = JSON.stringify(merged);
      if (awaited || text === told) return;
      told = text;
      listener(merged);
    };
    const ends = this.stores.flatMap((store) => [
      store.watch(kind, (nodes) => tell(store, nodes)),
      store.onHealth(() => {
        const [first] = known.keys();
        if (first !== undefined) tell(first, known.get(first) ?? []);
      }),
    ]);
    const end = (): void => {
      for (const each of ends) each();
      this.stopped.delete(end);
    };
    this.stopped.add(end);
    return end;
  }

  nodes(kind?: NodeKind): readonly NodeRecord[] {
    return newestOfEach(this.stores.flatMap((store) => store.nodes(kind)));
  }

  health(): StoreHealth {
    const [worst] = this.stores.flatMap((store) => {
      const health = store.health();
      return health.healthy ? [] : [health];
    });
    return worst ?? { healthy: true };
  }

  onHealth(listener: (health: StoreHealth) => void): () => void {
    let before = this.health().healthy;
    const ends = this.stores.map((store) =>
      store.onHealth(() => {
        const health = this.health();
        if (health.healthy === before) return;
        before = health.healthy;
        listener(health);
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  async close(): Promise<void> {
    for (const end of [...this.stopped]) end();
    await Promise.all(this.stores.map((store) => store.close()));
  }

  /** Rejects when one refuses, or when all that were waited for are unavailable. */
  private async inAll(action: (store: NodeStore) => Promise<void>): Promise<void> {
    const healthy = this.stores.filter((store) => store.health().healthy);
    const awaited = healthy.length > 0 ? healthy : this.stores;
    const started = this.stores.map((store) => ({ store, done: action(store) }));
    const notAwaited = started.filter(({ store }) => !awaited.includes(store));
    for (const { done } of notAwaited) done.catch(() => undefined);
    const results = await Promise.allSettled(
      started.filter(({ store }) => awaited.includes(store)).map(({ done }) => done),
    );
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [asDiscoveryError('merged', result.reason)] : [],
    );
    const [first] = errors;
    const refusal = errors.find(isFinal);
    if (refusal !== undefined) throw refusal;
    if (first !== undefined && errors.length === results.length) throw first;
  }
}
