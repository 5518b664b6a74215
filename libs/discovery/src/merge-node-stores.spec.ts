import type { NodeRecord } from '@synod/jobs';
import { VirtualClock } from '@synod/testkit';
import { settled, testModules, testNode } from './discovery.spec-support.js';
import { DrivenNodeStore } from './driven-node-store.js';
import type { DriverContext } from './driven-node-store.js';
import { mergeNodeStores } from './merge-node-stores.js';
import { incarnationOutdated } from './node-store.js';

/** A store that does as it is told. */
function puppet(renew: (node: NodeRecord) => Promise<void> = () => Promise.resolve()) {
  let inner: DriverContext | undefined;
  const removed: string[] = [];
  const store = new DrivenNodeStore('puppet', testModules(new VirtualClock()), (context) => {
    inner = context;
    return {
      renew,
      remove: async (nodeId) => void removed.push(nodeId),
      watching: () => undefined,
      close: () => Promise.resolve(),
    };
  });
  const context = inner as unknown as DriverContext;
  return { store, removed, ...context };
}

describe('several node stores as one', () => {
  const facts = (nodes: readonly NodeRecord[]) => nodes.map(({ nodeId, incarnation }) => [nodeId, incarnation]);

  it('is the union by nodeId, of which the newest incarnation counts', () => {
    const [a, b] = [puppet(), puppet()];
    const merged = mergeNodeStores([a.store, b.store]);
    a.membership.setAll([testNode({ nodeId: 'x', incarnation: 2 }), testNode({ nodeId: 'y' })]);
    b.membership.setAll([testNode({ nodeId: 'x', incarnation: 1 }), testNode({ nodeId: 'z' })]);
    expect(facts(merged.nodes())).toEqual([
      ['x', 2],
      ['y', 1],
      ['z', 1],
    ]);
  });

  it('tells watchers when all have answered, or those that are unhealthy have not; then each change once', () => {
    const [a, b] = [puppet(), puppet()];
    const told: unknown[] = [];
    mergeNodeStores([a.store, b.store]).watch(undefined, (nodes) => told.push(nodes.map(({ nodeId }) => nodeId)));
    a.membership.setAll([testNode({ nodeId: 'x' })]);
    expect(told).toEqual([]);
    b.health.failed('watch', 'down');
    expect(told).toEqual([['x']]);
    b.membership.setAll([testNode({ nodeId: 'x' })]);
    expect(told).toEqual([['x']]);
    b.membership.setAll([testNode({ nodeId: 'x' }), testNode({ nodeId: 'y' })]);
    expect(told).toEqual([['x'], ['x', 'y']]);
  });

  it('a registration is made when one healthy store took it; an unhealthy one is not waited for', async () => {
    const hanging = puppet(() => new Promise(() => undefined));
    hanging.health.failed('watch', 'frozen');
    await mergeNodeStores([puppet().store, hanging.store]).renew(testNode());
    const failing = puppet(() => Promise.reject(new Error('down')));
    await mergeNodeStores([puppet().store, failing.store]).register(testNode());
    await expect(mergeNodeStores([failing.store, failing.store]).renew(testNode())).rejects.toMatchObject({
      code: 'storeUnavailable',
    });
  });

  it('a refusal by one takes the registration out of the others too', async () => {
    const [taking, refusing] = [puppet(), puppet((node) => Promise.reject(incarnationOutdated(node, 9)))];
    await expect(mergeNodeStores([taking.store, refusing.store]).register(testNode())).rejects.toMatchObject({
      facts: { code: 'incarnationOutdated', newest: 9 },
    });
    await settled();
    expect(taking.removed).toEqual(['w1']);
  });

  it('is unhealthy while one of them is', () => {
    const [a, b] = [puppet(), puppet()];
    const merged = mergeNodeStores([a.store, b.store]);
    const told: boolean[] = [];
    merged.onHealth(({ healthy }) => told.push(healthy));
    a.health.failed('watch', 'down');
    b.health.failed('watch', 'down too');
    a.health.recovered('watch');
    expect(merged.health()).toMatchObject({ healthy: false, reason: 'down too' });
    b.health.recovered('watch');
    expect(told).toEqual([false, true]);
  });

  it('one store is itself', () => {
    const { store } = puppet();
    expect(mergeNodeStores([store])).toBe(store);
  });
});
