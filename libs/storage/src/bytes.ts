import { crc32 } from 'node:zlib';
import { assert } from '@synod/base';

const TWO_TO_32 = 0x1_0000_0000;

/** Checksum of every record: CRC-32 as in zlib. It finds every error of one bit and every burst up to 32 bits. */
export function checksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

/** Writes a safe, non-negative integer as 64 bits, big-endian. */
export function writeUint64(target: Buffer, value: number, offset: number): number {
  assert(Number.isSafeInteger(value) && value >= 0, 'a 64-bit field holds a safe integer from 0', () => String(value));
  target.writeUInt32BE(Math.floor(value / TWO_TO_32), offset);
  return target.writeUInt32BE(value % TWO_TO_32, offset + 4);
}

/** Reads what {@link writeUint64} wrote; undefined when it is no safe integer. */
export function readUint64(source: Buffer, offset: number): number | undefined {
  const value = source.readUInt32BE(offset) * TWO_TO_32 + source.readUInt32BE(offset + 4);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The key of a slot or block: 64 bits, big-endian, so that keys sort as their numbers do. */
export function uint64Key(value: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeUint64(key, value, 0);
  return key;
}

/** Prefixes `body`'s checksum: the envelope of every small record. `framed` has 4 free bytes at its start. */
export function seal(framed: Buffer): Buffer {
  framed.writeUInt32BE(checksum(framed.subarray(4)), 0);
  return framed;
}

/** The sealed record's body, or undefined when the checksum does not hold. */
export function unseal(framed: Buffer | undefined): Buffer | undefined {
  if (framed === undefined || framed.length < 5) return undefined;
  const body = framed.subarray(4);
  return framed.readUInt32BE(0) === checksum(body) ? body : undefined;
}
