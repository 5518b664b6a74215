import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeImageManifest } from './image-manifest.js';
import type { ImageManifest } from './image-manifest.js';
import type { ImageReading, ImageRecord, ImageState } from './image-store.js';
import { decodeKeyedRecord } from './keyed-record.js';
import { IMAGE_MANIFEST_KEY, treeOf } from './lmdb-image-open.js';
import type { ImageEnvironment } from './lmdb-image-open.js';
import type { EnvironmentReading, TreeRecord } from './lmdb-environment.js';
import { imageDamaged, readingTooLong, storeClosed, StorageError } from './storage-error.js';

/** Read between two turns of the event loop: 2 ms of it, at some 8 us for each record with all that is done to it. */
const RECORDS_PER_CHUNK = 250;
const BYTES_PER_CHUNK = 2 ** 18;

/** One read transaction over the whole image. */
export class LmdbImageReading implements ImageReading {
  readonly state: ImageState;
  #ended: StorageError | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly environment: ImageEnvironment,
    private readonly path: string,
    private readonly reading: EnvironmentReading,
    private readonly manifest: ImageManifest,
    limitMs: number,
    private readonly onEnd: (ended: LmdbImageReading) => void,
  ) {
    const { slot, stateHash, records } = manifest;
    this.state = { slot, stateHash, records };
    if (limitMs === Infinity) return;
    // A timer, because whoever reads may be stuck in its own writes, and never ask again.
    this.#timer = setTimeout(() => this.#end(readingTooLong(limitMs)), limitMs).unref();
  }

  /** Undefined when what is durable is no whole image. */
  static open(
    environment: ImageEnvironment,
    path: string,
    limitMs: number,
    onEnd: (ended: LmdbImageReading) => void,
  ): LmdbImageReading | undefined {
    const reading = environment.openReading();
    try {
      // Read in the same transaction as the records: what the store knows of its last commit may be of another one.
      const manifest = decodeImageManifest(reading.get(environment.trees.head, IMAGE_MANIFEST_KEY));
      if (manifest?.phase === 'whole')
        return new LmdbImageReading(environment, path, reading, manifest, limitMs, onEnd);
    } catch (error) {
      reading.close();
      throw damageOf(error, path);
    }
    reading.close();
    return undefined;
  }

  async *records(): AsyncGenerator<readonly ImageRecord[]> {
    let [count, sum] = [0, 0];
    let after: Buffer | undefined;
    for (;;) {
      const found = this.#read(after);
      if (found.length === 0) break;
      count += found.length;
      // A damaged tree may lead round in a circle.
      if (count > this.manifest.records) throw imageDamaged(this.path, 'more records than there should be');
      for (const { value } of found) sum = (sum + (value.length < 4 ? 0 : value.readUInt32BE(0))) >>> 0;
      after = found.at(-1)?.key;
      yield found.map((record) => this.#decode(record));
      await nextTurn();
    }
    if (count !== this.manifest.records) {
      const detail = `${String(count)} records instead of ${String(this.manifest.records)}`;
      throw imageDamaged(this.path, detail);
    }
    if (sum !== this.manifest.recordSum) throw imageDamaged(this.path, 'a record is of an older commit');
  }

  close(): void {
    this.#end(storeClosed());
  }

  #end(reason: StorageError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearTimeout(this.#timer);
    this.reading.close();
    this.onEnd(this);
  }

  #read(after: Buffer | undefined): readonly TreeRecord[] {
    if (this.#ended !== undefined) throw this.#ended;
    try {
      const tree = treeOf(this.environment, this.manifest.side);
      return this.reading.range(tree, after, RECORDS_PER_CHUNK, BYTES_PER_CHUNK);
    } catch (error) {
      throw damageOf(error, this.path);
    }
  }

  #decode({ key, value }: TreeRecord): ImageRecord {
    const bytes = decodeKeyedRecord(key, value);
    if (bytes === undefined) throw imageDamaged(this.path, `the record ${key.toString('utf8').slice(0, 64)}`);
    return { key: key.toString(), bytes };
  }
}

/** What LMDB throws about its pages. */
function damageOf(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  return Object.assign(imageDamaged(path, error instanceof Error ? error.message : String(error)), { cause: error });
}
