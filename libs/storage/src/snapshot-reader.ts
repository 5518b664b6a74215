import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { checksum } from './bytes.js';
import { readAt } from './durable-file.js';
import type { ImageRecord, ImageState } from './image-store.js';
import {
  decodeChunk,
  decodeFrameHead,
  decodeHeader,
  decodeTrailer,
  digestOf,
  encodeFrameHead,
  FRAME_HEAD_BYTES,
  HEADER_PREFIX_BYTES,
  headerLength,
  SNAPSHOT_FORMAT_VERSION,
  snapshotIdOf,
  startDigest,
  TRAILER_BYTES,
} from './snapshot-format.js';
import type { FrameHead, SnapshotInfo } from './snapshot-format.js';
import { snapshotDamaged, snapshotFailed, unsupportedFormat } from './storage-error.js';

export interface SnapshotChunk {
  readonly index: number;
  readonly data: Buffer;
  /** CRC-32 of `data`. */
  readonly checksum: number;
}

interface Frame extends FrameHead {
  readonly position: number;
}

/** Reads a snapshot file, also after another has taken its name. */
export class SnapshotReader {
  private constructor(
    readonly path: string,
    readonly info: SnapshotInfo,
    private readonly file: FileHandle,
    private readonly header: Buffer,
    private readonly frames: readonly Frame[],
  ) {}

  /**
   * Checks header, trailer and that the chunks between them come out even; not what is in the chunks, which is checked when they
   * are read. Rejects with `snapshotDamaged`, `unsupportedFormat` or `snapshotFailed`.
   */
  static async open(path: string): Promise<SnapshotReader> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'r');
      const { size } = await file.stat();
      const header = await readHeader(file, path);
      const state = decodeHeader(header);
      if (state === undefined) throw snapshotDamaged(path, 'its header');
      const { formatVersion, ...fields } = state;
      if (formatVersion !== SNAPSHOT_FORMAT_VERSION) {
        throw unsupportedFormat(path, `format version ${String(formatVersion)}`);
      }
      const end = size - TRAILER_BYTES;
      const trailer = decodeTrailer(await readAt(file, Math.max(0, end), TRAILER_BYTES));
      if (trailer === undefined) throw snapshotDamaged(path, 'its trailer');
      const frames = await readFrames(file, header.length, end);
      const bytes = frames?.reduce((total, frame) => total + frame.length, 0);
      if (frames?.length !== trailer.chunks || bytes !== trailer.bytes) throw snapshotDamaged(path, 'its chunks');
      const { chunks } = trailer;
      const info = { ...fields, chunks, bytes, snapshotId: snapshotIdOf(fields.slot, trailer.digest) };
      return new SnapshotReader(path, info, file, header, frames);
    } catch (error) {
      await file?.close();
      throw snapshotFailed(path, error);
    }
  }

  /** What the image is of once these records are in it. */
  get state(): ImageState {
    const { slot, stateHash, records } = this.info;
    return { slot, stateHash, records };
  }

  /** Rejects with `snapshotDamaged` when the chunk's checksum is wrong. `index` is from 0 and below `info.chunks`. */
  async chunk(index: number): Promise<SnapshotChunk> {
    const frame = this.frames[index];
    if (frame === undefined) throw snapshotDamaged(this.path, `it has no chunk ${String(index)}`);
    const data = await this.#data(frame);
    return { index, data, checksum: frame.checksum };
  }

  /** All records, a chunk at a time. Rejects with `snapshotDamaged`. */
  async *records(): AsyncGenerator<readonly ImageRecord[]> {
    for (const frame of this.frames) {
      const records = decodeChunk(await this.#data(frame));
      if (records === undefined) throw snapshotDamaged(this.path, `chunk ${String(frame.index)}`);
      yield records;
    }
  }

  /** Reads everything: resolves when digest and number of records are right, else rejects with `snapshotDamaged`. */
  async verify(): Promise<void> {
    const hash = startDigest(this.header);
    let records = 0;
    for (const frame of this.frames) {
      const data = await this.#data(frame);
      hash.update(encodeFrameHead(frame.index, data)).update(data);
      records += decodeChunk(data)?.length ?? 0;
    }
    if (hash.digest('hex') !== digestOf(this.info)) throw snapshotDamaged(this.path, 'its digest');
    if (records !== this.info.records) throw snapshotDamaged(this.path, `it has ${String(records)} records`);
  }

  /** Twice is fine. */
  async close(): Promise<void> {
    await this.file.close();
  }

  async #data(frame: Frame): Promise<Buffer> {
    let data: Buffer;
    try {
      data = await readAt(this.file, frame.position, frame.length);
    } catch (error) {
      throw snapshotFailed(this.path, error);
    }
    if (data.length === frame.length && checksum(data) === frame.checksum) return data;
    throw snapshotDamaged(this.path, `chunk ${String(frame.index)}`);
  }
}

async function readHeader(file: FileHandle, path: string): Promise<Buffer> {
  const length = headerLength(await readAt(file, 0, HEADER_PREFIX_BYTES));
  if (length === undefined) throw snapshotDamaged(path, 'it does not begin as a snapshot does');
  return readAt(file, 0, length);
}

/** Undefined when the chunks don't fill the space between header and trailer. */
async function readFrames(file: FileHandle, from: number, end: number): Promise<readonly Frame[] | undefined> {
  const frames: Frame[] = [];
  let position = from;
  while (position < end) {
    const head = decodeFrameHead(await readAt(file, position, FRAME_HEAD_BYTES));
    if (head?.index !== frames.length) return undefined;
    frames.push({ ...head, position: position + FRAME_HEAD_BYTES });
    position += FRAME_HEAD_BYTES + head.length;
  }
  return position === end ? frames : undefined;
}
