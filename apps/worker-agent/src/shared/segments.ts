import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './platform.js';

/** A piece of an output stream on disk: `stdout.<position of its first byte>`. */
export interface Segment {
  readonly path: string;
  readonly position: number;
}

/** The times of a segment's bytes: see `log-times.ts`. */
export function timesPath(base: string, position: number): string {
  return `${segmentPath(base, position)}.times`;
}

export function segmentPath(base: string, position: number): string {
  return `${base}.${position}`;
}

/** The segments of a stream that are still there, in order. `base` is `…/stdout`. */
export function listSegments(base: string): Segment[] {
  const prefix = `${basename(base)}.`;
  return namesIn(dirname(base))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => ({ path: join(dirname(base), name), position: Number(name.slice(prefix.length)) }))
    .sort((a, b) => a.position - b.position);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

export interface StreamPiece {
  /** Of the first byte of `data`: above the position asked for when bytes before it have been dropped. */
  readonly position: number;
  readonly data: Buffer;
}

/** Up to `maxBytes` from `position` on; empty data: nothing there yet. */
export function readStream(base: string, position: number, maxBytes: number): StreamPiece {
  // A segment may be dropped between listing and reading; the next listing shows what is left.
  for (;;) {
    const segments = listSegments(base);
    const at = Math.max(position, segments[0]?.position ?? 0);
    const segment = segments.findLast((it) => it.position <= at);
    if (segment === undefined) return { position, data: Buffer.alloc(0) };
    const data = readAt(segment.path, at - segment.position, maxBytes);
    if (data !== undefined) return { position: data.length === 0 ? position : at, data };
  }
}

/** The last `maxBytes` of a stream. */
export function readTail(base: string, maxBytes: number): Buffer {
  const last = listSegments(base).at(-1);
  if (last === undefined) return Buffer.alloc(0);
  const end = last.position + (sizeOf(last.path) ?? 0);
  const pieces: Buffer[] = [];
  for (let position = Math.max(0, end - maxBytes); position < end;) {
    const piece = readStream(base, position, end - position);
    if (piece.data.length === 0) break;
    pieces.push(piece.data);
    position = piece.position + piece.data.length;
  }
  return Buffer.concat(pieces);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function readAt(path: string, offset: number, maxBytes: number): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const available = Math.min(maxBytes, Math.max(0, (sizeOf(path) ?? 0) - offset));
    const buffer = Buffer.allocUnsafe(available);
    return buffer.subarray(0, readSync(fd, buffer, 0, available, offset));
  } finally {
    closeSync(fd);
  }
}
