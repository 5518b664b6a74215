import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Slot } from '@synod/consensus';
import { checksum, readUint64, seal, unseal, writeUint64 } from './bytes.js';
import type { ImageRecord } from './image-store.js';

/** What a snapshot is of. Equal for every replica that makes one at the same slot. */
export interface SnapshotState {
  readonly clusterId: string;
  readonly groupId: number;
  readonly slot: Slot;
  readonly stateHash: string;
  readonly records: number;
}

/** All that a receiver has to know before it asks for chunks, whose indexes run from 0. */
export interface SnapshotOffer extends SnapshotState {
  /** Slot and digest: two snapshots of one id are the same bytes, whoever made them, and a transfer can go on with either. */
  readonly snapshotId: string;
  readonly chunks: number;
}

export interface SnapshotInfo extends SnapshotOffer {
  /** Of all chunks together. */
  readonly bytes: number;
}

export const SNAPSHOT_FORMAT_VERSION = 1;
/** Aimed at; a chunk ends with the record that reaches it. Below gRPC's 4 MiB with room for a large record. */
export const DEFAULT_CHUNK_BYTES = 2 ** 20;
/** A frame that claims to be longer is damaged. */
export const MAX_CHUNK_BYTES = 2 ** 30;

const HEADER_MAGIC = Buffer.from('synodSH1');
const TRAILER_MAGIC = Buffer.from('synodST1');
/** Magic 8, length 4. */
export const HEADER_PREFIX_BYTES = 12;
const MAX_HEADER_BYTES = 4096;
/** Index 4, length 4, checksum 4. */
export const FRAME_HEAD_BYTES = 12;
/** Checksum 4, version 1, chunks 4, bytes 8, digest 32. */
const TRAILER_BODY_BYTES = 49;
export const TRAILER_BYTES = TRAILER_BODY_BYTES + TRAILER_MAGIC.length;

/** `digest` is the SHA-256 over header and framed chunks, in hexadecimal. */
export function snapshotIdOf(slot: Slot, digest: string): string {
  return `${String(slot)}-${digest}`;
}

/** What a peer says is not to be trusted with names of files: an id has one form, and is that of its slot. */
export function isSoundOffer({ snapshotId, slot, chunks, records }: SnapshotOffer): boolean {
  const isForm = /^[0-9]{1,16}-[0-9a-f]{64}$/.test(snapshotId) && snapshotId.startsWith(`${String(slot)}-`);
  const isCounted = [slot, chunks, records].every((count) => Number.isSafeInteger(count) && count >= 0);
  return isForm && isCounted && chunks <= 0xffff_ffff;
}

export function digestOf({ snapshotId }: Pick<SnapshotOffer, 'snapshotId'>): string {
  return snapshotId.slice(snapshotId.indexOf('-') + 1);
}

/** `magic 8 · length 4 · sealed JSON`. The order of the fields is fixed, so that equal states have equal headers. */
export function encodeHeader(state: SnapshotState): Buffer {
  const { clusterId, groupId, slot, stateHash, records } = state;
  const fields = { formatVersion: SNAPSHOT_FORMAT_VERSION, clusterId, groupId, slot, stateHash, records };
  const body = seal(Buffer.from(`\0\0\0\0${JSON.stringify(fields)}`));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([HEADER_MAGIC, length, body]);
}

/** Length of the whole header, from its first 12 bytes; undefined when they are none. */
export function headerLength(prefix: Buffer): number | undefined {
  if (prefix.length < HEADER_PREFIX_BYTES || !prefix.subarray(0, 8).equals(HEADER_MAGIC)) return undefined;
  const length = prefix.readUInt32BE(8);
  return length <= MAX_HEADER_BYTES ? HEADER_PREFIX_BYTES + length : undefined;
}

/** Undefined when it is damaged; of another version when `formatVersion` says so. */
export function decodeHeader(header: Buffer): (SnapshotState & { readonly formatVersion: number }) | undefined {
  const body = unseal(header.subarray(HEADER_PREFIX_BYTES));
  if (body === undefined) return undefined;
  return JSON.parse(body.toString('utf8')) as SnapshotState & { formatVersion: number };
}

/** `index 4 · length 4 · crc 4` before each chunk. */
export function encodeFrameHead(index: number, chunk: Uint8Array): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(index, 0);
  head.writeUInt32BE(chunk.length, 4);
  head.writeUInt32BE(checksum(chunk), 8);
  return head;
}

export interface FrameHead {
  readonly index: number;
  readonly length: number;
  readonly checksum: number;
}

export function decodeFrameHead(head: Buffer): FrameHead | undefined {
  if (head.length < FRAME_HEAD_BYTES) return undefined;
  const length = head.readUInt32BE(4);
  if (length > MAX_CHUNK_BYTES) return undefined;
  return { index: head.readUInt32BE(0), length, checksum: head.readUInt32BE(8) };
}

/** `crc 4 · version 1 · chunks 4 · bytes 8 · digest 32 · magic 8`, the last bytes of a file. */
export interface Trailer {
  readonly chunks: number;
  readonly bytes: number;
  readonly digest: string;
}

export function encodeTrailer(trailer: Trailer): Buffer {
  const body = Buffer.alloc(TRAILER_BODY_BYTES);
  body.writeUInt8(SNAPSHOT_FORMAT_VERSION, 4);
  body.writeUInt32BE(trailer.chunks, 5);
  writeUint64(body, trailer.bytes, 9);
  body.write(trailer.digest, 17, 'hex');
  return Buffer.concat([seal(body), TRAILER_MAGIC]);
}

export function decodeTrailer(trailer: Buffer): Trailer | undefined {
  if (trailer.length !== TRAILER_BYTES || !trailer.subarray(TRAILER_BODY_BYTES).equals(TRAILER_MAGIC)) return undefined;
  const body = trailer.subarray(0, TRAILER_BODY_BYTES);
  const bytes = readUint64(body, 9);
  if (unseal(body)?.readUInt8(0) !== SNAPSHOT_FORMAT_VERSION || bytes === undefined) return undefined;
  return { chunks: body.readUInt32BE(5), bytes, digest: body.toString('hex', 17, 49) };
}

/** The digest of a snapshot, fed with its header and then with each chunk's frame head and bytes: so their sizes count too. */
export function startDigest(header: Buffer): Hash {
  return createHash('sha256').update(header);
}

/** Gathers records until a chunk is full: `key length 2 · key · length 4 · bytes` for each. */
export class ChunkBuilder {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(private readonly chunkBytes: number) {}

  /** The chunk that is full with this record, if it is. */
  add({ key, bytes }: ImageRecord): Buffer | undefined {
    const keyBytes = Buffer.from(key);
    const head = Buffer.alloc(6 + keyBytes.length);
    head.writeUInt16BE(keyBytes.length, 0);
    head.set(keyBytes, 2);
    head.writeUInt32BE(bytes.length, 2 + keyBytes.length);
    this.#parts.push(head, bytes);
    this.#bytes += head.length + bytes.length;
    return this.#bytes >= this.chunkBytes ? this.take() : undefined;
  }

  /** What was gathered; undefined when that is nothing. */
  take(): Buffer | undefined {
    if (this.#bytes === 0) return undefined;
    const chunk = Buffer.concat(this.#parts, this.#bytes);
    [this.#parts, this.#bytes] = [[], 0];
    return chunk;
  }
}

/** The records of a chunk, whose bytes are views into it; undefined when it doesn't come out even. */
export function decodeChunk(chunk: Buffer): ImageRecord[] | undefined {
  const records: ImageRecord[] = [];
  let offset = 0;
  while (offset < chunk.length) {
    if (offset + 2 > chunk.length) return undefined;
    const keyEnd = offset + 2 + chunk.readUInt16BE(offset);
    if (keyEnd + 4 > chunk.length) return undefined;
    const end = keyEnd + 4 + chunk.readUInt32BE(keyEnd);
    if (end > chunk.length) return undefined;
    records.push({ key: chunk.toString('utf8', offset + 2, keyEnd), bytes: chunk.subarray(keyEnd + 4, end) });
    offset = end;
  }
  return records;
}
