import fc from 'fast-check';
import { CONSISTENT_PLACEMENTS, KEYS, owners, PLACEMENTS, withNodes } from './placement.spec-support.js';

const nodeIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
const RUNS = { numRuns: 30 };

describe.each(PLACEMENTS)('placement by %s', (_name, make) => {
  it('has no owner without nodes', () => {
    const placement = make();
    expect(placement.owner('key')).toBeUndefined();
    expect(placement.preferenceList('key', 3)).toEqual([]);
    expect(placement.firstAccepted('key', () => true)).toBeUndefined();
    expect(placement.firstOf('key', ['w1'])).toBeUndefined();
  });

  it('does not depend on the order in which nodes came, nor on nodes that went', () => {
    fc.assert(
      fc.property(nodeIds, nodeIds, (staying, leaving) => {
        const placement = withNodes(make, [...leaving, ...staying.slice().reverse()]);
        for (const nodeId of leaving) if (!staying.includes(nodeId)) expect(placement.remove(nodeId)).toBe(true);
        expect(placement.nodeIds()).toEqual([...staying].sort());
        expect(owners(placement)).toEqual(owners(withNodes(make, staying)));
      }),
      RUNS,
    );
  });

  it('lists each node once, the owner first, and shorter lists are prefixes', () => {
    fc.assert(
      fc.property(nodeIds, fc.string(), (ids, key) => {
        const placement = withNodes(make, ids);
        const all = placement.preferenceList(key, ids.length + 5);
        expect([...all].sort()).toEqual([...ids].sort());
        expect(all[0]).toBe(placement.owner(key));
        for (const count of [0, 1, 2, 3]) expect(placement.preferenceList(key, count)).toEqual(all.slice(0, count));
        expect(placement.preferenceList(key, -1)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('finds the first of some nodes in the preference list, by asking along the list or by asking the nodes', () => {
    fc.assert(
      fc.property(nodeIds, fc.string(), fc.nat(), (ids, key, picked) => {
        const placement = withNodes(make, ids);
        const some = ids.filter((_, at) => ((picked >> at) & 1) === 1);
        const expected = placement.preferenceList(key, ids.length).find((nodeId) => some.includes(nodeId));
        const asked: string[] = [];
        const found = placement.firstAccepted(key, (nodeId) => {
          asked.push(nodeId);
          return some.includes(nodeId);
        });
        expect(found).toBe(expected);
        expect(new Set(asked).size).toBe(asked.length);
        expect(placement.firstOf(key, ['unknown', ...some])).toBe(expected);
      }),
      RUNS,
    );
  });
});

describe.each(CONSISTENT_PLACEMENTS)('consistent placement by %s', (_name, make) => {
  it('moves only the keys of a node that leaves, and to their next in the preference list', () => {
    fc.assert(
      fc.property(nodeIds, fc.nat(), (ids, pick) => {
        const leaving = ids[pick % ids.length] as string;
        const placement = withNodes(make, ids);
        const before = owners(placement);
        const next = new Map(KEYS.map((key) => [key, placement.preferenceList(key, 2)[1]]));
        expect(placement.remove(leaving)).toBe(true);
        expect(placement.remove(leaving)).toBe(false);
        const expected = KEYS.map(
          (key) => [key, before.get(key) === leaving ? next.get(key) : before.get(key)] as const,
        );
        expect(owners(placement)).toEqual(new Map(expected));
      }),
      RUNS,
    );
  });

  it('moves keys only to a node that joins', () => {
    fc.assert(
      fc.property(nodeIds, fc.string({ minLength: 7, maxLength: 9 }), (ids, joining) => {
        const placement = withNodes(make, ids);
        const before = owners(placement);
        placement.set(joining);
        const after = owners(placement);
        const moved = KEYS.filter((key) => after.get(key) !== before.get(key));
        expect(moved.filter((key) => after.get(key) !== joining)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('moves keys only to a node whose weight rises, and only from one whose weight falls', () => {
    fc.assert(
      fc.property(nodeIds, fc.nat(), (ids, pick) => {
        const changing = ids[pick % ids.length] as string;
        const placement = withNodes(make, ids);
        const light = owners(placement);
        placement.set(changing, 2.5);
        const heavy = owners(placement);
        const moved = KEYS.filter((key) => heavy.get(key) !== light.get(key));
        expect(moved.filter((key) => heavy.get(key) !== changing)).toEqual([]);
        placement.set(changing, 1);
        expect(owners(placement)).toEqual(light);
      }),
      RUNS,
    );
  });
});
