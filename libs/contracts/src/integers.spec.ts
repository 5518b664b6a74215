import fc from 'fast-check';
import { anyToken, contractError } from './contracts.spec-support.js';
import {
  compareFencingTokens,
  fencingTokenFromString,
  fencingTokenToString,
  fencingTokenToWire,
  integerFromWire,
  unsignedFromWire,
} from './index.js';

describe('64-bit numbers from the wire', () => {
  it('are safe integers', () => {
    expect(integerFromWire('-9007199254740991', 'x')).toBe(Number.MIN_SAFE_INTEGER);
    expect(unsignedFromWire('9007199254740991', 'x')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each(['9007199254740992', '-9007199254740992', '18446744073709551615', '1.5', '', 'NaN', 'abc'])(
    'are refused: "%s"',
    (text) => {
      expect(contractError(() => integerFromWire(text, 'time_ms')).facts).toEqual({
        code: 'unsafeInteger',
        field: 'time_ms',
        value: text,
      });
    },
  );

  it('are refused when negative where they count something', () => {
    expect(contractError(() => unsignedFromWire('-1', 'slot')).code).toBe('unsafeInteger');
  });
});

describe('a fencing token', () => {
  it('is generation * 2^48 + counter in one decimal number', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        const text = fencingTokenToString(token);
        expect(BigInt(text)).toBe(BigInt(token.generation) * 2n ** 48n + BigInt(token.counter));
        expect(fencingTokenFromString(text)).toEqual(token);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps its order as a number', () => {
    fc.assert(
      fc.property(anyToken, anyToken, (a, b) => {
        const difference = BigInt(fencingTokenToString(a)) - BigInt(fencingTokenToString(b));
        expect(Math.sign(compareFencingTokens(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });

  it('is a number in messages where that is exact', () => {
    expect(fencingTokenToWire({ generation: 31, counter: 2 ** 48 - 1 })).toBe(Number.MAX_SAFE_INTEGER);
    expect(fencingTokenToWire({ generation: 32, counter: 0 })).toBe('9007199254740992');
    expect(fencingTokenFromString('18446744073709551615')).toEqual({ generation: 65_535, counter: 2 ** 48 - 1 });
  });

  it.each(['', '-1', '1.5', '1e3', ' 1', '0x10', '18446744073709551616', '9'.repeat(30)])(
    'is refused: "%s"',
    (text) => {
      expect(contractError(() => fencingTokenFromString(text)).code).toBe('fencingTokenInvalid');
    },
  );

  it('out of range is never written', () => {
    for (const token of [
      { generation: 65_536, counter: 0 },
      { generation: 0, counter: 2 ** 48 },
      { generation: -1, counter: 0 },
    ])
      expect(contractError(() => fencingTokenToString(token)).code).toBe('fencingTokenInvalid');
  });
});
