import {
  createConsulNodeStore,
  createEmbeddedNodeStore,
  createRemoteNodeStore,
  registryServiceHandlers,
} from '@synod/discovery';
import type { DiscoveryModules } from '@synod/discovery';
import { silentLogger, systemClock, systemRandom, systemTimers } from '@synod/observability';
import { createRpcServer } from '@synod/rpc';
import { services } from '@synod/wire';
import { ConsulAgent, findConsul } from './consul-agent.js';
import { nodeStoreConformance } from './node-store-conformance.js';
import { SingleReplica } from './single-replica.js';

const modules: DiscoveryModules = {
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  logger: silentLogger,
};

nodeStoreConformance('embedded', async () => {
  const replica = new SingleReplica();
  const leader = createEmbeddedNodeStore(replica.leader(), modules);
  return {
    open: () => createEmbeddedNodeStore(replica.follower(leader.heard), modules),
    outage: async () => replica.setDown(true),
    recover: async () => replica.setDown(false),
    forget: () => replica.forget(),
    dispose: () => leader.close(),
  };
});

nodeStoreConformance('remote', async () => {
  const replica = new SingleReplica();
  const leader = createEmbeddedNodeStore(replica.leader(), modules);
  const security = { insecure: false };
  const serve = async (at: string) => {
    const closing = new AbortController();
    const server = createRpcServer({ security, reflection: false });
    server.addService(services.RegistryService, registryServiceHandlers(leader, closing.signal));
    const address = await server.listen(at);
    const stop = (): Promise<void> => {
      closing.abort();
      return server.stop(0);
    };
    return { stop, address };
  };
  let served = await serve('127.0.0.1:0');
  return {
    open: () => createRemoteNodeStore({ addresses: [served.address], security }, modules),
    outage: () => served.stop(),
    recover: async () => void (served = await serve(served.address)),
    forget: () => replica.forget(),
    dispose: async () => {
      await served.stop();
      await leader.close();
    },
  };
});

const consul = findConsul();
if ('missing' in consul) {
  test.skip(`node store (consul): skipped, because ${consul.missing}`, () => undefined);
} else {
  let agent: Promise<ConsulAgent> | undefined;
  let environments = 0;
  afterAll(async () => (await agent)?.kill());
  nodeStoreConformance('consul', async () => {
    const running = await (agent ??= ConsulAgent.start(consul.path));
    environments += 1;
    const prefix = `synod-${environments}`;
    return {
      open: () => createConsulNodeStore({ url: running.url, prefix, requestTimeoutMs: 500, waitMs: 1_000 }, modules),
      outage: async () => running.freeze(),
      recover: async () => running.thaw(),
      forget: async () => {
        await running.kill();
        await running.start();
      },
      dispose: async () => running.thaw(),
    };
  });
}
