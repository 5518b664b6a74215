import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { assert, type CancelTimer, type Clock, type Logger, type Timers } from '@synod/base';
import { encodeTime, TIME_RECORD_BYTES, timesGapMs } from '../shared/log-times.js';
import { messageOf } from '../shared/platform.js';
import { segmentPath, timesPath } from '../shared/segments.js';

export interface OutputLimits {
  /** Of one stream on disk; the oldest segment goes when it is exceeded. */
  readonly streamBytes: number;
  /** An eighth of the above: so much at least is still there whatever was printed. */
  readonly segmentBytes: number;
}

/** The times of a segment take an eighth of it, and so much at least. */
const MIN_TIMES_BYTES = 16 * 1024;

/** Bytes that arrived at the same millisecond. */
interface Arrived {
  readonly data: Buffer;
  readonly atMs: number;
}

/** Above this much unwritten output the child's pipe is not read on, so that the child waits for the disk. */
const HIGH_WATER_BYTES = 256 * 1024;

/**
 * After the attempt's group has gone, a process that left the group may hold the pipe open for ever. What the group had
 * written is in the pipe; it has been read when nothing came for so long.
 */
const DRAIN_IDLE_MS = 200;

/**
 * One output stream of an attempt: from a pipe into bounded, rotated files. The names carry the position of their first
 * byte, so that a reader can go on by position; beside each lies when its bytes arrived. A disk that refuses to take more loses output, but never stops the job.
 */
export class OutputFile {
  readonly #closed: Promise<void>;
  #resolveClosed: () => void = () => undefined;
  #queue: Arrived[] = [];
  #queuedBytes = 0;
  #position = 0;
  #segments: number[] = [];
  #handle: FileHandle | undefined;
  #times: FileHandle | undefined;
  #timesBytes = 0;
  #lastTimeMs = 0;
  #writing = false;
  #failed = false;
  #atEnd = false;
  #idle: CancelTimer | undefined;

  constructor(
    readonly source: Readable,
    /** Path without the position: `…/stdout`. */
    readonly base: string,
    readonly limits: OutputLimits,
    readonly modules: { readonly clock: Clock; readonly timers: Timers; readonly log: Logger },
  ) {
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    // An error of the pipe is its end as well: 'close' follows.
    source.on('error', () => undefined);
    source.on('close', () => {
      this.#atEnd = true;
      this.#idle?.();
      this.#pump();
    });
  }

  /** Resolves when the pipe has ended and all is in the file. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** The attempt's group has gone: read what is left and stop, even if somebody else holds the pipe. */
  finish(): void {
    if (this.#atEnd) return;
    this.#idle?.();
    this.#idle = this.modules.timers.after(DRAIN_IDLE_MS, () => {
      if (this.source.isPaused()) this.finish();
      else this.source.destroy();
    });
  }

  #take(chunk: Buffer): void {
    if (this.#idle !== undefined) this.finish();
    if (this.#failed) return;
    this.#queue.push({ data: chunk, atMs: this.modules.clock.wallMs() });
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes >= HIGH_WATER_BYTES) this.source.pause();
    this.#pump();
  }

  #pump(): void {
    if (this.#writing) return;
    if (this.#queue.length === 0) {
      if (this.#atEnd) void this.#close();
      return;
    }
    this.#writing = true;
    const batch = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    void this.#write(batch).then(
      () => this.#written(),
      (error: unknown) => {
        this.#failed = true;
        this.modules.log.error({ file: this.base, error: messageOf(error) }, 'output is lost from here on');
        this.#written();
      },
    );
  }

  #written(): void {
    this.#writing = false;
    if (this.source.isPaused()) this.source.resume();
    this.#pump();
  }

  async #write(arrived: readonly Arrived[]): Promise<void> {
    const batch = arrived.map(({ data }) => data);
    const bytes = batch.reduce((sum, it) => sum + it.length, 0);
    const segment = this.#segments.at(-1);
    if (segment === undefined || this.#position - segment >= this.limits.segmentBytes) await this.#rotate();
    assert(this.#handle !== undefined, 'a segment is open while output is written');
    await this.#writeTimes(arrived);
    let { bytesWritten } = await this.#handle.writev(batch);
    // Only a disk that is about to be full takes a part.
    while (bytesWritten < bytes) {
      bytesWritten += (await this.#handle.write(Buffer.concat(batch).subarray(bytesWritten))).bytesWritten;
    }
    this.#position += bytes;
  }

  /** Before the bytes themselves, so that none that is read is taken for one that came earlier. */
  async #writeTimes(arrived: readonly Arrived[]): Promise<void> {
    const maxBytes = Math.max(MIN_TIMES_BYTES, this.limits.segmentBytes / 8);
    const records: Buffer[] = [];
    let position = this.#position;
    for (const { data, atMs } of arrived) {
      const gapMs = Math.abs(atMs - this.#lastTimeMs);
      if (this.#timesBytes === 0 || gapMs >= timesGapMs(this.#timesBytes, maxBytes)) {
        records.push(encodeTime({ position, timeMs: atMs }));
        this.#timesBytes += TIME_RECORD_BYTES;
        this.#lastTimeMs = atMs;
      }
      position += data.length;
    }
    if (records.length > 0) await this.#times?.write(Buffer.concat(records));
  }

  async #rotate(): Promise<void> {
    await this.#handle?.close();
    await this.#times?.close();
    this.#times = await open(timesPath(this.base, this.#position), 'w', 0o600);
    this.#timesBytes = 0;
    this.#handle = await open(segmentPath(this.base, this.#position), 'w', 0o600);
    this.#segments.push(this.#position);
    const keep = Math.max(1, Math.floor(this.limits.streamBytes / this.limits.segmentBytes));
    while (this.#segments.length > keep) {
      const oldest = this.#segments.shift() as number;
      await unlink(segmentPath(this.base, oldest));
      await unlink(timesPath(this.base, oldest));
    }
  }

  async #close(): Promise<void> {
    this.#writing = true;
    await this.#handle?.close().catch(() => undefined);
    await this.#times?.close().catch(() => undefined);
    this.#handle = undefined;
    this.#times = undefined;
    this.#resolveClosed();
  }
}
