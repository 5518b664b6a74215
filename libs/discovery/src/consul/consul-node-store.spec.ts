import type { NodeRecord } from '@synod/jobs';
import { testNode } from '../discovery.spec-support.js';
import type { NodeStore, StoreHealth } from '../node-store.js';
import { createConsulNodeStore } from './consul-node-store.js';
import type { ConsulNodeStoreOptions } from './consul-node-store.js';
import { nodeToService } from './consul-records.js';
import { FakeConsul, realTimeModules } from './fake-consul.spec-support.js';
import type { Asked } from './fake-consul.spec-support.js';

describe('node store on a Consul that misbehaves', () => {
  let consul: FakeConsul;
  let store: NodeStore;
  beforeEach(async () => {
    consul = await FakeConsul.start();
  });
  afterEach(async () => {
    await store.close();
    await consul.stop();
  });
  const open = (options: Partial<ConsulNodeStoreOptions> = {}): NodeStore =>
    (store = createConsulNodeStore(
      { url: consul.url, requestTimeoutMs: 300, waitMs: 500, ...options },
      realTimeModules(),
    ));
  const watchOf = ({ path }: Asked): boolean => path === '/v1/health/service/synod-worker';
  const isRegister = ({ path }: Asked): boolean => path === '/v1/agent/service/register';
  const entries = (...nodes: readonly NodeRecord[]) =>
    nodes.map((node) => {
      const { id, name, address, port, tags, meta } = nodeToService('synod', node);
      return { Service: { ID: id, Service: name, Address: address, Port: port, Tags: tags, Meta: meta } };
    });
  const healthIs = (healthy: boolean): Promise<StoreHealth> =>
    new Promise((resolve) => {
      const check = (health: StoreHealth): void => {
        if (health.healthy === healthy) resolve(health);
      };
      store.onHealth(check);
      check(store.health());
    });

  it('gives the index back, and starts again from nothing when it falls or is 0', async () => {
    const given = ['7', '9', '3', '5', '0', '6'];
    const seen: (string | null)[] = [];
    const done = new Promise<void>((resolve) => {
      consul.script = ({ query }) => {
        seen.push(query.get('index'));
        const index = given.shift();
        if (index === undefined) resolve();
        return index === undefined ? undefined : { headers: { 'x-consul-index': index } };
      };
    });
    open().watch('worker', () => undefined);
    await done;
    expect(seen).toEqual([null, '7', '9', null, '5', null, '6']);
  });

  it('an answer of servers without a leader, a refusal or a failure changes no membership and is said', async () => {
    const told: string[][] = [];
    const bad = [
      { headers: { 'x-consul-knownleader': 'false' } },
      { headers: { 'x-consul-results-filtered-by-acls': 'true' } },
      { status: 500, body: 'No cluster leader' },
      { status: 403, body: 'Permission denied' },
    ];
    const reasons: string[] = [];
    let asked = 0;
    consul.script = () => {
      asked += 1;
      const health = store.health();
      if (!health.healthy) reasons.push(health.reason);
      return bad[asked - 2] ?? { body: entries(testNode()) };
    };
    open().watch('worker', (nodes) => told.push(nodes.map(({ nodeId }) => nodeId)));
    await healthIs(false);
    await healthIs(true);
    expect(told).toEqual([['w1']]);
    expect(reasons).toEqual([
      'Consul has no leader',
      'the token may not read all services',
      expect.stringContaining('No cluster leader'),
      expect.stringContaining('--consul-token'),
    ]);
  });

  it.each([
    [500, 'CheckID "service:synod-worker:w1:1" does not have associated TTL'],
    [404, 'Unknown check ID "service:synod-worker:w1:1"'],
  ])('a renewal that Consul does not know (%i) is a registration again', async (status, body) => {
    open();
    consul.script = () => ({});
    await store.register(testNode({ ttlMs: 1_000 }));
    consul.script = ({ path }) => (path.startsWith('/v1/agent/check/pass/') ? { status, body } : {});
    const again = await consul.next(isRegister);
    expect(again.body).toMatchObject({ ID: 'synod-worker:w1:1' });
  });

  it('registers name, address, port, metadata and a ttl check that passes at once, with the token', async () => {
    open({ token: 'hunter2', datacenter: 'dc7', deregisterAfterMs: 90_000 });
    const registered = consul.next(isRegister);
    await store.register(testNode({ kind: 'coordinator', address: '[::1]:7401', labels: { zone: 'a' } }));
    const { body, headers } = await registered;
    expect(headers['x-consul-token']).toBe('hunter2');
    expect(body).toMatchObject({
      ID: 'synod-coordinator:w1:1',
      Name: 'synod-coordinator',
      Address: '::1',
      Port: 7401,
      Tags: ['zone=a'],
      Meta: { nodeId: 'w1', incarnation: '1', capacity: '4', version: '0.1.0', labels: '{"zone":"a"}' },
      Check: { TTL: '3000ms', Status: 'passing', DeregisterCriticalServiceAfter: '90000ms' },
    });
    expect(consul.asked.filter(({ query }) => query.get('dc') === 'dc7').map(({ path }) => path)).toEqual([
      '/v1/health/service/synod-coordinator',
    ]);
  });

  it('an older incarnation that was left on the Consul agent is taken away; a newer one, there or elsewhere, is yielded to', async () => {
    const check = (incarnation: number, Status: string) => ({
      [`service:${incarnation}`]: { ServiceID: `synod-worker:w1:${incarnation}`, ServiceName: 'synod-worker', Status },
    });
    open();
    consul.script = ({ path }) =>
      path === '/v1/agent/checks' ? { body: { ...check(3, 'critical'), ...check(9, 'critical') } } : {};
    await store.register(testNode({ incarnation: 5 }));
    expect(consul.asked.at(-1)?.path).toBe('/v1/agent/service/deregister/synod-worker%3Aw1%3A3');
    consul.script = ({ path }) => (path === '/v1/agent/checks' ? { body: check(9, 'passing') } : {});
    await expect(store.register(testNode({ incarnation: 6 }))).rejects.toMatchObject({ facts: { newest: 9 } });
    consul.script = (asked) => (watchOf(asked) ? { body: entries(testNode({ incarnation: 8 })) } : {});
    await expect(store.register(testNode({ incarnation: 6 }))).rejects.toMatchObject({ facts: { newest: 8 } });
  });

  it('a registration is compared with other hosts again from time to time', async () => {
    open({ verifyIntervalMs: 0 });
    consul.script = () => ({});
    const outdated = new Promise((resolve) => void store.register(testNode({ ttlMs: 1_000 }), resolve));
    await consul.next(isRegister);
    consul.script = (asked) => (watchOf(asked) ? { body: entries(testNode({ incarnation: 2 })) } : {});
    expect(await outdated).toMatchObject({ facts: { code: 'incarnationOutdated', newest: 2 } });
    expect(consul.asked.at(-1)?.path).toBe('/v1/agent/service/deregister/synod-worker%3Aw1%3A1');
  });

  it('a Consul that takes connections and never answers is unavailable after the time-out, and close does not wait for it', async () => {
    consul.script = () => undefined;
    open().watch(undefined, () => undefined);
    await expect(store.register(testNode())).rejects.toMatchObject({
      facts: { code: 'storeUnavailable', reason: expect.stringContaining('did not answer within 300 ms') as string },
    });
    const asking = consul.next(watchOf);
    await asking;
    await store.close();
  });

  it('a Consul that is not there is said to be not there', async () => {
    store = createConsulNodeStore({ url: 'http://127.0.0.1:1/' }, realTimeModules());
    await expect(store.register(testNode())).rejects.toMatchObject({
      facts: { code: 'storeUnavailable', reason: 'nothing listens at 127.0.0.1:1' },
    });
  });
});
