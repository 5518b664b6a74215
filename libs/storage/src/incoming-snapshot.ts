import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { assert } from '@synod/base';
import { checksum } from './bytes.js';
import { readAt, renameDurably, writeAll } from './durable-file.js';
import {
  decodeChunk,
  decodeFrameHead,
  digestOf,
  encodeFrameHead,
  encodeHeader,
  encodeTrailer,
  FRAME_HEAD_BYTES,
  startDigest,
} from './snapshot-format.js';
import type { SnapshotOffer } from './snapshot-format.js';
import { SnapshotReader } from './snapshot-reader.js';
import { snapshotDamaged, snapshotFailed, StorageError } from './storage-error.js';

/**
 * A snapshot on its way in. What has come survives a restart, of either side and of this one: the file is itself the record of it,
 * since each chunk in it has its checksum. Nothing is flushed before {@link complete}, so after a power failure some of the
 * last chunks may be wanted again.
 */
export class IncomingSnapshot {
  #nextChunk = 0;
  #position: number;
  #isBusy = false;

  private constructor(
    private readonly partPath: string,
    private readonly finalPath: string,
    readonly offer: SnapshotOffer,
    private readonly file: FileHandle,
    private readonly header: Buffer,
  ) {
    this.#position = header.length;
  }

  /**
   * Goes on with what is in `partPath`, which is the caller's name for this one snapshot, or begins it. `complete` gives it
   * `finalPath`. Rejects with `snapshotFailed`.
   */
  static async open(partPath: string, finalPath: string, offer: SnapshotOffer): Promise<IncomingSnapshot> {
    let file: FileHandle | undefined;
    try {
      file = await open(partPath, constants.O_RDWR | constants.O_CREAT, 0o644);
      const incoming = new IncomingSnapshot(partPath, finalPath, offer, file, encodeHeader(offer));
      await incoming.#resume();
      return incoming;
    } catch (error) {
      await file?.close();
      throw snapshotFailed(partPath, error);
    }
  }

  /** The first chunk that isn't here; `offer.chunks` when all are. */
  get nextChunk(): number {
    return this.#nextChunk;
  }

  get hasAll(): boolean {
    return this.#nextChunk === this.offer.chunks;
  }

  /**
   * Takes the next chunk; false: it's here already. Rejects with `chunkRefused`, and the same chunk is wanted still, or with
   * `snapshotFailed`. One call at a time.
   */
  async add(index: number, data: Uint8Array, expectedChecksum: number): Promise<boolean> {
    if (index < this.#nextChunk) return false;
    if (index !== this.#nextChunk || this.hasAll) throw chunkRefused(index, 'order');
    if (checksum(data) !== expectedChecksum) throw chunkRefused(index, 'checksum');
    if (decodeChunk(Buffer.from(data.buffer, data.byteOffset, data.length)) === undefined) {
      throw chunkRefused(index, 'content');
    }
    assert(!this.#isBusy, 'one chunk at a time is written');
    this.#isBusy = true;
    try {
      const position = await writeAll(this.file, encodeFrameHead(index, data), this.#position);
      this.#position = await writeAll(this.file, data, position);
      this.#nextChunk += 1;
      return true;
    } catch (error) {
      throw snapshotFailed(this.partPath, error);
    } finally {
      this.#isBusy = false;
    }
  }

  /**
   * Call when all chunks are here. Reads everything back, holds it against the digest of the snapshot's id and its number of
   * records, and flushes it under its name. Rejects with `snapshotDamaged` when it isn't what was offered, or `snapshotFailed`:
   * then all of it is gone.
   */
  async complete(): Promise<SnapshotReader> {
    assert(this.hasAll, 'a snapshot is complete when all chunks are here');
    try {
      const { digest, records, bytes } = await this.#readBack();
      if (digest !== digestOf(this.offer) || records !== this.offer.records) {
        throw snapshotDamaged(this.partPath, 'what came is not what was offered');
      }
      await writeAll(this.file, encodeTrailer({ chunks: this.offer.chunks, bytes, digest }), this.#position);
      await this.file.sync();
      await this.file.close();
      await renameDurably(this.partPath, this.finalPath);
      return await SnapshotReader.open(this.finalPath);
    } catch (error) {
      // Also after a failed flush: the next could pass although pages of the first were lost (P16).
      await this.discard();
      throw snapshotFailed(this.partPath, error);
    }
  }

  /** Keeps what has come. Twice is fine. */
  async close(): Promise<void> {
    await this.file.close();
  }

  async discard(): Promise<void> {
    await this.file.close();
    await rm(this.partPath, { force: true });
  }

  /** Finds how many chunks are here and whole, and drops the rest: of another snapshot, half written, or damaged. */
  async #resume(): Promise<void> {
    const found = await readAt(this.file, 0, this.header.length);
    if (found.equals(this.header)) {
      while (!this.hasAll) {
        const data = await this.#readFrame(this.#position, this.#nextChunk);
        if (data === undefined) break;
        this.#position += FRAME_HEAD_BYTES + data.length;
        this.#nextChunk += 1;
      }
      await this.file.truncate(this.#position);
    } else {
      await this.file.truncate(0);
      await writeAll(this.file, this.header, 0);
    }
  }

  async #readBack(): Promise<{ digest: string; records: number; bytes: number }> {
    const hash = startDigest(encodeHeader(this.offer));
    let [position, records, bytes] = [this.header.length, 0, 0];
    for (let index = 0; index < this.offer.chunks; index++) {
      const data = await this.#readFrame(position, index);
      const found = data === undefined ? undefined : decodeChunk(data);
      if (data === undefined || found === undefined) break;
      hash.update(encodeFrameHead(index, data)).update(data);
      records += found.length;
      bytes += data.length;
      position += FRAME_HEAD_BYTES + data.length;
    }
    return { digest: hash.digest('hex'), records, bytes };
  }

  async #readFrame(position: number, index: number): Promise<Buffer | undefined> {
    const head = decodeFrameHead(await readAt(this.file, position, FRAME_HEAD_BYTES));
    if (head?.index !== index) return undefined;
    const { size } = await this.file.stat();
    if (position + FRAME_HEAD_BYTES + head.length > size) return undefined;
    const data = await readAt(this.file, position + FRAME_HEAD_BYTES, head.length);
    return data.length === head.length && checksum(data) === head.checksum ? data : undefined;
  }
}

function chunkRefused(index: number, reason: 'checksum' | 'order' | 'content'): StorageError {
  return new StorageError(
    { code: 'chunkRefused', index, reason },
    `Chunk ${String(index)} of a snapshot was not taken (${reason}). It is asked for again; if that goes on, look at the network.`,
  );
}
