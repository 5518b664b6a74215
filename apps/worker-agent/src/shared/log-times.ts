import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { listSegments, timesPath } from './segments.js';
import { errnoOf } from './platform.js';

/** When bytes of a stream arrived: those from `position` to the next one's. */
export interface LogTime {
  readonly position: number;
  /** Unix time. */
  readonly timeMs: number;
}

/**
 * Beside each segment lies `stdout.<position>.times`: a record for each part that arrived at another millisecond, little endian,
 * written before its bytes. A record at the end that isn't whole is none.
 */
export const TIME_RECORD_BYTES = 16;

export function encodeTime({ position, timeMs }: LogTime): Buffer {
  const record = Buffer.allocUnsafe(TIME_RECORD_BYTES);
  record.writeBigUInt64LE(BigInt(position), 0);
  record.writeBigUInt64LE(BigInt(timeMs), 8);
  return record;
}

function decodeTime(record: Buffer, at = 0): LogTime {
  return { position: Number(record.readBigUInt64LE(at)), timeMs: Number(record.readBigUInt64LE(at + 8)) };
}

export interface TimesOfPiece {
  /** By rising position; the first may lie before the piece. Empty when nothing is known. */
  readonly times: readonly LogTime[];
  /** Where the piece has to end, as more times than asked for lie behind; undefined: they all are here. */
  readonly endPosition: number | undefined;
}

const NOTHING: TimesOfPiece = { times: [], endPosition: undefined };

/** The times of `bytes` bytes from `position` on, which lie in one segment: at most `maxTimes`. */
export function readTimes(base: string, position: number, bytes: number, maxTimes: number): TimesOfPiece {
  const segment = listSegments(base).findLast((it) => it.position <= position);
  if (segment === undefined) return NOTHING;
  let fd: number;
  try {
    fd = openSync(timesPath(base, segment.position), 'r');
  } catch (error) {
    // A guard of an earlier release wrote it, or it has just been rotated away.
    if (errnoOf(error) === 'ENOENT') return NOTHING;
    throw error;
  }
  try {
    const count = Math.floor(fstatSync(fd).size / TIME_RECORD_BYTES);
    const first = lastAtOrBefore(fd, count, position);
    return first === undefined ? NOTHING : timesFrom(fd, first, count, position + bytes, maxTimes);
  } finally {
    closeSync(fd);
  }
}

function timesFrom(fd: number, first: number, count: number, end: number, maxTimes: number): TimesOfPiece {
  const records = Buffer.allocUnsafe(Math.min(count - first, maxTimes + 1) * TIME_RECORD_BYTES);
  const read = readSync(fd, records, 0, records.length, first * TIME_RECORD_BYTES);
  const times: LogTime[] = [];
  for (let at = 0; at + TIME_RECORD_BYTES <= read; at += TIME_RECORD_BYTES) {
    const time = decodeTime(records, at);
    if (time.position >= end) break;
    if (times.length === maxTimes) return { times, endPosition: time.position };
    times.push(time);
  }
  return { times, endPosition: undefined };
}

/** Records rise, so a few looks find it among many. */
function lastAtOrBefore(fd: number, count: number, position: number): number | undefined {
  const record = Buffer.allocUnsafe(TIME_RECORD_BYTES);
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    readSync(fd, record, 0, TIME_RECORD_BYTES, middle * TIME_RECORD_BYTES);
    if (decodeTime(record).position <= position) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : low - 1;
}

/** An index this full, by its bound, takes a record only so long after the last one: coarser at the end rather than none. */
const COARSER: readonly (readonly [share: number, gapMs: number])[] = [
  [0.25, 1],
  [0.5, 10],
  [0.75, 100],
  [1, 1_000],
];

/** How long after the last record another one is taken, where an index of at most `maxBytes` has `bytes`. */
export function timesGapMs(bytes: number, maxBytes: number): number {
  const share = (bytes + TIME_RECORD_BYTES) / maxBytes;
  return COARSER.find(([upTo]) => share <= upTo)?.[1] ?? Infinity;
}
