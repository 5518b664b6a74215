import type { Ballot, NodeId, Slot } from '@synod/consensus';
import { ballotBytes, readBallot, writeBallot } from './entry-record.js';
import { readUint64, seal, unseal, writeUint64 } from './bytes.js';
import type { LogIdentity } from './log-store.js';

/** Version of the directory's format as a whole; FORMAT.md describes it. */
export const LOG_FORMAT_VERSION = 1;

export const IDENTITY_KEY = Buffer.from('identity');
export const MANIFEST_KEY = Buffer.from('manifest');
export const PROMISE_KEY = Buffer.from('promise');
/** In a tree of its own; see `LogTreeName`. */
export const PEERS_KEY = Buffer.from('peers');

const VERSION = 1;
const MANIFEST_BYTES = 57;

/** Rewritten by every commit: what the log holds, in constant size. */
export interface Manifest {
  /** Counts the commits from 1. The two snapshots that LMDB keeps differ by exactly one. */
  readonly commitSequence: number;
  readonly incarnation: number;
  /** Slots in (trimmedThroughSlot, lastSlot] are described by the digests. What lies below may still be there; it is garbage. */
  readonly trimmedThroughSlot: Slot;
  readonly lastSlot: Slot;
  readonly chosenThroughSlot: Slot;
  /**
   * Sum modulo 2^32 of the checksums of the digests from the block of `trimmedThroughSlot + 1` to that of `lastSlot`: a digest
   * of an older commit changes it.
   */
  readonly digestSum: number;
  /** Checksum of the promise record, so that an older one is not taken for it. */
  readonly promiseChecksum: number;
  /** Checksum of the record of peers; 0 when there is none yet. */
  readonly peersChecksum: number;
}

export function encodeManifest(manifest: Manifest): Buffer {
  const bytes = Buffer.allocUnsafe(MANIFEST_BYTES);
  let offset = bytes.writeUInt8(VERSION, 4);
  offset = writeUint64(bytes, manifest.commitSequence, offset);
  offset = writeUint64(bytes, manifest.incarnation, offset);
  offset = writeUint64(bytes, manifest.trimmedThroughSlot, offset);
  offset = writeUint64(bytes, manifest.lastSlot, offset);
  offset = writeUint64(bytes, manifest.chosenThroughSlot, offset);
  offset = bytes.writeUInt32BE(manifest.digestSum, offset);
  offset = bytes.writeUInt32BE(manifest.promiseChecksum, offset);
  bytes.writeUInt32BE(manifest.peersChecksum, offset);
  return seal(bytes);
}

export function decodeManifest(bytes: Buffer | undefined): Manifest | undefined {
  const body = unseal(bytes);
  if (bytes?.length !== MANIFEST_BYTES || body?.readUInt8(0) !== VERSION) return undefined;
  const [commitSequence, incarnation, trimmedThroughSlot, lastSlot, chosenThroughSlot] = [5, 13, 21, 29, 37].map((at) =>
    readUint64(bytes, at),
  );
  if (commitSequence === undefined || incarnation === undefined || trimmedThroughSlot === undefined) return undefined;
  if (lastSlot === undefined || chosenThroughSlot === undefined) return undefined;
  const slots = { trimmedThroughSlot, lastSlot, chosenThroughSlot };
  const [digestSum, promiseChecksum, peersChecksum] = [45, 49, 53].map((at) => bytes.readUInt32BE(at)) as Three;
  return { commitSequence, incarnation, ...slots, digestSum, promiseChecksum, peersChecksum };
}

type Three = [number, number, number];

export function encodePromise(ballot: Ballot): Buffer {
  const bytes = Buffer.allocUnsafe(5 + ballotBytes(ballot));
  bytes.writeUInt8(VERSION, 4);
  writeBallot(bytes, ballot, 5);
  return seal(bytes);
}

export function decodePromise(bytes: Buffer | undefined): Ballot | undefined {
  if (bytes === undefined || unseal(bytes)?.readUInt8(0) !== VERSION) return undefined;
  const read = readBallot(bytes, 5);
  return read?.end === bytes.length ? read.ballot : undefined;
}

/** Peers in order of their node ids, so that equal sets have equal records. */
export function encodePeers(peers: ReadonlyMap<NodeId, string>): Buffer {
  const parts = [Buffer.alloc(5, VERSION), Buffer.alloc(2)];
  parts[1]?.writeUInt16BE(peers.size);
  for (const [nodeId, storageId] of [...peers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const id of [nodeId, storageId]) {
      const text = Buffer.from(id);
      parts.push(Buffer.from([text.length]), text);
    }
  }
  return seal(Buffer.concat(parts));
}

export function decodePeers(bytes: Buffer | undefined): Map<NodeId, string> | undefined {
  if (bytes === undefined || bytes.length < 7 || unseal(bytes)?.readUInt8(0) !== VERSION) return undefined;
  const ids: string[] = [];
  let offset = 7;
  while (offset < bytes.length) {
    const end = offset + 1 + bytes.readUInt8(offset);
    if (end > bytes.length) return undefined;
    ids.push(bytes.toString('utf8', offset + 1, end));
    offset = end;
  }
  if (ids.length !== 2 * bytes.readUInt16BE(5)) return undefined;
  const peers = new Map<NodeId, string>();
  for (let index = 0; index < ids.length; index += 2) peers.set(ids[index] ?? '', ids[index + 1] ?? '');
  return peers;
}

export function encodeIdentity(identity: LogIdentity): Buffer {
  return seal(Buffer.concat([Buffer.alloc(4), Buffer.from([VERSION]), Buffer.from(JSON.stringify(identity))]));
}

export function decodeIdentity(bytes: Buffer | undefined): LogIdentity | undefined {
  const body = unseal(bytes);
  if (body?.readUInt8(0) !== VERSION) return undefined;
  return JSON.parse(body.toString('utf8', 1)) as LogIdentity;
}
