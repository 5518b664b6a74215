import { statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { assert } from '@synod/base';
import type { Slot } from '@synod/consensus';
import { lockDirectory } from './directory-lock.js';
import type { DirectoryLock } from './directory-lock.js';
import { GroupCommit, killOwnProcess } from './group-commit.js';
import { encodeImageManifest } from './image-manifest.js';
import type { ImageManifest, ImageSide } from './image-manifest.js';
import { DEFAULT_READING_MS } from './image-store.js';
import type {
  ImageAbsence,
  ImageBatch,
  ImageReading,
  ImageRecord,
  ImageState,
  ImageStore,
  ImageStoreStats,
  ReadingOptions,
} from './image-store.js';
import { encodeKeyedRecord } from './keyed-record.js';
import { IMAGE_MANIFEST_KEY, openImageEnvironment, treeOf } from './lmdb-image-open.js';
import type { ImageEnvironment } from './lmdb-image-open.js';
import { LmdbImageReading } from './lmdb-image-reading.js';
import { peekUint32 } from './lmdb-environment.js';
import type { Tree } from './lmdb-environment.js';
import { imageDamaged, storeClosed } from './storage-error.js';

export interface OpenImageStoreOptions {
  /** Data directory of the node. The image lives in its subdirectory `image`. */
  readonly directory: string;
  /**
   * Whose image this is, in at most 512 bytes: cluster, group and storage id. One that was written for another owner counts as
   * none, so that a directory that was moved or formatted anew never serves the state of something else.
   */
  readonly owner: string;
  /** Address space reserved at first; it grows by itself. Default 1 GiB. */
  readonly mapSizeBytes?: number;
  /** What a failed commit does. Default: SIGKILL to this process. It must not return to business. */
  readonly onFatal?: (error: Error) => void;
  readonly monotonicMs?: () => number;
}

/** Of one transaction of `replace`, at the most: longer ones would hold up the process. */
const RECORDS_PER_COMMIT = 2_000;
const BYTES_PER_COMMIT = 4 * 2 ** 20;

const NOTHING: Totals = { records: 0, recordSum: 0 };

/** Batches that may wait for a flush. A host has one under way, and gathers changes meanwhile. */
const MAX_QUEUED_BATCHES = 64;

interface EncodedChange {
  readonly key: string;
  readonly keyBytes: Buffer;
  /** Undefined: the record goes. */
  readonly record: Buffer | undefined;
  /** The key is higher than every other in the tree, this step's earlier ones included. */
  readonly isHighest: boolean;
}

/** What the records are once a step is durable. */
type Outcome = Pick<ImageManifest, 'phase' | 'slot' | 'stateHash'>;

/** What one transaction changes; several steps of one side may share one. */
interface Step {
  readonly side: ImageSide;
  /** All records that are there go first. */
  readonly clear: boolean;
  readonly changes: readonly EncodedChange[];
  /** Undefined: the manifest stays, and with it the image. */
  readonly outcome: Outcome | undefined;
}

/** Of the records of one side, as they are durable. */
interface Totals {
  readonly records: number;
  readonly recordSum: number;
}

/** Opens the image of `directory`, or makes an empty one. Rejects with `directoryLocked`. A damaged one is no error: no image. */
export async function openImageStore(options: OpenImageStoreOptions): Promise<ImageStore> {
  const path = join(options.directory, 'image');
  const lock = lockDirectory(path);
  try {
    const { environment, manifest, absence } = await openImageEnvironment(path, options);
    return new LmdbImageStore(options, { path, lock, environment, manifest, absence });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface ImageModules {
  readonly path: string;
  readonly lock: DirectoryLock;
  readonly environment: ImageEnvironment;
  readonly manifest: ImageManifest | undefined;
  readonly absence: ImageAbsence | undefined;
}

class LmdbImageStore implements ImageStore {
  readonly #path: string;
  readonly #owner: string;
  readonly #lock: DirectoryLock;
  readonly #environment: ImageEnvironment;
  readonly #commits: GroupCommit<Step>;
  readonly #readings = new Set<LmdbImageReading>();
  /** What is durable; only `whole` ones are an image. */
  #manifest: ImageManifest | undefined;
  #absence: ImageAbsence | undefined;
  /** By side; of no meaning before a step that clears it, but for that of the image. */
  readonly #totals: [Totals, Totals];
  /** Slot of the last batch, queued or durable. */
  #lastSlot: Slot;
  #isReplacing = false;
  #isClosed = false;

  constructor(options: OpenImageStoreOptions, modules: ImageModules) {
    this.#path = modules.path;
    this.#owner = options.owner;
    this.#lock = modules.lock;
    this.#environment = modules.environment;
    this.#manifest = modules.manifest;
    this.#absence = modules.absence;
    this.#lastSlot = modules.manifest?.slot ?? 0;
    const totals = { records: modules.manifest?.records ?? 0, recordSum: modules.manifest?.recordSum ?? 0 };
    this.#totals = [totals, totals];
    this.#commits = new GroupCommit({
      directory: modules.path,
      commit: (steps) => this.#commit(steps),
      onFatal: options.onFatal ?? killOwnProcess,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      maxQueued: MAX_QUEUED_BATCHES,
    });
  }

  get state(): ImageState | undefined {
    if (this.#manifest === undefined) return undefined;
    const { slot, stateHash, records } = this.#manifest;
    return { slot, stateHash, records };
  }

  get absence(): ImageAbsence | undefined {
    return this.#absence;
  }

  get #side(): ImageSide {
    return this.#manifest?.side ?? 0;
  }

  openReading(options: ReadingOptions = {}): ImageReading | undefined {
    if (this.#isClosed) throw storeClosed();
    if (this.#manifest === undefined) return undefined;
    const limitMs = options.maxDurationMs ?? DEFAULT_READING_MS;
    const reading = LmdbImageReading.open(this.#environment, this.#path, limitMs, (ended) =>
      this.#readings.delete(ended),
    );
    if (reading !== undefined) this.#readings.add(reading);
    return reading;
  }

  async *records(): AsyncGenerator<readonly ImageRecord[]> {
    const reading = this.openReading({ maxDurationMs: Infinity });
    if (reading === undefined) return;
    try {
      yield* reading.records();
    } finally {
      reading.close();
    }
  }

  write(batch: ImageBatch): Promise<void> {
    if (this.#isClosed) return Promise.reject(storeClosed());
    assert(!this.#isReplacing, 'no image is written while another takes its place');
    assert(batch.slot > this.#lastSlot, 'an image never goes back', () => String(batch.slot));
    // A batch that were refused, and the next one not, would leave an image with changes missing.
    assert(this.#commits.queued < MAX_QUEUED_BATCHES, 'the host waits for batches before it writes more');
    const changes = batch.changes.map(({ key, bytes }) => encodeChange(key, bytes, false));
    const clear = this.#manifest === undefined && this.#commits.queued === 0;
    this.#lastSlot = batch.slot;
    const outcome: Outcome = { phase: 'whole', slot: batch.slot, stateHash: batch.stateHash };
    return this.#commits.submit({ side: this.#side, clear, changes, outcome });
  }

  async replace(state: ImageState, records: AsyncIterable<readonly ImageRecord[]>): Promise<void> {
    if (this.#isClosed) throw storeClosed();
    assert(!this.#isReplacing && this.#commits.queued === 0, 'no image is written while another takes its place');
    this.#isReplacing = true;
    try {
      const { slot, stateHash } = state;
      const before = this.#side;
      const side = before === 0 ? 1 : 0;
      const step = { side, clear: false, changes: [], outcome: undefined } as const;
      await this.#commits.submit({ ...step, clear: true });
      for await (const changes of inSteps(records)) await this.#commits.submit({ ...step, changes });
      const came = this.#totals[side].records;
      if (came !== state.records) {
        throw imageDamaged(this.#path, `${String(came)} records came for ${String(state.records)}`);
      }
      await this.#commits.submit({ ...step, outcome: { phase: 'whole', slot, stateHash } });
      this.#lastSlot = slot;
      await this.#commits.submit({ ...step, side: before, clear: true });
    } finally {
      this.#isReplacing = false;
    }
  }

  async discard(): Promise<void> {
    if (this.#isClosed) throw storeClosed();
    this.#lastSlot = 0;
    const outcome: Outcome = { phase: 'discarded', slot: 0, stateHash: '' };
    await this.#commits.submit({ side: this.#side, clear: true, changes: [], outcome });
  }

  stats(): ImageStoreStats {
    const path = this.#path;
    return {
      flushes: this.#commits.flushes,
      lastFlushDurationMs: this.#commits.lastFlushDurationMs,
      oldestOutstandingFlushMs: this.#commits.oldestOutstandingMs,
      queuedBatches: this.#commits.queued,
      // Looked up when it is read, as in the log: a disk that hangs must not hang who asks for something else.
      get bytesOnDisk() {
        return statSync(join(path, 'data.mdb')).size;
      },
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const reading of [...this.#readings]) reading.close();
    await this.#commits.close();
    await this.#environment.close();
    this.#lock.release();
  }

  async #commit(steps: readonly Step[]): Promise<void> {
    const last = steps.at(-1);
    assert(last !== undefined, 'a commit has a step');
    const { side, outcome } = last;
    assert(
      steps.every((step) => step.side === side),
      'a replacement waits for each of its steps',
    );
    const clear = steps.some((step) => step.clear);
    const changes = merge(steps);
    const records = treeOf(this.#environment, side);
    const totals = totalsAfter(records, clear ? NOTHING : this.#totals[side], clear, changes);
    const manifest = outcome === undefined ? undefined : { ...outcome, ...totals, side, owner: this.#owner };
    const { head } = this.#environment.trees;
    await this.#environment.commit((sink) => {
      if (clear) sink.clear(records);
      for (const { keyBytes, record, isHighest } of changes) {
        if (record === undefined) sink.remove(records, keyBytes);
        else if (isHighest) sink.append(records, keyBytes, record);
        else sink.put(records, keyBytes, record);
      }
      if (manifest !== undefined) sink.put(head, IMAGE_MANIFEST_KEY, encodeImageManifest(manifest));
    });
    this.#totals[side] = totals;
    if (manifest === undefined) return;
    this.#manifest = manifest.phase === 'whole' ? manifest : undefined;
    this.#absence = manifest.phase === 'whole' ? undefined : 'discarded';
  }
}

/** Count and sum follow from what each change takes the place of, so they need no look at the rest. */
function totalsAfter(tree: Tree, before: Totals, clear: boolean, changes: readonly EncodedChange[]): Totals {
  let { records, recordSum } = before;
  for (const { keyBytes, record, isHighest } of changes) {
    const isNew = clear || isHighest;
    const replaced = isNew ? undefined : peekUint32(tree, keyBytes);
    if (replaced !== undefined) [records, recordSum] = [records - 1, (recordSum - replaced) >>> 0];
    if (record !== undefined) [records, recordSum] = [records + 1, (recordSum + record.readUInt32BE(0)) >>> 0];
  }
  return { records, recordSum };
}

/** Of several changes of one key the last; nothing from before a step that clears. */
function merge(steps: readonly Step[]): readonly EncodedChange[] {
  const latest = new Map<string, EncodedChange>();
  for (const step of steps) {
    if (step.clear) latest.clear();
    for (const change of step.changes) latest.set(change.key, change);
  }
  return [...latest.values()];
}

function encodeChange(key: string, bytes: Uint8Array | undefined, isHighest: boolean): EncodedChange {
  const keyBytes = Buffer.from(key);
  return { key, keyBytes, record: bytes === undefined ? undefined : encodeKeyedRecord(keyBytes, bytes), isHighest };
}

/** Cuts the records into steps of bounded size, and finds which keys are in order. */
async function* inSteps(source: AsyncIterable<readonly ImageRecord[]>): AsyncGenerator<readonly EncodedChange[]> {
  let step: EncodedChange[] = [];
  let bytes = 0;
  let highest = Buffer.alloc(0);
  for await (const chunk of source) {
    for (const { key, bytes: value } of chunk) {
      const keyBytes = Buffer.from(key);
      const isHighest = Buffer.compare(keyBytes, highest) > 0;
      if (isHighest) highest = keyBytes;
      const change = { key, keyBytes, isHighest, record: encodeKeyedRecord(keyBytes, value) };
      step.push(change);
      bytes += change.record.length;
      if (step.length < RECORDS_PER_COMMIT && bytes < BYTES_PER_COMMIT) continue;
      yield step;
      [step, bytes] = [[], 0];
    }
  }
  if (step.length > 0) yield step;
}
