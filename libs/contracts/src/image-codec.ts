import type { StateChange, StateRecord } from '@synod/jobs';
import { ContractError } from './errors.js';

// Records of the image of applied state: one byte of format version, then the value as JSON in UTF-8, as in the log (ADR 0004);
// the key stands apart. Golden vectors in the spec hold it still.

const FORMAT_VERSION = 1;
const FORMAT_PREFIX = String.fromCharCode(FORMAT_VERSION);

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

function encodeValue(value: unknown): Uint8Array {
  return Buffer.from(FORMAT_PREFIX + JSON.stringify(value), 'utf8');
}

function damagedRecord(part: string, cause?: unknown): ContractError {
  return new ContractError({ code: 'damagedRecord' }, `Bytes of the image are no record (${part}).`, { cause });
}
