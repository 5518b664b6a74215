import { Maglev } from './maglev.js';

const nodesOf = (count: number, weight: (at: number) => number = () => 1) =>
  Array.from({ length: count }, (_, at) => ({ nodeId: `backend-${at}`, weight: weight(at) }));

/** The worst share, relative to the mean. */
function worst(maglev: Maglev): number {
  return Math.max(...maglev.shares().values()) * maglev.size;
}

describe('Maglev hashing', () => {
  it.each([
    [10, 65_537],
    [100, 65_537],
    [600, 65_537],
    [1_000, 655_373],
  ])('gives %i nodes shares of %i entries that differ by at most 1 %% (paper, section 3.4)', (count, tableSize) => {
    expect(worst(new Maglev({ tableSize }, nodesOf(count)))).toBeLessThanOrEqual(1.01);
  });

  it('gives shares by weight', () => {
    const shares = new Maglev(
      {},
      nodesOf(5, (at) => at + 1),
    ).shares();
    for (let at = 0; at < 5; at += 1) expect(shares.get(`backend-${at}`)).toBeCloseTo((at + 1) / 15, 3);
  });

  it('moves few keys of nodes that stay when one of 100 leaves, fewer with a larger table (paper, section 5.3)', () => {
    const disruption = (tableSize: number) => {
      const maglev = new Maglev({ tableSize }, nodesOf(100));
      const keys = Array.from({ length: 20_000 }, (_, at) => `key-${at}`);
      const before = keys.map((key) => maglev.owner(key));
      maglev.remove('backend-42');
      const moved = keys.filter((key, at) => before[at] !== 'backend-42' && maglev.owner(key) !== before[at]);
      return moved.length / keys.length;
    };
    const [small, large] = [disruption(10_007), disruption(655_373)];
    expect(small).toBeLessThan(0.05);
    expect(large).toBeLessThan(small);
  });

  it.each([0, 1, 4, 65_536, 2 ** 23 + 9])('refuses a table of %i entries', (tableSize) => {
    expect(() => new Maglev({ tableSize })).toThrow('tableSize is a prime in range');
  });
});
