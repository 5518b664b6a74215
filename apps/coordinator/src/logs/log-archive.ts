import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import type { TaskStore } from '@synod/task-store';
import { services } from '@synod/wire';
import type { WireGetJobLogsResponse } from '@synod/wire';

export interface LogArchiveLimits {
  /** Of all logs together; the oldest jobs' go first. */
  readonly maxBytes: number;
  readonly keptForMs: number;
}

export interface LogArchiveModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly limits: LogArchiveLimits;
}

/** Where bytes of a log begin. */
export interface LogPositions {
  readonly stdout: number;
  readonly stderr: number;
}

interface Manifest {
  /** Whether the log is here to its end. */
  readonly complete: boolean;
  /** Where each piece ends. */
  readonly ends: readonly LogPositions[];
}

/** One write to the disk, and all that is in memory of a log that is copied. */
export const PIECE_BYTES = 2 ** 20;
/** One log may have so large a part of what all may have. */
const SHARE_OF_ONE = 4;
const PRUNE_INTERVAL_MS = 60_000;

const { responseSerialize, responseDeserialize } = services.JobService.service.GetJobLogs;

/**
 * Logs that outlive their workers, in a task store: a record for each job, so that age and size can be bounded, and of each attempt
 * a manifest and pieces, which hold the chunks as they came.
 */
export class LogArchive {
  private cancelPrune: CancelTimer | undefined;

  constructor(
    private readonly store: TaskStore,
    private readonly modules: LogArchiveModules,
  ) {}

  start(): void {
    this.cancelPrune ??= this.modules.timers.every(PRUNE_INTERVAL_MS, () => void this.prune());
  }

  async stop(): Promise<void> {
    this.cancelPrune?.();
    this.cancelPrune = undefined;
    await this.store.close();
  }

  /** Never rejects. */
  async prune(): Promise<void> {
    const { maxBytes, keptForMs } = this.modules.limits;
    const finishedBeforeMs = Math.max(0, this.modules.clock.wallMs() - keptForMs);
    await this.store.prune({ finishedBeforeMs, maxBlobBytes: maxBytes }).catch((error: unknown) => {
      this.modules.logger.warn({ error }, 'old logs could not be pruned');
    });
  }

  /** Begins the log of an attempt anew. */
  writer(jobId: string, attempt: number): LogWriter {
    const { clock, limits } = this.modules;
    return new LogWriter(this.store, jobId, attempt, () => clock.wallMs(), limits.maxBytes / SHARE_OF_ONE);
  }

  /** The chunks from these positions on; ends with whether that is the whole rest of the log. Nothing and false: it isn't here. */
  async *read(jobId: string, attempt: number, from: LogPositions): AsyncGenerator<WireGetJobLogsResponse, boolean> {
    const manifest = await this.manifest(jobId, attempt);
    if (manifest === undefined) return false;
    const reached = { ...from };
    for (const [index, end] of manifest.ends.entries()) {
      if (end.stdout <= reached.stdout && end.stderr <= reached.stderr) continue;
      const piece = await this.store.getBlob(pieceName(jobId, attempt, index));
      if (piece === undefined) return false;
      for (const chunk of chunksIn(Buffer.from(piece))) {
        const stream = streamOf(chunk);
        const position = Number(chunk.position);
        const seen = Math.max(0, reached[stream] - position);
        if (seen >= chunk.data.length) continue;
        reached[stream] = position + chunk.data.length;
        const rest = { ...chunk, position: String(position + seen), data: chunk.data.subarray(seen) };
        yield seen === 0 ? chunk : { ...rest, truncated: false };
      }
    }
    return manifest.complete;
  }

  private async manifest(jobId: string, attempt: number): Promise<Manifest | undefined> {
    const bytes = await this.store.getBlob(manifestName(jobId, attempt));
    return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Manifest);
  }
}

/** Copies the log of one attempt into the store. Each call is awaited before the next. */
export class LogWriter {
  private readonly ends: LogPositions[] = [];
  private readonly reached = { stdout: 0, stderr: 0 };
  private parts: Buffer[] = [];
  private bytes = 0;
  private written = 0;
  private dirty = false;
  /** Writes take turns: one may be begun by the clock. */
  private lastWrite: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: TaskStore,
    private readonly jobId: string,
    private readonly attempt: number,
    private readonly wallMs: () => number,
    private readonly maxBytes: number,
  ) {}

  /** False when the log has become too long: nothing more is taken. */
  async add(chunk: WireGetJobLogsResponse): Promise<boolean> {
    if (this.written + this.bytes + chunk.data.length > this.maxBytes) return false;
    const body = responseSerialize(chunk);
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(body.length);
    this.parts.push(length, body);
    this.bytes += body.length;
    this.reached[streamOf(chunk)] = Number(chunk.position) + chunk.data.length;
    this.dirty = true;
    if (this.bytes >= PIECE_BYTES) {
      await this.flush();
      this.written += this.bytes;
      this.ends.push({ ...this.reached });
      this.parts = [];
      this.bytes = 0;
    }
    return true;
  }

  /** Makes durable what was added; the last piece is written again when it has grown. */
  flush(complete = false): Promise<void> {
    this.lastWrite = this.lastWrite.then(() => (this.dirty || complete ? this.write(complete) : undefined));
    return this.lastWrite;
  }

  private async write(complete: boolean): Promise<void> {
    this.dirty = false;
    const { jobId, attempt, ends } = this;
    const open = this.bytes === 0 ? [] : [{ ...this.reached }];
    // First what makes it go some day, last what makes it count.
    await this.store.putRecords([{ jobId, finishedAtMs: this.wallMs(), bytes: new Uint8Array(0) }]);
    if (open.length > 0) await this.store.putBlob(pieceName(jobId, attempt, ends.length), Buffer.concat(this.parts));
    const manifest: Manifest = { complete, ends: [...ends, ...open] };
    await this.store.putBlob(manifestName(jobId, attempt), Buffer.from(JSON.stringify(manifest)));
  }
}

function manifestName(jobId: string, attempt: number): string {
  return `${jobId}/log.${String(attempt)}`;
}

function pieceName(jobId: string, attempt: number, index: number): string {
  return `${manifestName(jobId, attempt)}.${String(index)}`;
}

function streamOf({ stream }: Pick<WireGetJobLogsResponse, 'stream'>): 'stdout' | 'stderr' {
  return stream === 'LOG_STREAM_STDERR' ? 'stderr' : 'stdout';
}

function* chunksIn(piece: Buffer): Generator<WireGetJobLogsResponse> {
  for (let at = 0; at + 4 <= piece.length;) {
    const length = piece.readUInt32LE(at);
    yield responseDeserialize(piece.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
}
