import type { Logger } from '@synod/base';
import { consulSettings } from '@synod/config';
import type { ConsulValues } from '@synod/config';
import {
  createConsulNodeStore,
  createRemoteNodeStore,
  DEFAULT_TTL_MS,
  mergeNodeStores,
  type DiscoveryModules,
  type NodeStore,
} from '@synod/discovery';
import type { RpcSecurity } from '@synod/rpc';
import { messageOf } from '../shared/platform.js';
import type { CoordinatorAddresses } from './coordinators.js';

/** What others see of this worker in a registry or in Consul. */
export interface RegisteredWorker {
  readonly workerId: string;
  readonly incarnation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: number;
  readonly version: string;
}

export interface StoreOptions extends ConsulValues {
  readonly registry: readonly string[] | undefined;
  readonly consul: string | undefined;
}

/** The node stores that the options name, as one; undefined when they name none. Each worker has a registry of its own to begin with. */
export function openNodeStore(
  workerId: string,
  options: StoreOptions,
  security: RpcSecurity,
  modules: DiscoveryModules,
): NodeStore | undefined {
  const stores: NodeStore[] = [];
  if (options.registry !== undefined) {
    stores.push(createRemoteNodeStore({ addresses: options.registry, security, preferenceKey: workerId }, modules));
  }
  if (options.consul !== undefined) {
    stores.push(createConsulNodeStore({ url: options.consul, ...consulSettings(options) }, modules));
  }
  return stores.length === 0 ? undefined : mergeNodeStores(stores);
}

export interface DiscoverySettings {
  /** Undefined: coordinators are known by options alone, and this worker by its session alone. */
  readonly store: NodeStore | undefined;
  readonly coordinators: CoordinatorAddresses;
  readonly log: Logger;
}

/**
 * Finds coordinators through registries and Consul, and registers this worker there for others to see. Nothing that runs
 * depends on it: when it is away, the addresses known so far serve on; and who is the newest of two workers with one id is
 * for the coordinators to say.
 */
export class Discovery {
  constructor(readonly settings: DiscoverySettings) {}

  start(worker: RegisteredWorker): void {
    const { store, coordinators, log } = this.settings;
    if (store === undefined) return;
    store.watch('coordinator', (nodes) =>
      coordinators.set(
        'discovery',
        nodes.map((node) => node.address),
      ),
    );
    const { workerId: nodeId, ...facts } = worker;
    const warn = (error: unknown): void => log.warn({ error: messageOf(error) }, 'this worker is not registered');
    store.register({ ...facts, nodeId, kind: 'worker', address: '', ttlMs: DEFAULT_TTL_MS }, warn).catch(warn);
  }

  /** `leave`: the worker is taken out; else its registration waits for its next incarnation, or ends by itself. */
  async stop(worker: RegisteredWorker, leave: boolean): Promise<void> {
    const { store, log } = this.settings;
    if (store === undefined) return;
    try {
      if (leave) await store.deregister(worker.workerId, worker.incarnation);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'this worker could not be taken out of the node store');
    }
    await store.close();
  }
}
