import { assert } from '@synod/base';
import type { Slot } from '@synod/consensus';
import { DEFAULT_READING_MS } from './image-store.js';
import type {
  ImageAbsence,
  ImageBatch,
  ImageChange,
  ImageReading,
  ImageRecord,
  ImageState,
  ImageStore,
  ImageStoreStats,
  ReadingOptions,
} from './image-store.js';
import { checkKey } from './keyed-record.js';
import { directoryLocked, imageDamaged, readingTooLong, StorageError, storeClosed } from './storage-error.js';

/** What survives a crash of {@link MemoryImageStore}. Give the same one to `openMemoryImageStore` again. */
export interface MemoryImageDisk {
  state: ImageState | undefined;
  absence: ImageAbsence | undefined;
  readonly records: Map<string, Uint8Array>;
  /** Keys whose record is damaged: reading them throws `imageDamaged`. Tests add to it. */
  readonly damagedKeys: Set<string>;
  holder: ImageStore | undefined;
}

export function newMemoryImageDisk(): MemoryImageDisk {
  return { state: undefined, absence: 'new', records: new Map(), damagedKeys: new Set(), holder: undefined };
}

export interface MemoryImageStoreOptions {
  readonly disk: MemoryImageDisk;
  /** How long a flush takes, and whether it fails: resolves when it is done. Default: at once. */
  readonly flush?: () => Promise<void>;
  readonly onFatal?: (error: Error) => void;
  readonly monotonicMs?: () => number;
}

const RECORDS_PER_CHUNK = 1_000;

/** The reference adapter of {@link ImageStore}: the same contract without files and timers. */
export function openMemoryImageStore(options: MemoryImageStoreOptions): MemoryImageStore {
  if (options.disk.holder !== undefined) throw directoryLocked('memory', undefined);
  const store = new MemoryImageStore(options);
  options.disk.holder = store;
  return store;
}

export class MemoryImageStore implements ImageStore {
  readonly #disk: MemoryImageDisk;
  readonly #flush: () => Promise<void>;
  readonly #onFatal: (error: Error) => void;
  readonly #monotonicMs: () => number;
  /** Resolves when every step so far is done; steps run one after the other. */
  #tail: Promise<void> = Promise.resolve();
  #queued = 0;
  #flushes = 0;
  #lastSlot: Slot;
  #isReplacing = false;
  #status: 'open' | 'closed' | 'crashed' | 'failed' = 'open';

  constructor(options: MemoryImageStoreOptions) {
    this.#disk = options.disk;
    this.#flush = options.flush ?? (() => Promise.resolve());
    this.#onFatal = options.onFatal ?? (() => undefined);
    this.#monotonicMs = options.monotonicMs ?? (() => 0);
    this.#lastSlot = options.disk.state?.slot ?? 0;
  }

  get state(): ImageState | undefined {
    return this.#disk.state;
  }

  get absence(): ImageAbsence | undefined {
    return this.#disk.absence;
  }

  openReading(options: ReadingOptions = {}): ImageReading | undefined {
    if (this.#status !== 'open') throw storeClosed();
    const { state } = this.#disk;
    if (state === undefined) return undefined;
    const damaged = new Set(this.#disk.damagedKeys);
    const limitMs = options.maxDurationMs ?? DEFAULT_READING_MS;
    const untilMs = this.#monotonicMs() + limitMs;
    let records: readonly ImageRecord[] | undefined = sorted(this.#disk.records);
    const check = (): void => {
      if (records === undefined || this.#status !== 'open') throw storeClosed();
      if (this.#monotonicMs() > untilMs) throw readingTooLong(limitMs);
    };
    return {
      state,
      records: () => chunksOf(records ?? [], state, damaged, check),
      close: () => (records = undefined),
    };
  }

  async *records(): AsyncGenerator<readonly ImageRecord[]> {
    const reading = this.openReading({ maxDurationMs: Infinity });
    if (reading !== undefined) yield* reading.records();
  }

  write(batch: ImageBatch): Promise<void> {
    if (this.#status !== 'open') return Promise.reject(storeClosed());
    assert(!this.#isReplacing, 'no image is written while another takes its place');
    assert(batch.slot > this.#lastSlot, 'an image never goes back', () => String(batch.slot));
    for (const { key } of batch.changes) checkKey(key);
    this.#lastSlot = batch.slot;
    const changes = batch.changes.map(({ key, bytes }) => ({ key, bytes: bytes?.slice() }));
    return this.#step(() => {
      if (this.#disk.state === undefined) this.#clear();
      this.#change(changes);
      const { slot, stateHash } = batch;
      this.#set({ slot, stateHash, records: this.#disk.records.size }, undefined);
    });
  }

  async replace(state: ImageState, records: AsyncIterable<readonly ImageRecord[]>): Promise<void> {
    assert(!this.#isReplacing && this.#queued === 0, 'no image is written while another takes its place');
    this.#isReplacing = true;
    try {
      const made = new Map<string, Uint8Array>();
      await this.#step(() => undefined);
      for await (const chunk of records) {
        const copies = chunk.map(({ key, bytes }) => [key, bytes.slice()] as const);
        await this.#step(() => {
          for (const [key, bytes] of copies) made.set(key, bytes);
        });
      }
      if (made.size !== state.records) throw imageDamaged('memory', `${String(made.size)} records came`);
      await this.#step(() => {
        this.#clear();
        for (const [key, bytes] of made) this.#disk.records.set(key, bytes);
        this.#set({ ...state }, undefined);
      });
      this.#lastSlot = state.slot;
    } finally {
      this.#isReplacing = false;
    }
  }

  discard(): Promise<void> {
    this.#lastSlot = 0;
    return this.#step(() => {
      this.#clear();
      this.#set(undefined, 'discarded');
    });
  }

  stats(): ImageStoreStats {
    const times = { lastFlushDurationMs: 0, oldestOutstandingFlushMs: 0, bytesOnDisk: 0 };
    return { flushes: this.#flushes, queuedBatches: this.#queued, ...times };
  }

  async close(): Promise<void> {
    if (this.#status === 'crashed') return;
    if (this.#status === 'open') this.#status = 'closed';
    await this.#tail;
    if (this.#disk.holder === this) this.#disk.holder = undefined;
  }

  /** Loses what was not flushed and frees the disk, as SIGKILL does. Outstanding calls never settle. */
  crash(): void {
    this.#status = 'crashed';
    this.#disk.holder = undefined;
  }

  #step(change: () => void): Promise<void> {
    if (this.#status !== 'open') return Promise.reject(storeClosed());
    this.#queued += 1;
    const done = this.#tail.then(() => this.#run(change));
    this.#tail = done.catch(() => undefined);
    return done;
  }

  async #run(change: () => void): Promise<void> {
    if (this.#isOver()) return new Promise(() => undefined);
    try {
      await this.#flush();
    } catch (cause) {
      const error = new StorageError({ code: 'commitFailed', directory: 'memory' }, 'A flush failed.', { cause });
      this.#status = 'failed';
      this.#disk.holder = undefined;
      this.#onFatal(error);
      throw error;
    }
    if (this.#isOver()) return new Promise(() => undefined);
    change();
    this.#queued -= 1;
    this.#flushes += 1;
  }

  #isOver(): boolean {
    return this.#status === 'crashed' || this.#status === 'failed';
  }

  #clear(): void {
    this.#disk.records.clear();
    this.#disk.damagedKeys.clear();
  }

  #change(changes: readonly ImageChange[]): void {
    for (const { key, bytes } of changes) {
      this.#disk.damagedKeys.delete(key);
      if (bytes === undefined) this.#disk.records.delete(key);
      else this.#disk.records.set(key, bytes);
    }
  }

  #set(state: ImageState | undefined, absence: ImageAbsence | undefined): void {
    this.#disk.state = state;
    this.#disk.absence = absence;
  }
}

/** In the order of the keys' bytes, which for most keys is that of their characters, but not for all. */
function sorted(records: ReadonlyMap<string, Uint8Array>): readonly ImageRecord[] {
  const byKey = [...records].map(([key, bytes]) => ({ sort: Buffer.from(key), record: { key, bytes: bytes.slice() } }));
  return byKey.sort((a, b) => Buffer.compare(a.sort, b.sort)).map(({ record }) => record);
}

async function* chunksOf(
  records: readonly ImageRecord[],
  state: ImageState,
  damaged: ReadonlySet<string>,
  check: () => void,
): AsyncGenerator<readonly ImageRecord[]> {
  for (let from = 0; from < records.length; from += RECORDS_PER_CHUNK) {
    check();
    const chunk = records.slice(from, from + RECORDS_PER_CHUNK);
    const bad = chunk.find(({ key }) => damaged.has(key));
    if (bad !== undefined) throw imageDamaged('memory', `the record ${bad.key}`);
    yield await Promise.resolve(chunk);
  }
  check();
  if (records.length !== state.records) throw imageDamaged('memory', 'records are missing');
}
