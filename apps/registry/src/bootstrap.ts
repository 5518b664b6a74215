import type { Logger } from '@synod/base';
import type { Environment } from '@synod/config';
import { describeError } from '@synod/contracts';
import {
  createConsulNodeStore,
  createRemoteNodeStore,
  mergeNodeStores,
  registryServiceHandlers,
} from '@synod/discovery';
import type { DiscoveryModules, NodeStore } from '@synod/discovery';
import type { NodeRecord } from '@synod/jobs';
import { createLogger, systemClock, systemRandom, systemTimers } from '@synod/observability';
import type { AppContext, RunningApp } from '@synod/observability';
import { createRpcServer } from '@synod/rpc';
import { services } from '@synod/wire';
import { defaultId, parseOptions, VERSION } from './options.js';
import type { RegistryOptions } from './options.js';
import { Registry } from './registry.js';

/** Starts a registry; resolves when it serves, whether or not the stores answer. */
export async function bootstrap(
  argv: readonly string[],
  env: Environment,
  { fail }: Pick<AppContext, 'fail'>,
): Promise<RunningApp> {
  const options = parseOptions(argv, env);
  const logger = createLogger({ name: 'registry', level: options.logLevel });
  logger.info({ options: options.described }, 'starting');
  const closing = new AbortController();
  const server = createRpcServer({ security: options.security, logger, describe: describeError });
  const store = createStore(options, logger);
  server.addService(services.RegistryService, registryServiceHandlers(store, closing.signal));
  try {
    const address = await server.listen(options.listen);
    for (const service of ['', 'synod.v1.RegistryService']) server.setServing(service, true);
    const self = selfOf(options, address);
    const registry = new Registry(self, { store, server, closing, logger, onOutdated: fail });
    registry.announce();
    return { id: self.nodeId, address, stop: () => registry.stop() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function createStore(options: RegistryOptions, logger: Logger): NodeStore {
  const modulesOf = (store: string): DiscoveryModules => ({
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    logger: logger.child({ component: 'nodeStore', store }),
  });
  const { consul, coordinators, security } = options;
  return mergeNodeStores([
    ...(coordinators === undefined
      ? []
      : [createRemoteNodeStore({ addresses: coordinators, security }, modulesOf('embedded'))]),
    ...(consul === undefined ? [] : [createConsulNodeStore(consul, modulesOf('consul'))]),
  ]);
}

function selfOf(options: RegistryOptions, boundAddress: string): NodeRecord {
  const address = options.advertise ?? boundAddress;
  return {
    nodeId: options.id ?? defaultId(address),
    kind: 'registry',
    address,
    // It keeps nothing, so its restarts are numbered by the clock.
    incarnation: systemClock.wallMs(),
    labels: {},
    capacity: 0,
    version: VERSION,
    ttlMs: options.ttlMs,
  };
}
