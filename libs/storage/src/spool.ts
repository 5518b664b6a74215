import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { lockDirectory } from './directory-lock.js';
import type { DirectoryLock } from './directory-lock.js';
import { GroupCommit, killOwnProcess } from './group-commit.js';
import { decodeKeyedRecord, encodeKeyedRecord, KEYED_HEAD_BYTES } from './keyed-record.js';
import { openEnvironment } from './lmdb-environment.js';
import type { Environment } from './lmdb-environment.js';
import { guarded } from './lmdb-log-open.js';
import { StorageError, storeClosed } from './storage-error.js';

export interface SpoolOptions {
  /** Data directory of the agent. The spool lives in its subdirectory `spool`. */
  readonly directory: string;
  /** A lock on `directory` that the caller holds already, and releases itself. Default: the spool takes one. */
  readonly lock?: DirectoryLock;
  /** Default 100,000. Above it puts are refused: the agent stops taking work. */
  readonly maxCount?: number;
  /** Keys and values together. Default 256 MiB. */
  readonly maxBytes?: number;
  readonly onFatal?: (error: Error) => void;
  readonly monotonicMs?: () => number;
}

export interface SpoolEntry {
  readonly key: string;
  /** Undefined when the record is damaged: it was there, but what it said is lost. */
  readonly value: Uint8Array | undefined;
}

/** A small durable map for an agent: what runs, and results that nobody has acknowledged yet. */
export interface Spool {
  /** Each of these resolves after the flush; calls of one tick share it, and one call is atomic. */
  put(key: string, value: Uint8Array): Promise<void>;
  putMany(entries: readonly (readonly [key: string, value: Uint8Array])[]): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMany(keys: readonly string[]): Promise<void>;
  /** All that is durable, in the order of the keys' bytes. */
  entries(): readonly SpoolEntry[];
  /** Count and bytes include what is queued. */
  stats(): { readonly count: number; readonly bytes: number; readonly oldestOutstandingFlushMs: number };
  close(): Promise<void>;
}

type Change = readonly [key: string, record: Buffer | undefined];

/** Rejects with `directoryLocked` or `storeDamaged`. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const lock = options.lock ?? lockDirectory(options.directory);
  try {
    const path = join(options.directory, 'spool');
    mkdirSync(path, { recursive: true });
    const environment = guarded(options.directory, () =>
      openEnvironment<'spool'>({ path, treeNames: ['spool'], mapSizeBytes: 2 ** 28 }),
    );
    return new LmdbSpool(options, environment, options.lock === undefined ? lock : undefined);
  } catch (error) {
    if (options.lock === undefined) lock.release();
    throw error;
  }
}

class LmdbSpool implements Spool {
  readonly #environment: Environment<'spool'>;
  readonly #lock: DirectoryLock | undefined;
  readonly #commits: GroupCommit<readonly Change[]>;
  readonly #directory: string;
  readonly #maxCount: number;
  readonly #maxBytes: number;
  /** Size of each record, queued ones included. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;
  #isClosed = false;

  constructor(options: SpoolOptions, environment: Environment<'spool'>, lock: DirectoryLock | undefined) {
    this.#environment = environment;
    this.#lock = lock;
    this.#directory = options.directory;
    this.#maxCount = options.maxCount ?? 100_000;
    this.#maxBytes = options.maxBytes ?? 256 * 2 ** 20;
    this.#commits = new GroupCommit({
      directory: options.directory,
      commit: (calls) => this.#commit(calls),
      onFatal: options.onFatal ?? killOwnProcess,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      maxQueued: this.#maxCount,
    });
    for (const { key, value } of this.entries())
      this.#account(key, KEYED_HEAD_BYTES + Buffer.byteLength(key) + (value?.length ?? 0));
  }

  put(key: string, value: Uint8Array): Promise<void> {
    return this.putMany([[key, value]]);
  }

  async putMany(entries: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const changes = entries.map(([key, value]) => [key, encodeKeyedRecord(Buffer.from(key), value)] as const);
    this.#assertRoomFor(changes);
    await this.#submit(changes);
  }

  delete(key: string): Promise<void> {
    return this.deleteMany([key]);
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    await this.#submit(keys.map((key) => [key, undefined] as const));
  }

  entries(): readonly SpoolEntry[] {
    if (this.#isClosed) throw storeClosed();
    return guarded(this.#directory, () =>
      [...this.#environment.trees.spool.getRange({})].map(({ key, value }) => ({
        key: key.toString(),
        value: decodeKeyedRecord(key, value),
      })),
    );
  }

  stats(): { count: number; bytes: number; oldestOutstandingFlushMs: number } {
    const oldestOutstandingFlushMs = this.#commits.oldestOutstandingMs;
    return { count: this.#sizes.size, bytes: this.#bytes, oldestOutstandingFlushMs };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.close();
    await this.#environment.close();
    this.#lock?.release();
  }

  #submit(changes: readonly Change[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(storeClosed());
    for (const [key, record] of changes) this.#account(key, record?.length);
    return changes.length === 0 ? Promise.resolve() : this.#commits.submit(changes);
  }

  #account(key: string, bytes: number | undefined): void {
    this.#bytes += (bytes ?? 0) - (this.#sizes.get(key) ?? 0);
    if (bytes === undefined) this.#sizes.delete(key);
    else this.#sizes.set(key, bytes);
  }

  #assertRoomFor(changes: readonly (readonly [string, Buffer])[]): void {
    const sizes = new Map(changes.map(([key, record]) => [key, record.length]));
    let count = this.#sizes.size;
    let bytes = this.#bytes;
    for (const [key, size] of sizes) {
      const before = this.#sizes.get(key);
      if (before === undefined) count += 1;
      bytes += size - (before ?? 0);
    }
    if (count > this.#maxCount) throw spoolFull('count', this.#maxCount);
    if (bytes > this.#maxBytes) throw spoolFull('bytes', this.#maxBytes);
  }

  #commit(calls: readonly (readonly Change[])[]): Promise<void> {
    const latest = new Map(calls.flat());
    const { spool } = this.#environment.trees;
    return this.#environment.commit((sink) => {
      for (const [key, record] of latest) {
        if (record === undefined) sink.remove(spool, Buffer.from(key));
        else sink.put(spool, Buffer.from(key), record);
      }
    });
  }
}

function spoolFull(limit: 'count' | 'bytes', maximum: number): StorageError {
  return new StorageError(
    { code: 'spoolFull', limit, maximum },
    `The spool is full (${String(maximum)} ${limit === 'count' ? 'records' : 'bytes'}). Take no more work until a coordinator has acknowledged results.`,
  );
}
