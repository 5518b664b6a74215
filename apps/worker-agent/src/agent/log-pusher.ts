import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { CancelTimer, Logger, Timers } from '@synod/base';
import { connect, type RpcSecurity } from '@synod/rpc';
import { services, type AgentServiceClient, type WirePushLogsRequestInput } from '@synod/wire';
import { attemptDirectory, attemptKey, type DataDirectory } from '../shared/data-directory.js';
import { messageOf } from '../shared/platform.js';
import { readTimes } from '../shared/log-times.js';
import { readStream } from '../shared/segments.js';

export interface TailRequest {
  readonly tailId: string;
  readonly jobId: string;
  readonly attempt: number;
  /** Until the attempt has ended; else what is there now. */
  readonly follow: boolean;
  readonly positions: { readonly stdout: number; readonly stderr: number };
}

export interface LogPusherModules {
  readonly timers: Timers;
  readonly log: Logger;
  readonly directory: DataDirectory;
  /** Whether more output of this attempt may come. */
  isActive(key: string): boolean;
}

/** One message at a time is under way, so this is also all that is in memory for a reader that is slow. */
const CHUNK_BYTES = 64 * 1024;

/** Times in a message; a piece of output with more of them is sent in parts. */
const MAX_TIMES = 1_000;

/** The files' changes are watched; on a file system that tells none, it is looked so often. */
const POLL_MS = 250;

/** More readers at a time are turned away. */
const MAX_TAILS = 256;

type LogStreamName = 'stdout' | 'stderr';
const WIRE_STREAM = { stdout: 'LOG_STREAM_STDOUT', stderr: 'LOG_STREAM_STDERR' } as const;

/** Sends output to whoever reads it, from the files that the guard writes: slow readers slow down nobody but themselves. */
export class LogPusher {
  readonly #tails = new Set<LogTail>();
  /** Kept from one tail to the next: apart from the session's connection, so that logs never delay it. */
  #client: { readonly address: string; readonly client: AgentServiceClient } | undefined;

  constructor(
    readonly security: RpcSecurity,
    readonly modules: LogPusherModules,
  ) {}

  push(request: TailRequest, address: string): void {
    if (this.#tails.size >= MAX_TAILS) {
      this.modules.log.warn({ tailId: request.tailId, limit: MAX_TAILS }, 'too many readers of logs');
      return;
    }
    const tail = new LogTail(request, this.#clientFor(address), this.modules);
    this.#tails.add(tail);
    tail
      .run()
      .catch((error: unknown) =>
        this.modules.log.warn({ tailId: request.tailId, error: messageOf(error) }, 'tail ended'),
      )
      .finally(() => this.#tails.delete(tail));
  }

  /** The session is gone: its coordinator's readers ask again through the next one. */
  stop(): void {
    for (const tail of this.#tails) tail.stop();
    this.#client?.client.close();
    this.#client = undefined;
  }

  #clientFor(address: string): AgentServiceClient {
    if (this.#client?.address !== address) {
      this.#client?.client.close();
      this.#client = {
        address,
        client: connect(services.AgentService, address, this.security, { ownConnection: true }),
      };
    }
    return this.#client.client;
  }
}

/** One reader of one attempt's output. */
class LogTail {
  readonly #root: string;
  readonly #key: string;
  readonly #stream: ReturnType<AgentServiceClient['pushLogs']>;
  readonly #positions: Record<LogStreamName, number>;
  #over = false;
  #wake: () => void = () => undefined;
  #poll: CancelTimer | undefined;
  #watcher: FSWatcher | undefined;

  constructor(
    readonly request: TailRequest,
    client: AgentServiceClient,
    readonly modules: LogPusherModules,
  ) {
    this.#key = attemptKey(request.jobId, request.attempt);
    this.#root = attemptDirectory(modules.directory, this.#key).root;
    this.#positions = { ...request.positions };
    // Answered or failed: either way nobody reads on.
    this.#stream = client.pushLogs(() => this.stop());
    this.#stream.on('error', () => this.stop());
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.cancel();
    this.#wake();
  }

  async run(): Promise<void> {
    try {
      await this.#send({ tailId: this.request.tailId });
      while (!this.#over) {
        // Asked before reading: when it has ended, all its output is in the files.
        const active = this.request.follow && this.modules.isActive(this.#key);
        const sent = (await this.#sendNext('stdout')) + (await this.#sendNext('stderr'));
        if (sent > 0) continue;
        if (!active) break;
        await this.#changed();
      }
      if (!this.#over) this.#stream.end();
    } finally {
      this.#poll?.();
      this.#watcher?.close();
    }
  }

  async #sendNext(name: LogStreamName): Promise<number> {
    if (this.#over) return 0;
    const asked = this.#positions[name];
    const base = join(this.#root, name);
    const piece = readStream(base, asked, CHUNK_BYTES);
    const { position } = piece;
    if (piece.data.length === 0) return 0;
    const { times, endPosition } = readTimes(base, position, piece.data.length, MAX_TIMES);
    const data = endPosition === undefined ? piece.data : piece.data.subarray(0, endPosition - position);
    const chunk = {
      attempt: this.request.attempt,
      stream: WIRE_STREAM[name],
      position,
      data,
      truncated: position > asked,
      times: times.map((time) => ({ position: time.position, timeMs: time.timeMs })),
    };
    await this.#send({ chunk });
    this.#positions[name] = position + data.length;
    return data.length;
  }

  /** Resolves when the message has left for the network, or there is no reader any more. */
  #send(message: WirePushLogsRequestInput): Promise<void> {
    return new Promise((resolve) => {
      if (this.#over) return resolve();
      this.#wake = resolve;
      this.#stream.write(message, () => resolve());
    });
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#poll?.();
      this.#poll = this.modules.timers.after(POLL_MS, resolve);
      this.#watch();
    });
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#root, () => this.#wake());
      this.#watcher.on('error', () => undefined);
    } catch {
      // Not there yet, or no watches left on this host: then the poll finds it.
    }
  }
}
