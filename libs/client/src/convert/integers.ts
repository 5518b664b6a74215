import { clientError } from '../errors.js';

/**
 * A 64-bit number of the wire as a JavaScript number.
 * @throws SynodClientError `internal` when it is no safe integer.
 */
export function safeInteger(text: string, field: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw clientError('internal', `${field} is not a safe integer: ${text}`);
  return value;
}

export function optionalSafeInteger(text: string | undefined, field: string): number | undefined {
  return text === undefined ? undefined : safeInteger(text, field);
}

/** Total order of decimal numbers without sign or leading zeros, such as fencing tokens: negative, 0 or positive. */
export function compareDecimals(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
