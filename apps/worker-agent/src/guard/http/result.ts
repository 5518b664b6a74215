import { isUtf8 } from 'node:buffer';
import type { Answer } from './exchange.js';

/** Of an attempt's result: what the cluster takes. */
export const MAX_RESULT_BYTES = 64 * 1024;

const KEPT_HEADERS: readonly string[] = [
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'x-request-id',
];
const MAX_HEADER_CHARACTERS = 1_024;

/** An answer as the attempt's result: JSON of at most {@link MAX_RESULT_BYTES}; a body that doesn't fit is cut. */
export function encodeResult({ status, headers, body, truncated }: Answer, url: string): Buffer {
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value.slice(0, MAX_HEADER_CHARACTERS)] as const];
  });
  const head = { status, url: url.slice(0, 8_192), headers: Object.fromEntries(kept) };
  const isText = isUtf8(body);
  for (let length = body.length; ; length = Math.floor(length * 0.9)) {
    const part = body.subarray(0, length);
    // A character that was cut in two at the end is left out.
    const content = isText
      ? { body: part.toString('utf8').replace(/\ufffd$/, '') }
      : { bodyBase64: part.toString('base64') };
    const encoded = Buffer.from(JSON.stringify({ ...head, ...content, truncated: truncated || length < body.length }));
    if (encoded.length <= MAX_RESULT_BYTES) return encoded;
  }
}
