import { assert } from '@synod/base';
import type { JobId } from './job.js';

/** Crockford's base32 in lower case: its digits rise in ASCII, so that ids compare as text the way their numbers do. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CODES = Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0));
const NO_DIGIT = 255;
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
CODES.forEach((code, digit) => (DIGITS[code] = digit));

const PREFIX_CODE = 'j'.charCodeAt(0);
const HALF_SLOT = 2 ** 25;

export const JOB_ID_LENGTH = 17;
/** Two digits of ten bits. */
export const MAX_GROUP_ID = 2 ** 10 - 1;
/** Ten digits of fifty bits: at 10,000 slots a second, three thousand years. */
export const MAX_JOB_SLOT = 2 ** 50 - 1;
/** Four digits of twenty bits; an entry of 4 MiB holds fewer jobs. */
export const MAX_JOB_INDEX = 2 ** 20 - 1;

export interface JobIdParts {
  readonly groupId: number;
  /** Slot of the log entry that submitted the job. */
  readonly slot: number;
  /** Place among all jobs of that entry, from 0. */
  readonly index: number;
}

/** `j`, two digits of group, ten of slot, four of index: sorts by creation within a group. */
export function mintJobId(groupId: number, slot: number, index: number): JobId {
  assert(Number.isInteger(groupId) && groupId >= 0 && groupId <= MAX_GROUP_ID, 'job id: group in range');
  assert(Number.isInteger(slot) && slot >= 0 && slot <= MAX_JOB_SLOT, 'job id: slot in range');
  assert(Number.isInteger(index) && index >= 0 && index <= MAX_JOB_INDEX, 'job id: index in range');
  const high = Math.floor(slot / HALF_SLOT);
  const low = slot % HALF_SLOT;
  // One call with all codes makes one flat string; concatenation would keep a tree of parts in memory for each id.
  return String.fromCharCode(
    PREFIX_CODE,
    code(groupId >> 5),
    code(groupId),
    code(high >> 20),
    code(high >> 15),
    code(high >> 10),
    code(high >> 5),
    code(high),
    code(low >> 20),
    code(low >> 15),
    code(low >> 10),
    code(low >> 5),
    code(low),
    code(index >> 15),
    code(index >> 10),
    code(index >> 5),
    code(index),
  );
}

/** The parts of a job id, or undefined when the text is none. Only the canonical form is one: `mintJobId` gives it back. */
export function parseJobId(text: string): JobIdParts | undefined {
  if (text.length !== JOB_ID_LENGTH || text.charCodeAt(0) !== PREFIX_CODE) return undefined;
  const groupId = digits(text, 1, 3);
  const high = digits(text, 3, 8);
  const low = digits(text, 8, 13);
  const index = digits(text, 13, 17);
  if (groupId < 0 || high < 0 || low < 0 || index < 0) return undefined;
  return { groupId, slot: high * HALF_SLOT + low, index };
}

function code(value: number): number {
  return CODES[value & 31] as number;
}

/** The number that these digits write; -1 when one of them is no digit. At most five digits. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const charCode = text.charCodeAt(at);
    const digit = charCode < 128 ? (DIGITS[charCode] as number) : NO_DIGIT;
    if (digit === NO_DIGIT) return -1;
    value = (value << 5) | digit;
  }
  return value;
}
