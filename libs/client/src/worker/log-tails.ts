import type { WirePushLogsRequestInput, WireTailLogs } from '@synod/wire';
import type { AttemptLog } from './attempt-log.js';

const CHUNK_BYTES = 64 * 1024;
/** More readers at a time are turned away: the coordinator gives up on those after some seconds. */
const MAX_TAILS = 256;

/** The part of a grpc-js client stream that is used here. */
export interface PushStream {
  write(message: WirePushLogsRequestInput, sent: () => void): boolean;
  end(): void;
  cancel(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface LogTailsModules {
  /** The log of an attempt that runs here or ran here lately. */
  logOf(jobId: string, attempt: number): AttemptLog | undefined;
  /** A stream to the coordinator of the session, on a connection that the session doesn't use; `over` is called at its end. */
  open(over: () => void): PushStream;
}

/** Sends the logs of attempts to whoever reads them, by way of the coordinator that asked: a slow reader slows nobody but itself. */
export class LogTails {
  private readonly streams = new Set<PushStream>();

  constructor(private readonly modules: LogTailsModules) {}

  push(request: WireTailLogs): void {
    if (this.streams.size >= MAX_TAILS) return;
    let over = false;
    let wake: () => void = () => undefined;
    const stop = () => {
      over = true;
      wake();
    };
    const stream = this.modules.open(stop);
    stream.on('error', stop);
    this.streams.add(stream);
    const log = this.modules.logOf(request.jobId, request.attempt);
    const send = (message: WirePushLogsRequestInput) =>
      new Promise<void>((resolve) => {
        if (over) return resolve();
        wake = resolve;
        stream.write(message, resolve);
      });
    const changed = (of: AttemptLog) =>
      new Promise<void>((resolve) => {
        const leave = of.onChange(() => wake());
        wake = () => {
          leave();
          resolve();
        };
        if (over || of.isOver) wake();
      });
    const run = async () => {
      await send({ tailId: request.tailId });
      let position = Number(request.stdoutPosition);
      while (!over && log !== undefined) {
        // Asked before reading: when it is over, all that it holds can be read.
        const isOver = log.isOver;
        const piece = log.read(position, CHUNK_BYTES);
        if (piece !== undefined) {
          await send({ chunk: chunkOf(request.attempt, position, piece) });
          position = piece.position + piece.data.length;
        } else if (isOver || !request.follow) break;
        else await changed(log);
      }
      if (!over) stream.end();
    };
    void run().finally(() => this.streams.delete(stream));
  }

  /** The session is gone: readers ask again through the next one. */
  stop(): void {
    for (const stream of this.streams) stream.cancel();
    this.streams.clear();
  }
}

function chunkOf(
  attempt: number,
  asked: number,
  { position, data, times }: NonNullable<ReturnType<AttemptLog['read']>>,
) {
  return {
    attempt,
    stream: 'LOG_STREAM_STDOUT' as const,
    position,
    data,
    truncated: position > asked,
    times: [...times],
  };
}
