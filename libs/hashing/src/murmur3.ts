import { utf8Bytes } from './utf8.js';

/**
 * MurmurHash3, x86, 32 bits, over the UTF-8 bytes of a text.
 *
 * Why this one: placement needs every bit of the result to depend on every bit of a short and regular key (`w1`, `w2`, …),
 * needs a family of functions (the seed) for virtual nodes, and needs 32-bit multiplication only, which JavaScript has in
 * `Math.imul`. FNV-1a is simpler, but its last bytes hardly reach its upper bits, so that numbered names lie in clusters on
 * a ring. xxHash32 is as good, and faster only from some hundred bytes on. It does not resist an adversary: whoever may
 * choose worker ids can choose them badly, and harms the balance, nothing else.
 */
export function murmur3(text: string, seed: number): number {
  const length = text.length;
  const blocksEnd = length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < blocksEnd; at += 4) {
    const first = text.charCodeAt(at);
    const second = text.charCodeAt(at + 1);
    const third = text.charCodeAt(at + 2);
    const fourth = text.charCodeAt(at + 3);
    if ((first | second | third | fourth) > 127) return murmur3OfBytes(utf8Bytes(text), seed);
    hash = mixBlock(hash, first | (second << 8) | (third << 16) | (fourth << 24));
  }
  const left = length & 3;
  if (left === 0) return avalanche(hash ^ length);
  // Keys come in all lengths: a loop here would be guessed wrong by the processor as often as not.
  const first = text.charCodeAt(blocksEnd);
  const second = left > 1 ? text.charCodeAt(blocksEnd + 1) : 0;
  const third = left > 2 ? text.charCodeAt(blocksEnd + 2) : 0;
  if ((first | second | third) > 127) return murmur3OfBytes(utf8Bytes(text), seed);
  return avalanche(hash ^ scramble(first | (second << 8) | (third << 16)) ^ length);
}

/** The same over bytes. */
export function murmur3OfBytes(bytes: Uint8Array, seed: number): number {
  const length = bytes.length;
  const blocksEnd = length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < blocksEnd; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    hash = mixBlock(hash, low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24));
  }
  let rest = 0;
  for (let at = length - 1; at >= blocksEnd; at -= 1) rest = (rest << 8) | (bytes[at] as number);
  if (length > blocksEnd) hash ^= scramble(rest);
  return avalanche(hash ^ length);
}

/** The finalizer alone: a permutation of 32-bit numbers in which every bit of the result depends on every bit. Unsigned. */
export function avalanche(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
