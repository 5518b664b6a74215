import { InvariantViolation } from '@synod/base';
import { Ring } from './ring.js';

const manyNodes = (count: number) => Array.from({ length: count }, (_, at) => ({ nodeId: `w${at}`, weight: 1 }));

/** Nodes of this ring share points: one virtual node each would rarely, so thousands of nodes are asked for a pair. */
function collidingPair(): readonly [string, string] {
  const pointToNode = new Map<number, string>();
  for (let at = 0; ; at += 1) {
    const nodeId = `n${at}`;
    const ring = new Ring({ virtualNodes: 1 }, [
      { nodeId, weight: 1 },
      { nodeId: 'reference', weight: 1 },
    ]);
    const share = ring.shares().get(nodeId) as number;
    const other = pointToNode.get(share);
    if (other !== undefined) return [other, nodeId];
    pointToNode.set(share, nodeId);
  }
}

describe('ring', () => {
  it('is the same built at once and node by node', () => {
    const nodes = manyNodes(50);
    const built = new Ring({}, nodes);
    const grown = new Ring();
    for (const { nodeId } of nodes) grown.set(nodeId);
    expect(grown.shares()).toEqual(built.shares());
  });

  it('breaks ties of equal points by node id, whoever came first', () => {
    const [left, right] = collidingPair();
    const smaller = left < right ? left : right;
    for (const order of [
      [left, right],
      [right, left],
    ]) {
      const ring = new Ring({ virtualNodes: 1 });
      for (const nodeId of order) ring.set(nodeId);
      expect(ring.shares().get(smaller)).toBe(1);
      expect(ring.owner('any key')).toBe(smaller);
      expect(ring.firstOf('any key', order)).toBe(smaller);
      const built = new Ring(
        { virtualNodes: 1 },
        order.map((nodeId) => ({ nodeId, weight: 1 })),
      );
      expect(built.shares().get(smaller)).toBe(1);
      ring.remove(smaller);
      expect([...ring.shares().values()]).toEqual([1]);
    }
  });

  it('takes the place of a node that left for one that joins', () => {
    const ring = new Ring({ virtualNodes: 8 }, manyNodes(3));
    for (let at = 0; at < 100; at += 1) {
      ring.set(`joining-${at}`);
      expect(ring.preferenceList('key', 10)).toHaveLength(4);
      ring.remove(`joining-${at}`);
    }
    expect(ring.size).toBe(3);
    expect((ring as unknown as { readonly names: readonly unknown[] }).names).toHaveLength(4);
  });

  it('finds the nearer of two nodes also for keys beyond the points of both', () => {
    const ring = new Ring({ virtualNodes: 2 }, manyNodes(6));
    for (let at = 0; at < 200; at += 1) {
      const key = `k${at}`;
      const pair = [`w${at % 6}`, `w${(at + 1) % 6}`];
      const preferred = ring.preferenceList(key, 6).find((nodeId) => pair.includes(nodeId));
      expect(ring.firstOf(key, pair)).toBe(preferred);
    }
  });

  it('answers alike before it has a table of owners, with one, and after a change', () => {
    const ring = new Ring({ virtualNodes: 16 }, manyNodes(30));
    const keys = Array.from({ length: 3_000 }, (_, at) => `k${at}`);
    const table = () => (ring as unknown as { readonly direct: object | undefined }).direct;
    const agrees = () => {
      for (const key of keys) expect(ring.owner(key)).toBe(ring.preferenceList(key, 1)[0]);
    };
    agrees();
    expect(table()).toBeUndefined();
    agrees();
    expect(table()).toBeDefined();
    agrees();
    ring.set('w7', 3);
    ring.remove('w8');
    expect(table()).toBeUndefined();
    agrees();
    agrees();
    expect(table()).toBeDefined();
    agrees();
  });

  it('finds its way by the same index whether it was changed or built anew', () => {
    const indexOf = (ring: Ring) => {
      const { starts, lowBits } = ring as unknown as { readonly starts: Uint32Array; readonly lowBits: number };
      return { starts, lowBits };
    };
    const ring = new Ring({ virtualNodes: 16 }, manyNodes(20));
    const present = new Set(manyNodes(20).map(({ nodeId }) => nodeId));
    for (let at = 0; at < 120; at += 1) {
      // Down to few, so that the number of buckets changes as well.
      const nodeId = `w${(at * 7) % (at < 60 ? 20 : 90)}`;
      if (present.delete(nodeId)) ring.remove(nodeId);
      else {
        present.add(nodeId);
        ring.set(nodeId);
      }
      const nodes = Array.from(present, (id) => ({ nodeId: id, weight: 1 }));
      expect(indexOf(ring)).toEqual(indexOf(new Ring({ virtualNodes: 16 }, nodes)));
    }
  });

  it('of one point has all keys there, with a table as without', () => {
    const ring = new Ring({ virtualNodes: 1 }, manyNodes(1));
    for (let at = 0; at < 5_000; at += 1) expect(ring.owner(`k${at}`)).toBe('w0');
  });

  it('gives other placements with another seed', () => {
    const nodes = manyNodes(20);
    const first = new Ring({ seed: 1 }, nodes);
    const second = new Ring({ seed: 2 }, nodes);
    const moved = Array.from({ length: 200 }, (_, at) => `k${at}`).filter(
      (key) => first.owner(key) !== second.owner(key),
    );
    expect(moved.length).toBeGreaterThan(150);
  });

  it('refuses options and weights out of range', () => {
    expect(() => new Ring({ virtualNodes: 0 })).toThrow(InvariantViolation);
    expect(() => new Ring({ virtualNodes: 5_000 })).toThrow(InvariantViolation);
    expect(() => new Ring({ seed: 0.5 })).toThrow(InvariantViolation);
    expect(() => new Ring({}, [{ nodeId: 'w1', weight: 0 }])).toThrow(InvariantViolation);
    expect(() => new Ring().set('w1', 1_001)).toThrow(InvariantViolation);
  });
});
