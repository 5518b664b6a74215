import { crc32 } from 'node:zlib';
import { invalidArgument } from './task-store-error.js';

const VERSION = 1;
const TWO_TO_32 = 0x1_0000_0000;
/** Checksum 4, version 1. */
const HEAD_BYTES = 5;
export const MAX_NAME_BYTES = 400;
export const MAX_JOB_ID_BYTES = 200;

/** A value with a checksum over itself and its key, so that it can't turn up under another one. */
export function seal(key: Buffer, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(HEAD_BYTES + value.length);
  sealed.writeUInt8(VERSION, 4);
  sealed.set(value, HEAD_BYTES);
  sealed.writeUInt32BE(crc32(sealed.subarray(4), crc32(key)), 0);
  return sealed;
}

export function unseal(key: Buffer, sealed: Buffer | undefined): Buffer | undefined {
  if (sealed === undefined || sealed.length < HEAD_BYTES || sealed.readUInt8(4) !== VERSION) return undefined;
  if (sealed.readUInt32BE(0) !== crc32(sealed.subarray(4), crc32(key))) return undefined;
  return sealed.subarray(HEAD_BYTES);
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(Math.floor(value / TWO_TO_32), 0);
  bytes.writeUInt32BE(value % TWO_TO_32, 4);
  return bytes;
}

export function readUint64(bytes: Buffer, offset = 0): number {
  return bytes.readUInt32BE(offset) * TWO_TO_32 + bytes.readUInt32BE(offset + 4);
}

/** A name as a key: its UTF-8 bytes, without a zero byte, since that ends the name in longer keys. */
export function nameKey(name: string, argument: string, maxBytes: number): Buffer {
  const bytes = Buffer.from(name);
  if (bytes.length === 0 || bytes.length > maxBytes || bytes.includes(0)) {
    throw invalidArgument(argument, `1 to ${String(maxBytes)} bytes, none of them zero`);
  }
  return bytes;
}

/** Chunk `index` of the blob `name`: sorts behind the chunks before it and ahead of every other name. */
export function chunkKey(name: Buffer, index: number): Buffer {
  const number = Buffer.allocUnsafe(4);
  number.writeUInt32BE(index);
  return Buffer.concat([name, Buffer.from([0]), number]);
}

/** Order of finishing: time, then id. */
export function finishKey(finishedAtMs: number, jobId: Buffer): Buffer {
  return Buffer.concat([uint64(finishedAtMs), jobId]);
}

/** The end of the range of keys that begin with `prefix`, which does not end in 0xff. */
export function endOfPrefix(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}
