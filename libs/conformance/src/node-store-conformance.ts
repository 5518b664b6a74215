import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MIN_TTL_MS } from '@synod/discovery';
import type { DiscoveryError, NodeKind, NodeStore, StoreHealth } from '@synod/discovery';
import type { NodeRecord } from '@synod/jobs';
import { DEADLINE_MS, until } from './until.js';

/** A store under test, and what may happen to it. */
export interface NodeStoreEnvironment {
  /** A store such as another process would have: with registrations and watches of its own. The suite closes it. */
  open(): NodeStore;
  /** From now on the store answers nobody. */
  outage(): Promise<void>;
  /** Ends an outage; what the store knew is there. */
  recover(): Promise<void>;
  /** The store loses all that it knew, and serves again when this resolves. */
  forget(): Promise<void>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

const node = (changes: Partial<NodeRecord> = {}): NodeRecord => ({
  nodeId: 'w1',
  kind: 'worker',
  address: '',
  incarnation: 1,
  labels: {},
  capacity: 4,
  version: '0.1.0',
  ttlMs: MIN_TTL_MS,
  ...changes,
});

/** What all stores pass on; the ttl is the registrant's own affair. */
const shown = (nodes: readonly NodeRecord[]) => nodes.map(({ ttlMs: _ttlMs, ...facts }) => facts);
const ids = (nodes: readonly NodeRecord[]): string[] => nodes.map(({ nodeId }) => nodeId);

const membership = (
  store: NodeStore,
  what: string,
  wanted: (nodes: readonly NodeRecord[]) => boolean,
  kind?: NodeKind,
) => until(what, (listener: (nodes: readonly NodeRecord[]) => void) => store.watch(kind, listener), wanted);
const here = (store: NodeStore, nodeId: string) =>
  membership(store, `${nodeId} is here`, (nodes) => ids(nodes).includes(nodeId));
const gone = (store: NodeStore, nodeId: string) =>
  membership(store, `${nodeId} is gone`, (nodes) => !ids(nodes).includes(nodeId));
const healthy = (store: NodeStore, wanted: boolean) =>
  until<StoreHealth>(
    `healthy: ${wanted}`,
    (listener) => {
      listener(store.health());
      return store.onHealth(listener);
    },
    (health) => health.healthy === wanted,
  );
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as DiscoveryError).code,
  );

/** What every adapter of the NodeStore port has to do. */
export function nodeStoreConformance(name: string, makeEnvironment: () => Promise<NodeStoreEnvironment>): void {
  describe(`node store (${name})`, () => {
    let environment: NodeStoreEnvironment;
    let stores: NodeStore[];

    beforeEach(async () => {
      environment = await makeEnvironment();
      stores = [];
    }, DEADLINE_MS);
    afterEach(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await environment.dispose();
    }, DEADLINE_MS);
    const open = (): NodeStore => {
      const store = environment.open();
      stores.push(store);
      return store;
    };
    const claim = (text: string, body: () => Promise<void>): void => test(text, body, 3 * DEADLINE_MS);

    membershipClaims(claim, open);
    changeClaims(claim, open);
    incarnationClaims(claim, open);
    outageClaims(claim, open, () => environment);
    lifecycleClaims(claim, open);
  });
}

type Claim = (text: string, body: () => Promise<void>) => void;

function membershipClaims(claim: Claim, open: () => NodeStore): void {
  claim('a registered node is seen by other processes with all that it said', async () => {
    const all = [
      node({ nodeId: 'c1', kind: 'coordinator', address: '[::1]:7401', incarnation: 2 ** 53 - 1, capacity: 0 }),
      node({ nodeId: 'r-1.example', kind: 'registry', address: 'host.example:7400', version: '' }),
      node({
        nodeId: 'w1',
        labels: {
          'example.org/zone': 'ä b=c,"d"',
          gpu: '',
          l1: 'x'.repeat(256),
          l2: 'y'.repeat(256),
          l3: 'z'.repeat(256),
        },
        capacity: 10_000,
      }),
    ];
    const registrant = open();
    for (const each of all) await registrant.register(each);
    const seen = await membership(open(), 'all three', (nodes) => nodes.length === 3);
    expect(shown(seen)).toEqual(shown(all));
  });

  claim(
    'the first thing that a watcher hears is the whole membership, then each change; of its kind only',
    async () => {
      const [registrant, other] = [open(), open()];
      await registrant.register(node({ nodeId: 'w1' }));
      await registrant.register(node({ nodeId: 'c1', kind: 'coordinator', address: 'h:1' }));
      await membership(other, 'both', (nodes) => nodes.length === 2);
      const told: string[][] = [];
      const followed = membership(
        other,
        'w2 came and w1 went',
        (nodes) => {
          told.push(ids(nodes));
          return nodes.length === 1 && told.length > 1;
        },
        'worker',
      );
      await here(other, 'w1');
      await registrant.register(node({ nodeId: 'w2' }));
      await here(other, 'w2');
      await registrant.deregister('w1');
      await followed;
      expect(told).toEqual([['w1'], ['w1', 'w2'], ['w2']]);
      expect(ids(other.nodes('worker'))).toEqual(['w2']);
      expect(ids(other.nodes())).toEqual(['c1', 'w2']);
    },
  );

  claim('two watchers hear the same; one that ended hears nothing more', async () => {
    const store = open();
    const ended: string[][] = [];
    const end = store.watch(undefined, (nodes) => ended.push(ids(nodes)));
    await membership(store, 'nobody', () => true);
    end();
    await store.register(node());
    await Promise.all([here(store, 'w1'), here(store, 'w1')]);
    expect(ended.flat()).toEqual([]);
  });
}

function changeClaims(claim: Claim, open: () => NodeStore): void {
  claim('a node whose registrant is dead goes when its ttl is over, one whose registrant lives stays', async () => {
    const [watcher, alive, dead] = [open(), open(), open()];
    await alive.register(node({ nodeId: 'alive' }));
    await dead.register(node({ nodeId: 'dead' }));
    await membership(watcher, 'both', (nodes) => nodes.length === 2);
    await dead.close();
    expect(ids(await gone(watcher, 'dead'))).toEqual(['alive']);
    // And once more, so that the living one needed several renewals.
    await watcher.renew(node({ nodeId: 'once' }));
    await here(watcher, 'once');
    expect(ids(await gone(watcher, 'once'))).toEqual(['alive']);
  });

  claim('labels may change: registered again, the node is seen with the new ones', async () => {
    const [registrant, watcher] = [open(), open()];
    await registrant.register(node({ labels: { zone: 'a', old: 'x' } }));
    await here(watcher, 'w1');
    await registrant.register(node({ labels: { zone: 'b' }, capacity: 9 }));
    const [seen] = await membership(watcher, 'zone b', (nodes) => nodes[0]?.labels['zone'] === 'b');
    expect(seen).toMatchObject({ labels: { zone: 'b' }, capacity: 9, incarnation: 1 });
  });

  claim('deregistering takes a node away at once and for good; unknown ones are fine', async () => {
    const [registrant, watcher] = [open(), open()];
    await registrant.register(node({ ttlMs: 3_600_000 }));
    await here(watcher, 'w1');
    await registrant.deregister('w1');
    await registrant.deregister('w1');
    await registrant.deregister('never-there', 7);
    await gone(watcher, 'w1');
  });
}

function incarnationClaims(claim: Claim, open: () => NodeStore): void {
  claim('an older incarnation is refused, also when it only renews', async () => {
    const [newer, older] = [open(), open()];
    await newer.register(node({ incarnation: 7 }));
    const refusal = await older.register(node({ incarnation: 6 })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ facts: { code: 'incarnationOutdated', nodeId: 'w1', incarnation: 6, newest: 7 } });
    expect(await codeOf(older.renew(node({ incarnation: 5 })))).toBe('incarnationOutdated');
  });

  claim('a newer incarnation takes over, and the owner of the older one is told', async () => {
    const [newer, older, watcher] = [open(), open(), open()];
    const told = new Promise<DiscoveryError>((resolve) => {
      void older.register(node({ incarnation: 1 }), resolve).then(() => newer.register(node({ incarnation: 2 })));
    });
    expect((await told).facts).toMatchObject({ code: 'incarnationOutdated', newest: 2 });
    const seen = await membership(watcher, 'incarnation 2 alone', ([first]) => first?.incarnation === 2);
    expect(seen).toHaveLength(1);
  });

  claim('the end of an older incarnation does not take the newer one away', async () => {
    const [newer, watcher] = [open(), open()];
    await newer.register(node({ incarnation: 2 }));
    await here(watcher, 'w1');
    await watcher.deregister('w1', 1);
    await newer.register(node({ nodeId: 'w2' }));
    expect(ids(await here(watcher, 'w2'))).toEqual(['w1', 'w2']);
  });
}

function outageClaims(claim: Claim, open: () => NodeStore, environment: () => NodeStoreEnvironment): void {
  claim(
    'in an outage the last known membership stays, with a reason and a time; afterwards all goes on by itself',
    async () => {
      const [registrant, watcher] = [open(), open()];
      await registrant.register(node());
      await watcher.register(node({ nodeId: 'w2' }));
      await membership(watcher, 'both', (nodes) => nodes.length === 2);
      const beforeMs = Date.now();
      await environment().outage();
      const health = await healthy(watcher, false);
      expect(health).toMatchObject({ reason: expect.stringMatching(/./) });
      expect(health.healthy === false && health.sinceMs >= beforeMs && health.sinceMs <= Date.now()).toBe(true);
      expect(ids(watcher.nodes())).toEqual(['w1', 'w2']);
      expect(await codeOf(registrant.register(node({ nodeId: 'late' })))).toBe('storeUnavailable');
      await environment().recover();
      await healthy(watcher, true);
      // Registered in the outage, and made without being asked again.
      await membership(watcher, 'all three', (nodes) => nodes.length === 3);
    },
  );

  claim('what the store forgot is registered again by itself', async () => {
    const [registrant, watcher] = [open(), open()];
    await registrant.register(node());
    await registrant.register(node({ nodeId: 'c1', kind: 'coordinator', address: 'h:1' }));
    await membership(watcher, 'both', (nodes) => nodes.length === 2);
    await environment().forget();
    const asked = open();
    await membership(asked, 'both are back', (nodes) => nodes.length === 2);
    await asked.register(node({ nodeId: 'new' }));
    await membership(watcher, 'the watch goes on', (nodes) => nodes.length === 3);
  });
}

function lifecycleClaims(claim: Claim, open: () => NodeStore): void {
  claim('close twice is fine, ends watches and renewals, and refuses what comes later', async () => {
    const [store, watcher] = [open(), open()];
    await store.register(node());
    await here(watcher, 'w1');
    await Promise.all([store.close(), store.close()]);
    await store.close();
    expect(await codeOf(store.register(node()))).toBe('storeClosed');
    expect(await codeOf(store.renew(node()))).toBe('storeClosed');
    expect(await codeOf(store.deregister('w1'))).toBe('storeClosed');
    await gone(watcher, 'w1');
  });

  claim('a node that no store can hold is refused', async () => {
    const store = open();
    expect(await codeOf(store.register(node({ ttlMs: 999 })))).toBe('nodeInvalid');
    expect(await codeOf(store.register(node({ ttlMs: 3_600_001 })))).toBe('nodeInvalid');
    expect(await codeOf(store.register(node({ nodeId: 'a b' })))).toBe('nodeInvalid');
    expect(await codeOf(store.register(node({ incarnation: -1 })))).toBe('nodeInvalid');
  });
}
