import { seal, unseal } from './bytes.js';
import { StorageError } from './storage-error.js';

const VERSION = 1;
const MAX_KEY_BYTES = 511;
/** Checksum 4, version 1, key length 2. */
export const KEYED_HEAD_BYTES = 7;

/** Throws `keyTooLong` for a key that LMDB couldn't take. */
export function checkKey(key: Buffer | string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes > 0 && bytes <= MAX_KEY_BYTES) return;
  throw new StorageError(
    { code: 'keyTooLong', bytes, maximum: MAX_KEY_BYTES },
    `A key has 1 to ${String(MAX_KEY_BYTES)} bytes, this one has ${String(bytes)}. Use a shorter id.`,
  );
}

/**
 * A record with its own key in it, so that a damaged key can't give its value another name: spool and image. `keyBytes` is the
 * key in UTF-8. The result shares no memory with `value`. Throws `keyTooLong`.
 */
export function encodeKeyedRecord(keyBytes: Buffer, value: Uint8Array): Buffer {
  checkKey(keyBytes);
  const record = Buffer.allocUnsafe(KEYED_HEAD_BYTES + keyBytes.length + value.length);
  record.writeUInt8(VERSION, 4);
  record.writeUInt16BE(keyBytes.length, 5);
  record.set(keyBytes, KEYED_HEAD_BYTES);
  record.set(value, KEYED_HEAD_BYTES + keyBytes.length);
  return seal(record);
}

/** The value, copied; undefined when the record is damaged or that of another key. */
export function decodeKeyedRecord(keyBytes: Buffer, record: Buffer): Uint8Array | undefined {
  if (record.length < KEYED_HEAD_BYTES || unseal(record)?.readUInt8(0) !== VERSION) return undefined;
  const valueAt = KEYED_HEAD_BYTES + record.readUInt16BE(5);
  if (valueAt > record.length || !record.subarray(KEYED_HEAD_BYTES, valueAt).equals(keyBytes)) return undefined;
  return new Uint8Array(record.subarray(valueAt));
}
