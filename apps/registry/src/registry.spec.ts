import { ConsulAgent, findConsul, SingleReplica } from '@synod/conformance';
import { createEmbeddedNodeStore, createRemoteNodeStore, registryServiceHandlers } from '@synod/discovery';
import type { DiscoveryModules, NodeStore } from '@synod/discovery';
import type { NodeRecord } from '@synod/jobs';
import { silentLogger, systemClock, systemRandom, systemTimers } from '@synod/observability';
import type { RunningApp } from '@synod/observability';
import { callUnary, connect, createRpcServer } from '@synod/rpc';
import { services } from '@synod/wire';
import { bootstrap } from './bootstrap.js';

const DEADLINE_MS = 20_000;
const security = { insecure: false };
const modules: DiscoveryModules = {
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  logger: silentLogger,
};

const worker = (nodeId: string, changes: Partial<NodeRecord> = {}): NodeRecord => ({
  nodeId,
  kind: 'worker',
  address: '',
  incarnation: 1,
  labels: { zone: 'a' },
  capacity: 4,
  version: '0.1.0',
  ttlMs: 1_000,
  ...changes,
});

/** Resolves when the nodes of a store are these. */
function membersAre(store: NodeStore, wanted: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let last: readonly string[] = [];
    const late = setTimeout(() => reject(new Error(`wanted ${wanted.join()}, last was ${last.join()}`)), DEADLINE_MS);
    const end = store.watch(undefined, (nodes) => {
      last = nodes.map(({ nodeId }) => nodeId);
      if (last.join() !== wanted.join()) return;
      clearTimeout(late);
      queueMicrotask(() => end());
      resolve();
    });
  });
}

describe('registry', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  }, DEADLINE_MS);

  /** What a coordinator serves of its embedded store. */
  async function coordinator(listen = '127.0.0.1:0'): Promise<string> {
    const store = createEmbeddedNodeStore(new SingleReplica().leader(), modules);
    const server = createRpcServer({ security, reflection: false });
    const closing = new AbortController();
    server.addService(services.RegistryService, registryServiceHandlers(store, closing.signal));
    const address = await server.listen(listen);
    ends.push(async () => {
      closing.abort();
      await server.stop(0);
      await store.close();
    });
    return address;
  }
  async function registry(
    args: readonly string[],
    fail: (error: unknown) => void = () => undefined,
  ): Promise<RunningApp> {
    const argv = ['--listen', '127.0.0.1:0', '--log-level', 'silent', '--ttl', '1s', ...args];
    const app = await bootstrap(argv, {}, { fail });
    ends.push(() => app.stop());
    return app;
  }
  function clientOf(...apps: readonly RunningApp[]): NodeStore {
    const store = createRemoteNodeStore({ addresses: apps.map(({ address }) => address ?? ''), security }, modules);
    ends.push(() => store.close());
    return store;
  }
  function listAt(app: RunningApp) {
    const client = connect(services.RegistryService, app.address ?? '', security);
    return callUnary(client, 'listNodes', {}).finally(() => client.close());
  }

  it(
    'streams the coordinators’ nodes, registers workers there, and several stand side by side',
    async () => {
      const coordinators = ['--coordinators', await coordinator()];
      const [first, second] = [
        await registry(['--id', 'r1', ...coordinators]),
        await registry(['--id', 'r2', ...coordinators]),
      ];
      const [atFirst, atSecond] = [clientOf(first), clientOf(second)];
      await atFirst.register(worker('w1'));
      await membersAre(atSecond, ['r1', 'r2', 'w1']);
      expect(atSecond.nodes('worker')).toMatchObject([{ nodeId: 'w1', labels: { zone: 'a' }, capacity: 4 }]);
      await first.stop();
      // It said goodbye, and the worker's registration goes on at nobody else: it ends by its ttl.
      await membersAre(atSecond, ['r2']);
    },
    2 * DEADLINE_MS,
  );

  it(
    'a client of several registries goes on at another one when its own stops',
    async () => {
      const coordinators = ['--coordinators', await coordinator()];
      const [first, second] = [
        await registry(['--id', 'r1', ...coordinators]),
        await registry(['--id', 'r2', ...coordinators]),
      ];
      const store = clientOf(first, second);
      await store.register(worker('w1', { ttlMs: 3_000 }));
      await membersAre(store, ['r1', 'r2', 'w1']);
      await first.stop();
      await membersAre(store, ['r2', 'w1']);
      await second.stop();
    },
    2 * DEADLINE_MS,
  );

  it(
    'serves while its coordinators are away: says so, and goes on by itself when they come',
    async () => {
      const probe = createRpcServer({ security, reflection: false });
      const later = await probe.listen('127.0.0.1:0');
      await probe.stop(0);
      const app = await registry(['--id', 'r1', '--coordinators', later]);
      await expect(listAt(app)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await coordinator(later);
      await membersAre(clientOf(app), ['r1']);
      await expect(listAt(app)).resolves.toMatchObject({ nodes: [{ nodeId: 'r1', kind: 'NODE_KIND_REGISTRY' }] });
    },
    2 * DEADLINE_MS,
  );

  it(
    'a second one with its id takes over; the older one has to end',
    async () => {
      const coordinators = ['--id', 'r1', '--coordinators', await coordinator()];
      const failed = new Promise((resolve) => {
        void registry(coordinators, resolve).then(async (older) => {
          await membersAre(clientOf(older), ['r1']);
          await registry(coordinators);
        });
      });
      expect(await failed).toMatchObject({ code: 'incarnationOutdated' });
    },
    2 * DEADLINE_MS,
  );

  it('refuses malformed nodes with the fields that are wrong', async () => {
    const app = await registry(['--coordinators', await coordinator()]);
    const client = connect(services.RegistryService, app.address ?? '', security);
    ends.push(async () => client.close());
    const refused = (request: object) => expect(callUnary(client, 'registerNode', request)).rejects;
    await refused({}).toMatchObject({ code: 'INVALID_ARGUMENT' });
    await refused({ node: { nodeId: 'w1', kind: 'NODE_KIND_WORKER' }, ttlMs: 5 }).toMatchObject({
      facts: { violations: [{ field: 'ttl_ms' }] },
    });
    await refused({ node: { nodeId: 'c1', kind: 'NODE_KIND_COORDINATOR' } }).toMatchObject({
      facts: { violations: [{ field: 'node.address' }] },
    });
    await expect(callUnary(client, 'deregisterNode', {})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each([
    [['--node-store', 'redis'], 'invalidValue'],
    [['--listen', '0.0.0.0:7400', '--insecure'], 'invalidCombination'],
    [['--listen', '192.0.2.1:7400'], 'insecureAddress'],
  ])('%j is refused: %s', async (argv, code) => {
    await expect(bootstrap([...argv, '--log-level', 'silent'], {}, { fail: () => undefined })).rejects.toMatchObject({
      code,
    });
  });
});

const consul = findConsul();
if ('missing' in consul) {
  it.skip(`registry with Consul: skipped, because ${consul.missing}`, () => undefined);
} else {
  describe('registry with a real Consul', () => {
    it(
      'merges Consul and the coordinators, and serves while Consul is away',
      async () => {
        const agent = await ConsulAgent.start(consul.path);
        const store = createEmbeddedNodeStore(new SingleReplica().leader(), modules);
        const server = createRpcServer({ security, reflection: false });
        const closing = new AbortController();
        server.addService(services.RegistryService, registryServiceHandlers(store, closing.signal));
        const coordinators = await server.listen('127.0.0.1:0');
        const argv = ['--id', 'r1', '--listen', '127.0.0.1:0', '--coordinators', coordinators, '--consul', agent.url];
        const app = await bootstrap([...argv, '--log-level', 'silent'], {}, { fail: () => undefined });
        const client = createRemoteNodeStore({ addresses: [app.address ?? ''], security }, modules);
        try {
          await store.register(worker('in-coordinators', { ttlMs: 60_000 }));
          await client.register(worker('through-registry', { ttlMs: 60_000 }));
          await membersAre(client, ['in-coordinators', 'r1', 'through-registry']);
          const listed = await fetch(`${agent.url}/v1/catalog/service/synod-worker`);
          expect(await listed.json()).toMatchObject([
            {
              ServiceMeta: { nodeId: 'through-registry', incarnation: '1', capacity: '4', version: '0.1.0' },
              ServiceTags: ['zone=a'],
            },
          ]);
          await agent.kill();
          await client.register(worker('without-consul', { ttlMs: 60_000 }));
          await membersAre(client, ['in-coordinators', 'r1', 'through-registry', 'without-consul']);
        } finally {
          await client.close();
          await app.stop();
          closing.abort();
          await server.stop(0);
          await store.close();
          await agent.kill();
        }
      },
      2 * DEADLINE_MS,
    );
  });
}
