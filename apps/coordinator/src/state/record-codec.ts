import type { StateChange, StateRecord } from '@synod/jobs';
import type { ImageChange, ImageRecord } from '@synod/storage';

const FORMAT_PREFIX = String.fromCharCode(1);

export function encodeStateChange({ key, value }: StateChange): ImageChange {
  return { key, bytes: value === undefined ? undefined : Buffer.from(FORMAT_PREFIX + JSON.stringify(value), 'utf8') };
}

export function decodeStateRecord({ key, bytes }: ImageRecord): StateRecord {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1).toString('utf8');
  return { key, value: JSON.parse(text) as unknown };
}
