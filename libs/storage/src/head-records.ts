import type { Ballot, Slot } from '@synod/consensus';
import { ballotBytes, readBallot, writeBallot } from './entry-record.js';
import { readUint64, seal, unseal, writeUint64 } from './bytes.js';
import type { LogIdentity } from './log-store.js';

/** Version of the directory's format as a whole; FORMAT.md describes it. */
export const LOG_FORMAT_VERSION = 1;

export const IDENTITY_KEY = Buffer.from('identity');
export const MANIFEST_KEY = Buffer.from('manifest');
export const PROMISE_KEY = Buffer.from('promise');

const VERSION = 1;
const MANIFEST_BYTES = 53;

/** Rewritten by every commit: what the log holds, in constant size. */
export interface Manifest {
  /** Counts the commits from 1. The two snapshots that LMDB keeps differ by exactly one. */
  readonly commitSequence: number;
  readonly incarnation: number;
  /** Slots in (trimmedThroughSlot, lastSlot] are described by the digests. */
  readonly trimmedThroughSlot: Slot;
  readonly lastSlot: Slot;
  readonly chosenThroughSlot: Slot;
  /** Sum modulo 2^32 of the checksums of all digests: a digest of an older commit changes it. */
  readonly digestSum: number;
  /** Checksum of the promise record, so that an older one is not taken for it. */
  readonly promiseChecksum: number;
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
  bytes.writeUInt32BE(manifest.promiseChecksum, offset);
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
  const digestSum = bytes.readUInt32BE(45);
  const promiseChecksum = bytes.readUInt32BE(49);
  return { commitSequence, incarnation, trimmedThroughSlot, lastSlot, chosenThroughSlot, digestSum, promiseChecksum };
}

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

export function encodeIdentity(identity: LogIdentity): Buffer {
  return seal(Buffer.concat([Buffer.alloc(4), Buffer.from([VERSION]), Buffer.from(JSON.stringify(identity))]));
}

export function decodeIdentity(bytes: Buffer | undefined): LogIdentity | undefined {
  const body = unseal(bytes);
  if (body?.readUInt8(0) !== VERSION) return undefined;
  return JSON.parse(body.toString('utf8', 1)) as LogIdentity;
}
