import { Rendezvous } from './rendezvous.js';
import { Ring } from './ring.js';

const VIRTUAL_NODES = 128;
/** A ring of random points with v virtual nodes has shares that deviate by about 1/sqrt(v); a quarter more is allowed. */
const MAX_DEVIATION = 1.25 / Math.sqrt(VIRTUAL_NODES);
const MAX_SHARE_OF_MEAN = 1.5;

const nodesOf = (count: number, weight: (at: number) => number = () => 1) =>
  Array.from({ length: count }, (_, at) => ({ nodeId: `worker-${at}`, weight: weight(at) }));

/** Over rings of many seeds: relative standard deviation of shares, and the worst of all. Shares are exact: lengths of arcs, no sampled keys. */
function measure(count: number, seeds: number): { readonly deviation: number; readonly worst: number } {
  let squares = 0;
  let worst = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const ring = new Ring({ virtualNodes: VIRTUAL_NODES, seed }, nodesOf(count));
    for (const share of ring.shares().values()) {
      const relative = share * count;
      squares += (relative - 1) ** 2;
      worst = Math.max(worst, relative);
    }
  }
  return { deviation: Math.sqrt(squares / (count * seeds)), worst };
}

// A hundred rings of a thousand nodes take some seconds.
jest.setTimeout(60_000);

describe('balance of the ring (128 virtual nodes)', () => {
  it.each([10, 30, 100, 300, 1_000])('of %i nodes over 100 seeds deviates as random points do', (count) => {
    const { deviation, worst } = measure(count, 100);
    expect(deviation).toBeLessThanOrEqual(MAX_DEVIATION);
    expect(worst).toBeLessThanOrEqual(MAX_SHARE_OF_MEAN);
  });

  it('gives shares that add up to all keys', () => {
    const ring = new Ring({}, nodesOf(17));
    const shares = [...ring.shares().values()];
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares).toHaveLength(17);
  });

  it('gives shares by weight', () => {
    let heavy = 0;
    for (let seed = 0; seed < 50; seed += 1) {
      const ring = new Ring(
        { seed },
        nodesOf(8, (at) => (at === 3 ? 3 : 1)),
      );
      heavy += (ring.shares().get('worker-3') ?? 0) / 50;
    }
    expect(heavy).toBeGreaterThan(0.3 * 0.95);
    expect(heavy).toBeLessThan(0.3 * 1.05);
  });

  it('shows in keys what it has in shares', () => {
    const ring = new Ring({}, nodesOf(10));
    const counts = new Map<string, number>();
    for (let at = 0; at < 100_000; at += 1) {
      const owner = ring.owner(`key-${at}`) as string;
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const [nodeId, share] of ring.shares()) {
      expect(Math.abs((counts.get(nodeId) ?? 0) / 100_000 - share)).toBeLessThan(0.005);
    }
  });
});

describe('balance of rendezvous hashing', () => {
  it('gives keys by weight, to within what chance allows', () => {
    const keys = 60_000;
    const nodes = nodesOf(6, (at) => at + 1);
    const placement = new Rendezvous({}, nodes);
    const counts = new Map<string, number>();
    for (let at = 0; at < keys; at += 1) {
      const owner = placement.owner(`key-${at}`) as string;
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const { nodeId, weight } of nodes) {
      const probability = weight / 21;
      const deviation = Math.sqrt(keys * probability * (1 - probability));
      expect(Math.abs((counts.get(nodeId) ?? 0) - keys * probability)).toBeLessThan(4 * deviation);
    }
  });
});
