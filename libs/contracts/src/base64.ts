/** Bytes of the wire as the base64 text that the domain holds. */
export function base64FromBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('base64');
}

const EMPTY = Buffer.alloc(0);

/** The other way round. */
export function bytesFromBase64(text: string): Buffer {
  return text === '' ? EMPTY : Buffer.from(text, 'base64');
}
