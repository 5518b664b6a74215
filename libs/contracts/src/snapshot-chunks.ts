import { crc32 } from 'node:zlib';
import type { WireFetchSnapshotResponse, WireFetchSnapshotResponseInput } from '@synod/wire';
import { ContractError } from './errors.js';
import { decodeRecordChunk, encodeRecordChunk } from './image-codec.js';
import type { EncodedRecord } from './image-codec.js';
import { unsignedFromWire } from './integers.js';

/** One chunk of a snapshot, as PaxosService streams it. */
export interface SnapshotChunk {
  /** Unique for each snapshot that a coordinator makes. */
  readonly snapshotId: string;
  readonly slot: number;
  /** To which the restored state must hash. */
  readonly stateHash: string;
  /** From 0. */
  readonly chunkIndex: number;
  /** 0 while the sender doesn't know it; the last chunk always has it. */
  readonly chunkCount: number;
  /** Of the whole snapshot. */
  readonly recordCount: number;
  readonly records: readonly EncodedRecord[];
}

export function snapshotChunkToWire({ records, ...chunk }: SnapshotChunk): WireFetchSnapshotResponseInput {
  const data = encodeRecordChunk(records);
  return { ...chunk, data, checksum: crc32(data) };
}

/**
 * Throws `damagedMessage` for a chunk whose checksum is wrong or whose numbers don't go together, `damagedRecord` for data that are
 * no records, `unsafeInteger`.
 */
export function snapshotChunkFromWire(wire: WireFetchSnapshotResponse): SnapshotChunk {
  const { snapshotId, stateHash, chunkIndex, chunkCount, data } = wire;
  if (snapshotId === '') throw damaged('snapshot_id');
  if (stateHash === '') throw damaged('state_hash');
  if (chunkCount > 0 && chunkIndex >= chunkCount) throw damaged('chunk_index');
  if (crc32(data) !== wire.checksum) throw damaged('checksum');
  return {
    snapshotId,
    slot: unsignedFromWire(wire.slot, 'slot'),
    stateHash,
    chunkIndex,
    chunkCount,
    recordCount: unsignedFromWire(wire.recordCount, 'record_count'),
    records: decodeRecordChunk(data),
  };
}

function damaged(part: string): ContractError {
  return new ContractError(
    { code: 'damagedMessage', part },
    `A chunk of a snapshot came with a wrong ${part}: it is dropped, and fetched again.`,
  );
}
