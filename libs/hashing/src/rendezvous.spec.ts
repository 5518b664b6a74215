import { Rendezvous } from './rendezvous.js';

const nodesOf = (count: number) => Array.from({ length: count }, (_, at) => ({ nodeId: `node-${at}`, weight: 1 }));
const KEYS = Array.from({ length: 40_000 }, (_, at) => `key-${at}`);

function tally(owners: readonly (string | undefined)[]): ReadonlyMap<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return counts;
}

function chiSquare(counts: Iterable<number>, mean: number): number {
  return [...counts].reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
}

/** The claims of Thaler and Ravishankar, "Using name-based mappings to increase hit rates" (1998), sections III and IV. */
describe('rendezvous hashing', () => {
  it('spreads keys as evenly as chance does (load balancing)', () => {
    const placement = new Rendezvous({}, nodesOf(20));
    const counts = tally(KEYS.map((key) => placement.owner(key)));
    // 19 degrees of freedom: above 43.8 with a probability of 0.001.
    expect(counts.size).toBe(20);
    expect(chiSquare(counts.values(), KEYS.length / 20)).toBeLessThan(43.8);
  });

  it('moves a part of 1/n when a node leaves, the least there is, and to all others alike (minimal disruption)', () => {
    const placement = new Rendezvous({}, nodesOf(20));
    const before = KEYS.map((key) => placement.owner(key));
    placement.remove('node-7');
    const moved = KEYS.map((key) => placement.owner(key)).filter((_, at) => before[at] === 'node-7');
    const kept = KEYS.filter((key, at) => before[at] !== 'node-7' && placement.owner(key) === before[at]);
    expect(moved.length + kept.length).toBe(KEYS.length);
    expect(Math.abs(moved.length - KEYS.length / 20)).toBeLessThan(4 * Math.sqrt(KEYS.length / 20));
    // 18 degrees of freedom: above 42.3 with a probability of 0.001. On a ring they would all go to few.
    const heirs = tally(moved);
    expect(heirs.size).toBe(19);
    expect(chiSquare(heirs.values(), moved.length / 19)).toBeLessThan(42.3);
  });
});
