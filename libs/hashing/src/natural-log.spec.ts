import fc from 'fast-check';
import { logOfUnit } from './natural-log.js';

describe('logarithm of a hash', () => {
  it('is the natural logarithm, far more exactly than hashes are apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (hash) => {
        const exact = Math.log((hash + 0.5) / 2 ** 32);
        expect(Math.abs(logOfUnit(hash) - exact)).toBeLessThanOrEqual((1 + Math.abs(exact)) * 2 ** -51);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is negative, and rises with the hash', () => {
    for (const hash of [0, 1, 2, 3, 1_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2]) {
      expect(logOfUnit(hash)).toBeLessThan(logOfUnit(hash + 1));
      expect(logOfUnit(hash + 1)).toBeLessThan(0);
    }
  });
});
