import fc from 'fast-check';
import { avalanche, murmur3, murmur3OfBytes } from './murmur3.js';
import { utf8Bytes } from './utf8.js';

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe('MurmurHash3 x86_32', () => {
  it('has the verification value that SMHasher publishes for it', () => {
    const key = Uint8Array.from({ length: 256 }, (_, at) => at);
    const hashes = new DataView(new ArrayBuffer(4 * 256));
    for (let size = 0; size < 256; size += 1) {
      hashes.setUint32(4 * size, murmur3OfBytes(key.subarray(0, size), 256 - size), true);
    }
    expect(murmur3OfBytes(new Uint8Array(hashes.buffer), 0)).toBe(0xb0f57ee3);
  });

  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['00', 0, 0x514e28b7],
    ['0000', 0, 0x30f4c306],
    ['000000', 0, 0x85f0b427],
    ['00000000', 0, 0x2362f9de],
    ['ffffffff', 0, 0x76293b50],
    ['21', 0, 0x72661cf4],
    ['2143', 0, 0xa0f7b07a],
    ['214365', 0, 0x7e4a8634],
    ['21436587', 0, 0xf55b516b],
    ['21436587', 0x5082edee, 0x2362f9de],
  ])('hashes the bytes %s with seed %i as published', (hex, seed, hash) => {
    expect(murmur3OfBytes(bytesOf(hex), seed)).toBe(hash);
  });

  it.each([
    ['a', 0x7fa09ea6],
    ['aa', 0x5d211726],
    ['aaa', 0x283e0130],
    ['aaaa', 0x5a97808a],
    ['ab', 0x74875592],
    ['abc', 0xc84a62dd],
    ['abcd', 0xf0478627],
    ['Hello, world!', 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0x2fa826cd],
    ['ππππππππ', 0xd58063c1],
    ['a'.repeat(256), 0x37405bdc],
  ])('hashes the text %j as published', (text, hash) => {
    expect(murmur3(text, 0x9747b28c)).toBe(hash);
  });

  it('hashes a text as its UTF-8 bytes, wherever the first other character is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer(), (text, seed) => {
        expect(murmur3(text, seed)).toBe(murmur3OfBytes(new TextEncoder().encode(text), seed));
      }),
    );
    for (let at = 0; at < 9; at += 1) {
      const text = `${'x'.repeat(at)}é${'y'.repeat(8 - at)}`;
      expect(murmur3(text, 7)).toBe(murmur3OfBytes(new TextEncoder().encode(text), 7));
    }
  });

  it('its finalizer is a permutation in which each bit depends on each', () => {
    for (let bit = 0; bit < 32; bit += 1) {
      let flipped = 0;
      for (let value = 0; value < 1_000; value += 1) {
        let difference = avalanche(value) ^ avalanche(value ^ (1 << bit));
        for (; difference !== 0; difference &= difference - 1) flipped += 1;
      }
      expect(flipped / 1_000).toBeGreaterThan(15);
      expect(flipped / 1_000).toBeLessThan(17);
    }
  });
});

describe('UTF-8', () => {
  it('is what every encoder makes of a text, lone surrogates included', () => {
    const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 });
    fc.assert(
      fc.property(anyText, (codes) => {
        const text = String.fromCharCode(...codes);
        expect([...utf8Bytes(text)]).toEqual([...new TextEncoder().encode(text)]);
      }),
    );
  });
});
