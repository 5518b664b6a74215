import { open, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { FileHandle } from 'node:fs/promises';
import { renameDurably, writeAll } from './durable-file.js';
import type { ImageReading, ImageStore } from './image-store.js';
import {
  ChunkBuilder,
  DEFAULT_CHUNK_BYTES,
  encodeFrameHead,
  encodeHeader,
  encodeTrailer,
  snapshotIdOf,
  startDigest,
} from './snapshot-format.js';
import type { SnapshotInfo } from './snapshot-format.js';
import { snapshotFailed } from './storage-error.js';

export interface WriteSnapshotOptions {
  readonly clusterId: string;
  readonly groupId: number;
  /** Default 1 MiB; a chunk ends with the record that reaches it. Replicas that differ in it make snapshots of other ids. */
  readonly chunkBytes?: number;
  /**
   * How long it may take. While it lasts LMDB uses no page of the image again, so its file grows with every batch. Default 180 s,
   * enough for some four million records; then it rejects with `readingTooLong`, and nothing is left.
   */
  readonly maxDurationMs?: number;
}

/**
 * Of one processor, at the most. Who serves a snapshot may lead, and has to answer everybody else meanwhile; who waits for it has
 * waited for long already.
 */
const SHARE_OF_TIME = 0.25;
/** Not all of the time between two rests is ours. */
const LONGEST_TURN_MS = 5;

/**
 * Writes the image as it is now to `path`, which it replaces as a whole and durably, while batches go on being written.
 * Undefined when there is no image. Rejects with `imageDamaged`, `readingTooLong` or `snapshotFailed`; then `path` is as before.
 */
export async function writeSnapshot(
  image: ImageStore,
  path: string,
  options: WriteSnapshotOptions,
): Promise<SnapshotInfo | undefined> {
  const { maxDurationMs } = options;
  const reading = image.openReading(maxDurationMs === undefined ? {} : { maxDurationMs });
  if (reading === undefined) return undefined;
  const part = `${path}.part`;
  let file: FileHandle | undefined;
  try {
    file = await open(part, 'w', 0o644);
    const info = await writeFile(file, reading, options);
    reading.close();
    await file.sync();
    await file.close();
    file = undefined;
    await renameDurably(part, path);
    return info;
  } catch (error) {
    await file?.close();
    await rm(part, { force: true });
    throw snapshotFailed(path, error);
  } finally {
    reading.close();
  }
}

async function writeFile(
  file: FileHandle,
  reading: ImageReading,
  options: WriteSnapshotOptions,
): Promise<SnapshotInfo> {
  const { clusterId, groupId } = options;
  const state = { clusterId, groupId, ...reading.state };
  const header = encodeHeader(state);
  const hash = startDigest(header);
  const builder = new ChunkBuilder(options.chunkBytes ?? DEFAULT_CHUNK_BYTES);
  let position = await writeAll(file, header, 0);
  let [chunks, bytes] = [0, 0];
  const put = async (chunk: Buffer): Promise<void> => {
    const head = encodeFrameHead(chunks, chunk);
    hash.update(head).update(chunk);
    position = await writeAll(file, head, position);
    position = await writeAll(file, chunk, position);
    chunks += 1;
    bytes += chunk.length;
  };
  let turnMs = performance.now();
  for await (const records of reading.records()) {
    for (const record of records) {
      const full = builder.add(record);
      if (full !== undefined) await put(full);
    }
    const busyMs = Math.min(performance.now() - turnMs, LONGEST_TURN_MS);
    await pause(busyMs * (1 / SHARE_OF_TIME - 1));
    turnMs = performance.now();
  }
  const rest = builder.take();
  if (rest !== undefined) await put(rest);
  const digest = hash.digest('hex');
  await writeAll(file, encodeTrailer({ chunks, bytes, digest }), position);
  return { ...state, chunks, bytes, snapshotId: snapshotIdOf(state.slot, digest) };
}
