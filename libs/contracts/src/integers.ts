import type { FencingToken } from '@synod/jobs';
import { ContractError } from './errors.js';

// The one place for 64-bit numbers. On the wire they arrive as decimal text; inside they are safe integers, or refused.

/** A 64-bit number from the wire as a safe integer. `field` names it in the error. */
export function integerFromWire(value: string | number, field: string): number {
  const number = typeof value === 'number' ? value : value === '' ? Number.NaN : Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new ContractError(
      { code: 'unsafeInteger', field, value: String(value) },
      `${field}: ${String(value)} is not an integer between -(2^53 - 1) and 2^53 - 1.`,
    );
  }
  return number;
}

/** The same for a number that can't be negative. */
export function unsignedFromWire(value: string | number, field: string): number {
  const number = integerFromWire(value, field);
  if (number < 0) {
    throw new ContractError({ code: 'unsafeInteger', field, value: String(value) }, `${field}: ${number} is negative.`);
  }
  return number;
}

/** Bits of the counter: a token is generation * 2^48 + counter, in 64 bits. */
const COUNTER_BITS = 48n;
const COUNTER_END = 2 ** 48;
const GENERATION_END = 2 ** 16;
/** Below this generation a token is a safe integer, and no BigInt is needed. */
const SAFE_GENERATION_END = 2 ** 5;

/** A fencing token as one decimal number. */
export function fencingTokenToString(token: FencingToken): string {
  return String(fencingTokenToWire(token));
}

/** A fencing token as a message takes it: a number where that is exact. */
export function fencingTokenToWire({ generation, counter }: FencingToken): string | number {
  if (!inRange(generation, GENERATION_END) || !inRange(counter, COUNTER_END)) {
    throw tokenInvalid(`${generation}/${counter}`);
  }
  if (generation < SAFE_GENERATION_END) return generation * COUNTER_END + counter;
  return ((BigInt(generation) << COUNTER_BITS) | BigInt(counter)).toString();
}

/** The token of a decimal number. Throws `fencingTokenInvalid` for anything but digits of a 64-bit number. */
export function fencingTokenFromString(text: string): FencingToken {
  if (text.length <= 15) {
    const number = Number(text);
    if (text !== '' && inRange(number, Number.MAX_SAFE_INTEGER) && isDigits(text)) {
      const counter = number % COUNTER_END;
      return { generation: (number - counter) / COUNTER_END, counter };
    }
    throw tokenInvalid(text);
  }
  if (text.length > 20 || !isDigits(text)) throw tokenInvalid(text);
  const number = BigInt(text);
  const generation = Number(number >> COUNTER_BITS);
  if (generation >= GENERATION_END) throw tokenInvalid(text);
  return { generation, counter: Number(number & ((1n << COUNTER_BITS) - 1n)) };
}

/** Order of tokens: rising with each assignment. Negative, zero or positive, for sorting. */
export function compareFencingTokens(a: FencingToken, b: FencingToken): number {
  return a.generation - b.generation || a.counter - b.counter;
}

function inRange(value: number, end: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < end;
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}

function tokenInvalid(value: string): ContractError {
  return new ContractError(
    { code: 'fencingTokenInvalid', value },
    `"${value}" is not a fencing token: pass on the number of SYNOD_FENCING_TOKEN unchanged.`,
  );
}
