import fc from 'fast-check';
import { Jump, jumpHash } from './jump.js';

/** The paper's code (figure 1), in integers of any size. */
function reference(key: bigint, buckets: number): number {
  let state = key;
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    state = (state * 2862933555777941757n + 1n) & 0xffff_ffff_ffff_ffffn;
    next = Math.floor((bucket + 1) * (2 ** 31 / (Number(state >> 33n) + 1)));
  }
  return bucket;
}

const idsOf = (count: number) => Array.from({ length: count }, (_, at) => `shard-${String(at).padStart(5, '0')}`);
const nodesOf = (count: number) => idsOf(count).map((nodeId) => ({ nodeId, weight: 1 }));

describe('jump consistent hash', () => {
  it.each([
    [1n, 1, 0],
    [42n, 57, 43],
    [0xdead10ccn, 1, 0],
    [0xdead10ccn, 666, 361],
    [256n, 1024, 520],
  ])('puts key %i of %i buckets where the published vectors say', (key, buckets, bucket) => {
    expect(jumpHash(Number(key >> 32n), Number(key & 0xffff_ffffn), buckets)).toBe(bucket);
  });

  it('equals the code of the paper for any key', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.integer({ min: 1, max: 100_000 }), (key, buckets) => {
        expect(jumpHash(Number(key >> 32n), Number(key & 0xffff_ffffn), buckets)).toBe(reference(key, buckets));
      }),
      { numRuns: 2_000 },
    );
  });

  it('one more bucket takes its share of the keys, and no key moves between the others', () => {
    const before = new Jump({}, nodesOf(20));
    const after = new Jump({}, nodesOf(21));
    let moved = 0;
    for (let at = 0; at < 42_000; at += 1) {
      const key = `key-${at}`;
      if (before.owner(key) === after.owner(key)) continue;
      expect(after.owner(key)).toBe('shard-00020');
      moved += 1;
    }
    // A share of 1/21 of 42,000 is 2,000, give or take 4 standard deviations.
    expect(Math.abs(moved - 2_000)).toBeLessThan(4 * Math.sqrt(2_000));
  });

  it('spreads keys as evenly as chance does, which is the figure of the paper', () => {
    const buckets = 100;
    const keys = 100_000;
    const counts = new Float64Array(buckets);
    for (let at = 0; at < keys; at += 1) {
      const bucket = Number(new Jump({}, NODES).owner(`key-${at}`)?.slice(6));
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    const mean = keys / buckets;
    // Chi-square of 99 degrees of freedom: above 160 with a probability of 1e-4.
    const chiSquare = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    expect(chiSquare).toBeLessThan(160);
  });
});

const NODES = nodesOf(100);
