import type { StateChange, StateRecord } from '@synod/jobs';
import { ContractError } from './errors.js';

// Records of the image of applied state: one byte of format version, then the value as JSON in UTF-8, as in the log (ADR 0004);
// the key stands apart. And records as they travel in a snapshot's chunk. Golden vectors in the spec hold both still.

const FORMAT_VERSION = 1;
const FORMAT_PREFIX = String.fromCharCode(FORMAT_VERSION);
/** Lengths of key and bytes, 32 bits each, before them. */
const LENGTHS_BYTES = 8;

/** A record of the image as it is stored and sent. */
export interface EncodedRecord {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** A change of the image; without bytes the record is gone. */
export interface EncodedChange {
  readonly key: string;
  readonly bytes: Uint8Array | undefined;
}

export function encodeStateRecord({ key, value }: StateRecord): EncodedRecord {
  return { key, bytes: encodeValue(value) };
}

export function encodeStateChange({ key, value }: StateChange): EncodedChange {
  return { key, bytes: value === undefined ? undefined : encodeValue(value) };
}

/**
 * Throws `unknownRecord` for a format of a newer program, `damagedRecord` for bytes that are no record. What the value must hold,
 * the state machine checks when it is restored.
 */
export function decodeStateRecord({ key, bytes }: EncodedRecord): StateRecord {
  const formatVersion = bytes[0];
  if (formatVersion === undefined || formatVersion === 0) throw damagedRecord(`${key}: no format version`);
  if (formatVersion !== FORMAT_VERSION) {
    throw new ContractError(
      { code: 'unknownRecord', version: formatVersion },
      `Record ${key} of the image has format ${formatVersion}, which a newer version of this program wrote: run that version.`,
    );
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1).toString('utf8');
  try {
    return { key, value: JSON.parse(text) as unknown };
  } catch (cause) {
    throw damagedRecord(`${key}: not JSON`, cause);
  }
}

/** What a record takes in a chunk, in bytes at most. */
export function chunkedRecordBytes({ key, bytes }: EncodedRecord): number {
  return LENGTHS_BYTES + 3 * key.length + bytes.byteLength;
}

/** Records one after the other, as the `data` of a snapshot's chunk. */
export function encodeRecordChunk(records: readonly EncodedRecord[]): Uint8Array {
  const keys = records.map(({ key }) => Buffer.from(key, 'utf8'));
  let size = 0;
  for (const [at, { bytes }] of records.entries()) size += LENGTHS_BYTES + (keys[at] as Buffer).length + bytes.length;
  const chunk = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const [at, { bytes }] of records.entries()) {
    const key = keys[at] as Buffer;
    offset = chunk.writeUInt32LE(key.length, offset);
    offset = chunk.writeUInt32LE(bytes.length, offset);
    chunk.set(key, offset);
    chunk.set(bytes, offset + key.length);
    offset += key.length + bytes.length;
  }
  return chunk;
}

/** Throws `damagedRecord` for anything but whole records. The records' bytes are views of the chunk's. */
export function decodeRecordChunk(data: Uint8Array): EncodedRecord[] {
  const chunk = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const records: EncodedRecord[] = [];
  let offset = 0;
  while (offset < chunk.length) {
    if (chunk.length - offset < LENGTHS_BYTES) throw damagedRecord('a chunk ends within a record');
    const keyEnd = offset + LENGTHS_BYTES + chunk.readUInt32LE(offset);
    const end = keyEnd + chunk.readUInt32LE(offset + 4);
    if (end > chunk.length) throw damagedRecord('a chunk ends within a record');
    const key = chunk.toString('utf8', offset + LENGTHS_BYTES, keyEnd);
    records.push({ key, bytes: chunk.subarray(keyEnd, end) });
    offset = end;
  }
  return records;
}

function encodeValue(value: unknown): Uint8Array {
  return Buffer.from(FORMAT_PREFIX + JSON.stringify(value), 'utf8');
}

function damagedRecord(part: string, cause?: unknown): ContractError {
  return new ContractError({ code: 'damagedRecord' }, `Bytes of the image are no record (${part}).`, { cause });
}
