import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { blobBytes, gather, readBlob, writeBlob, writeBlobBytes } from './blobs.js';
import type { BlobTrees } from './blobs.js';
import {
  endOfPrefix,
  finishKey,
  MAX_JOB_ID_BYTES,
  MAX_NAME_BYTES,
  nameKey,
  readUint64,
  seal,
  uint64,
  unseal,
} from './encoding.js';
import { damaged, invalidArgument, TaskStoreError } from './task-store-error.js';
import type {
  BlobRange,
  BlobSource,
  ListedRecord,
  ListRecordsOptions,
  PruneOptions,
  TaskRecord,
  TaskStore,
  TaskStoreStats,
} from './task-store.js';

export interface EmbeddedTaskStoreOptions {
  /** A directory of its own, made if missing. One process at a time: the caller sees to that. */
  readonly directory: string;
  /** Default 64 MiB. A blob is gathered in memory before it's written. */
  readonly maxBlobBytes?: number;
  /** Default 1 MiB. */
  readonly maxRecordBytes?: number;
  /** Bytes handed over and not yet written, at the most. Default 128 MiB; must exceed `maxBlobBytes`. */
  readonly maxQueuedBytes?: number;
}

type Tree = Database<Buffer, Buffer>;

interface Trees extends BlobTrees {
  /** jobId -> sealed {finishedAtMs 8, bytes}. */
  readonly records: Tree;
  /** {finishedAtMs 8, jobId} -> nothing. Says what to prune first. */
  readonly byFinish: Tree;
}

const NOTHING = Buffer.alloc(0);
const MAX_LISTED = 10_000;
/** Records that one transaction of `prune` drops, so that others get between. */
const PRUNED_AT_ONCE = 500;

/**
 * The task store in a directory. Each write is one durable commit. LMDB could resolve it before the flush (overlapping sync),
 * but measured here that saves nothing, since the next commit waits for that flush, and it would open the traps that README of
 * `libs/storage` names. Put many records in one call: it's one flush, and the log flushes the same disk.
 */
export function openEmbeddedTaskStore(options: EmbeddedTaskStoreOptions): Promise<TaskStore> {
  mkdirSync(options.directory, { recursive: true });
  const root = open<Buffer, Buffer>({
    path: options.directory,
    noSubdir: false,
    mapSize: 2 ** 30,
    maxDbs: 5,
    overlappingSync: false,
    compression: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    eventTurnBatching: false,
  });
  const tree = (name: string): Tree => root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
  const blobTrees = { blobs: tree('blobs'), chunks: tree('chunks'), totals: tree('totals') };
  const trees = { records: tree('records'), byFinish: tree('byFinish'), ...blobTrees };
  return Promise.resolve(new EmbeddedTaskStore(options, root, trees));
}

class EmbeddedTaskStore implements TaskStore {
  readonly #directory: string;
  readonly #maxBlobBytes: number;
  readonly #maxRecordBytes: number;
  readonly #maxQueuedBytes: number;
  #queuedBytes = 0;
  /** With what the transaction under way changes, which it can't read itself. Undefined: to be read again. */
  #blobBytes: number | undefined;
  #isClosed = false;
  /** Writes read before they write, so they take turns. */
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(
    options: EmbeddedTaskStoreOptions,
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly trees: Trees,
  ) {
    this.#directory = options.directory;
    this.#maxBlobBytes = options.maxBlobBytes ?? 64 * 2 ** 20;
    this.#maxRecordBytes = options.maxRecordBytes ?? 2 ** 20;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 128 * 2 ** 20;
  }

  async putRecords(records: readonly TaskRecord[]): Promise<void> {
    const latest = new Map<string, { key: Buffer; finishedAtMs: number; sealed: Buffer }>();
    let bytes = 0;
    for (const { jobId, finishedAtMs, bytes: value } of records) {
      const key = nameKey(jobId, 'jobId', MAX_JOB_ID_BYTES);
      if (!Number.isSafeInteger(finishedAtMs) || finishedAtMs < 0)
        throw invalidArgument('finishedAtMs', 'a Unix time in ms');
      if (value.length > this.#maxRecordBytes) throw this.#recordTooLarge(jobId, value.length);
      latest.set(jobId, { key, finishedAtMs, sealed: seal(key, Buffer.concat([uint64(finishedAtMs), value])) });
      bytes += value.length;
    }
    await this.#write(bytes, () => {
      for (const { key, finishedAtMs, sealed } of latest.values()) {
        const before = finishedAtOf(key, this.trees.records.getBinary(key));
        if (before !== undefined && before !== finishedAtMs) put(this.trees.byFinish.remove(finishKey(before, key)));
        put(this.trees.records.put(key, sealed));
        put(this.trees.byFinish.put(finishKey(finishedAtMs, key), NOTHING));
      }
    });
  }

  async getRecord(jobId: string): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    const key = nameKey(jobId, 'jobId', MAX_JOB_ID_BYTES);
    const sealed = this.trees.records.getBinary(key);
    if (sealed === undefined) return undefined;
    const value = unseal(key, sealed);
    if (value === undefined) throw damaged(jobId);
    return new Uint8Array(value.subarray(8));
  }

  async listRecords({ beforeJobId, limit }: ListRecordsOptions): Promise<readonly ListedRecord[]> {
    this.#assertOpen();
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LISTED) throw invalidArgument('limit', '1 to 10,000');
    const before = beforeJobId === undefined ? undefined : nameKey(beforeJobId, 'beforeJobId', MAX_JOB_ID_BYTES);
    const from = before === undefined ? {} : { start: before, exclusiveStart: true };
    const listed: ListedRecord[] = [];
    for (const { key, value: sealed } of this.trees.records.getRange({ ...from, reverse: true, limit })) {
      const value = unseal(key, sealed);
      const finishedAtMs = value === undefined ? 0 : readUint64(value);
      const bytes = value === undefined ? undefined : new Uint8Array(value.subarray(8));
      listed.push({ jobId: key.toString(), finishedAtMs, bytes });
    }
    return listed;
  }

  async putBlob(name: string, source: BlobSource): Promise<void> {
    this.#assertOpen();
    const key = nameKey(name, 'name', MAX_NAME_BYTES);
    const pieces = await gather(name, source, this.#maxBlobBytes);
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    await this.#write(bytes, () => this.#writeBlob(key, pieces));
  }

  async getBlob(name: string, range?: BlobRange): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    return readBlob(this.trees, name, nameKey(name, 'name', MAX_NAME_BYTES), range);
  }

  async deleteBlob(name: string): Promise<void> {
    const key = nameKey(name, 'name', MAX_NAME_BYTES);
    await this.#write(0, () => this.#writeBlob(key, undefined));
  }

  async prune({ maxRecords = Infinity, finishedBeforeMs = 0, maxBlobBytes = Infinity }: PruneOptions): Promise<number> {
    let pruned = 0;
    for (;;) {
      let dropped = 0;
      await this.#write(0, () => (dropped = this.#dropOldest(maxRecords, finishedBeforeMs, maxBlobBytes)));
      pruned += dropped;
      if (dropped < PRUNED_AT_ONCE) return pruned;
    }
  }

  stats(): TaskStoreStats {
    const bytesOnDisk = statSync(join(this.#directory, 'data.mdb')).size;
    const { records, blobs } = this.trees;
    return { records: entriesOf(records), blobs: entriesOf(blobs), blobBytes: this.#countBlobBytes(), bytesOnDisk };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#lastWrite;
    await this.root.close();
  }

  #dropOldest(maxRecords: number, finishedBeforeMs: number, maxBlobBytes: number): number {
    const surplus = Math.max(0, entriesOf(this.trees.byFinish) - maxRecords);
    let dropped = 0;
    for (const key of this.trees.byFinish.getKeys({ limit: PRUNED_AT_ONCE })) {
      const isFew = dropped >= surplus && (maxBlobBytes === Infinity || this.#countBlobBytes() <= maxBlobBytes);
      if (isFew && readUint64(key) >= finishedBeforeMs) break;
      this.#dropRecord(key);
      dropped += 1;
    }
    return dropped;
  }

  #dropRecord(byFinish: Buffer): void {
    const jobId = byFinish.subarray(8);
    put(this.trees.byFinish.remove(byFinish));
    put(this.trees.records.remove(jobId));
    const prefix = Buffer.concat([jobId, Buffer.from('/')]);
    for (const name of this.trees.blobs.getKeys({ start: prefix, end: endOfPrefix(prefix) })) {
      this.#writeBlob(name, undefined);
    }
  }

  #countBlobBytes(): number {
    this.#blobBytes ??= blobBytes(this.trees);
    return this.#blobBytes;
  }

  #writeBlob(name: Buffer, pieces: readonly Buffer[] | undefined): void {
    const before = this.#countBlobBytes();
    this.#blobBytes = Math.max(0, before + writeBlob(this.trees, name, pieces));
    writeBlobBytes(this.trees, this.#blobBytes);
  }

  /** Runs `write` as one transaction, after those before it. */
  #write(bytes: number, write: () => unknown): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    if (this.#queuedBytes + bytes > this.#maxQueuedBytes) return Promise.reject(this.#overloaded());
    this.#queuedBytes += bytes;
    const done = this.#lastWrite.then(() => this.root.batch(() => void write()));
    this.#lastWrite = done.then(
      () => void (this.#queuedBytes -= bytes),
      () => void (this.#queuedBytes -= bytes),
    );
    return done.then(
      () => undefined,
      (error: unknown) => {
        this.#blobBytes = undefined;
        return Promise.reject(unavailable(error));
      },
    );
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed();
  }

  #recordTooLarge(jobId: string, bytes: number): TaskStoreError {
    const maxBytes = this.#maxRecordBytes;
    const message = `The record of job ${jobId} has ${String(bytes)} bytes, more than ${String(maxBytes)}. Put what is large into a blob.`;
    return new TaskStoreError({ code: 'recordTooLarge', jobId, bytes, maxBytes }, message);
  }

  #overloaded(): TaskStoreError {
    const maxQueuedBytes = this.#maxQueuedBytes;
    const message = `More than ${String(maxQueuedBytes)} bytes wait to be written to the task store. Try again when earlier writes are done.`;
    return new TaskStoreError({ code: 'overloaded', maxQueuedBytes }, message);
  }
}

/** Errors reach the caller by the transaction's promise; that of each part must not be an unhandled rejection too. */
function put(promise: Promise<boolean>): void {
  promise.catch(() => undefined);
}

function finishedAtOf(key: Buffer, sealed: Buffer | undefined): number | undefined {
  const value = unseal(key, sealed);
  return value === undefined ? undefined : readUint64(value);
}

function entriesOf(tree: Tree): number {
  return (tree.getStats() as { entryCount: number }).entryCount;
}

function closed(): TaskStoreError {
  return new TaskStoreError({ code: 'closed' }, 'The task store is closed. Open it again before using it.');
}

function unavailable(cause: unknown): TaskStoreError {
  const reason = (cause as { commitError?: Promise<unknown> }).commitError;
  reason?.catch(() => undefined);
  const message =
    'The task store could not be written. Look for disk errors and a full disk; nothing but history is affected.';
  return new TaskStoreError({ code: 'unavailable' }, message, { cause });
}
