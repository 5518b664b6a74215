import fc from 'fast-check';
import { BoundedLoads, loadBound, placeBounded } from './bounded-loads.js';
import { Rendezvous } from './rendezvous.js';
import { Ring } from './ring.js';

const idsOf = (count: number) => Array.from({ length: count }, (_, at) => `w${at}`);
const ringOf = (ids: readonly string[]) =>
  new Ring(
    {},
    ids.map((nodeId) => ({ nodeId, weight: 1 })),
  );

const factors = fc.constantFrom(1.01, 1.1, 1.25, 2);
const keysOf = (count: number, popular = count) => Array.from({ length: count }, (_, at) => `key-${at % popular}`);

describe('bounded loads', () => {
  it('never exceed ceil(factor × mean), whatever comes and goes, while the mean does not fall', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 400 }), factors, (nodes, keys, factor) => {
        const ids = idsOf(nodes);
        const loads = new BoundedLoads(ringOf(ids), factor);
        // A few popular keys: without a bound one node would have them all.
        for (const key of keysOf(keys, 3)) {
          const nodeId = loads.assign(key);
          expect(nodeId).toBeDefined();
          expect(loads.loadOf(nodeId ?? '')).toBeLessThanOrEqual(loadBound(loads.size, nodes, factor));
        }
        expect(ids.reduce((sum, id) => sum + loads.loadOf(id), 0)).toBe(keys);
      }),
      { numRuns: 60 },
    );
  });

  it('a node above a bound that fell takes nothing new until it is below', () => {
    const loads = new BoundedLoads(ringOf(idsOf(4)), 1.25);
    const placed = keysOf(100).map((key) => loads.assign(key) ?? '');
    const full = placed[0] ?? '';
    for (const nodeId of placed) if (nodeId !== full) loads.release(nodeId);
    const before = loads.loadOf(full);
    const next = keysOf(20).map((key) => loads.assign(key));
    expect(next).not.toContain(full);
    expect(loads.loadOf(full)).toBe(before);
  });

  it('places nothing without nodes, and refuses to release what was not placed', () => {
    const loads = new BoundedLoads(new Ring());
    expect(loads.assign('key')).toBeUndefined();
    expect(() => loads.release('w1')).toThrow('a released key was placed');
    expect(() => new BoundedLoads(new Ring(), 1)).toThrow('load factor is above 1');
  });

  it.each([
    ['ring', ringOf],
    [
      'rendezvous',
      (ids: readonly string[]) =>
        new Rendezvous(
          {},
          ids.map((nodeId) => ({ nodeId, weight: 1 })),
        ),
    ],
  ])('of a set of keys over %s are a function of keys and nodes: order does not matter', (_name, make) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 300 }), factors, (nodes, keys, factor) => {
        const ids = idsOf(nodes);
        const set = keysOf(keys);
        const placed = placeBounded(make(ids), set, factor);
        expect(placed).toEqual(placeBounded(make([...ids].reverse()), [...set].reverse(), factor));
        const counts = new Map<string, number>();
        for (const nodeId of placed.values()) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(loadBound(keys, nodes, factor));
        expect(placed.size).toBe(keys);
      }),
      { numRuns: 40 },
    );
  });

  it('with a factor of 1.25 a node that leaves moves few keys besides its own', () => {
    const ids = idsOf(50);
    const keys = keysOf(10_000);
    const before = placeBounded(ringOf(ids), keys);
    const after = placeBounded(ringOf(ids.filter((id) => id !== 'w7')), keys);
    const own = keys.filter((key) => before.get(key) === 'w7').length;
    const others = keys.filter((key) => before.get(key) !== 'w7' && before.get(key) !== after.get(key)).length;
    expect(own).toBeGreaterThan(0);
    expect(others / keys.length).toBeLessThan(0.1);
  });
});
