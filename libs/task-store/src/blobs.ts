import type { Database } from 'lmdb';
import { chunkKey, readUint64, seal, uint64, unseal } from './encoding.js';
import { damaged, invalidArgument, TaskStoreError } from './task-store-error.js';
import type { BlobRange, BlobSource } from './task-store.js';

/** Bytes of a stored piece. A range read copies whole pieces. */
export const CHUNK_BYTES = 64 * 1024;

export interface BlobTrees {
  /** name -> sealed {bytes 8}. */
  readonly blobs: Database<Buffer, Buffer>;
  /** {name, 0, index 4} -> sealed piece of CHUNK_BYTES, the last one shorter. */
  readonly chunks: Database<Buffer, Buffer>;
  /** `blobBytes` -> sealed {bytes 8}: what all blobs have together. */
  readonly totals: Database<Buffer, Buffer>;
}

const BLOB_BYTES = Buffer.from('blobBytes');

/** What all blobs have together. Counted anew where it is missing or damaged, as after the first start of this release. */
export function blobBytes(trees: BlobTrees): number {
  const kept = unseal(BLOB_BYTES, trees.totals.getBinary(BLOB_BYTES));
  if (kept !== undefined) return readUint64(kept);
  let bytes = 0;
  for (const name of trees.blobs.getKeys()) bytes += sizeOf(trees, name);
  return bytes;
}

function sizeOf(trees: BlobTrees, name: Buffer): number {
  const head = unseal(name, trees.blobs.getBinary(name));
  return head === undefined ? 0 : readUint64(head);
}

/** The source as pieces of {@link CHUNK_BYTES}, copied; rejects with `blobTooLarge` as soon as it is. */
export async function gather(name: string, source: BlobSource, maxBytes: number): Promise<Buffer[]> {
  const given: Buffer[] = [];
  let bytes = 0;
  for await (const part of source instanceof Uint8Array ? [source] : source) {
    bytes += part.length;
    if (bytes > maxBytes) {
      const message = `The blob ${name} has more than ${String(maxBytes)} bytes. Keep less of it, or raise the limit.`;
      throw new TaskStoreError({ code: 'blobTooLarge', name, maxBytes }, message);
    }
    given.push(Buffer.from(part));
  }
  const whole = Buffer.concat(given);
  const pieces: Buffer[] = [];
  for (let at = 0; at < whole.length; at += CHUNK_BYTES) pieces.push(whole.subarray(at, at + CHUNK_BYTES));
  return pieces;
}

/**
 * Within a transaction, once for each name: replaces the blob, or removes it when there are no pieces given. Returns by how much the
 * bytes of all blobs change.
 */
export function writeBlob(trees: BlobTrees, name: Buffer, pieces: readonly Buffer[] | undefined): number {
  const quiet = (promise: Promise<boolean>): void => void promise.catch(() => undefined);
  const kept = pieces?.length ?? 0;
  const before = sizeOf(trees, name);
  for (const key of trees.chunks.getKeys({ start: chunkKey(name, kept), end: chunkKey(name, 0xffff_ffff) })) {
    quiet(trees.chunks.remove(key));
  }
  if (pieces === undefined) {
    quiet(trees.blobs.remove(name));
    return -before;
  }
  let bytes = 0;
  for (const [index, piece] of pieces.entries()) {
    const key = chunkKey(name, index);
    quiet(trees.chunks.put(key, seal(key, piece)));
    bytes += piece.length;
  }
  quiet(trees.blobs.put(name, seal(name, uint64(bytes))));
  return bytes - before;
}

/** Within the transaction that changes the blobs: what they have together behind it. */
export function writeBlobBytes(trees: BlobTrees, bytes: number): void {
  trees.totals.put(BLOB_BYTES, seal(BLOB_BYTES, uint64(bytes))).catch(() => undefined);
}

export function readBlob(
  trees: BlobTrees,
  name: string,
  key: Buffer,
  range: BlobRange | undefined,
): Uint8Array | undefined {
  if (range !== undefined && !(Number.isSafeInteger(range.offset) && range.offset >= 0)) {
    throw invalidArgument('range.offset', 'a safe integer from 0');
  }
  if (range !== undefined && !(Number.isSafeInteger(range.length) && range.length >= 0)) {
    throw invalidArgument('range.length', 'a safe integer from 0');
  }
  const sealed = trees.blobs.getBinary(key);
  if (sealed === undefined) return undefined;
  const head = unseal(key, sealed);
  if (head === undefined) throw damaged(name);
  const size = readUint64(head);
  const from = Math.min(range?.offset ?? 0, size);
  const end = Math.min(from + (range?.length ?? size), size);
  const result = new Uint8Array(end - from);
  for (let index = Math.floor(from / CHUNK_BYTES); index * CHUNK_BYTES < end; index++) {
    const pieceKey = chunkKey(key, index);
    const piece = unseal(pieceKey, trees.chunks.getBinary(pieceKey));
    const start = index * CHUNK_BYTES;
    if (piece?.length !== Math.min(CHUNK_BYTES, size - start)) throw damaged(name);
    result.set(piece.subarray(Math.max(0, from - start), end - start), Math.max(0, start - from));
  }
  return result;
}
