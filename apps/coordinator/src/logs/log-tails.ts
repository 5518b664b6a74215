import type { Timers } from '@synod/base';
import { resourceExhausted, unavailable } from '@synod/rpc';
import type { WireGetJobLogsResponse } from '@synod/wire';
import type { AgentSession } from '../agents/agent-session.js';

/** Which part of a log is wanted. */
export interface TailRequest {
  readonly jobId: string;
  readonly attempt: number;
  readonly follow: boolean;
  readonly stdoutPosition: number;
  readonly stderrPosition: number;
}

/** A log that a worker pushes. */
export interface PushedLog {
  readonly chunks: AsyncIterator<WireGetJobLogsResponse>;
  /** Nobody reads on: ends the worker's call, `complete` when all of it was read. */
  readonly release: (complete: boolean) => void;
}

interface OpenTail {
  readonly resolve: (log: PushedLog | undefined) => void;
}

/** How long a worker may take to open the stream that it was asked for. */
const OPEN_TIMEOUT_MS = 5_000;
/** Logs that are read at a time by way of this coordinator, at most. */
const MAX_TAILS = 2_000;
const RETRY_AFTER_MS = 1_000;

/**
 * Pairs each request for a log with the PushLogs stream that its worker opens for it. The reader pulls; nothing is stored here,
 * so a slow reader slows only its own stream. A reader that leaves ends the worker's call, also while it waits for output.
 */
export class LogTails {
  private readonly open = new Map<string, OpenTail>();
  private nextTail = 1;
  private tails = 0;

  constructor(
    private readonly prefix: string,
    private readonly timers: Timers,
  ) {}

  /** Logs that are read, or waited for. */
  get count(): number {
    return this.tails;
  }

  /** The chunks of a log from the worker of `session`, until it ends or `signal` aborts. */
  async *read(
    session: Pick<AgentSession, 'tail'>,
    tail: TailRequest,
    signal: AbortSignal,
  ): AsyncGenerator<WireGetJobLogsResponse> {
    if (this.tails >= MAX_TAILS) {
      throw resourceExhausted('TOO_MANY_LOG_READERS', 'too many logs are read here; try again later', RETRY_AFTER_MS);
    }
    this.tails += 1;
    try {
      const log = await this.request(session, tail, signal);
      if (log !== undefined) yield* pulled(log, signal);
    } finally {
      this.tails -= 1;
    }
  }

  /** A worker opened the stream of `tailId`; false when nobody waits for it. */
  attach(tailId: string, log: PushedLog): boolean {
    const tail = this.open.get(tailId);
    tail?.resolve(log);
    return tail !== undefined;
  }

  /** Asks the worker for its stream; undefined when `signal` aborted first. */
  private request(
    session: Pick<AgentSession, 'tail'>,
    tail: TailRequest,
    signal: AbortSignal,
  ): Promise<PushedLog | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const tailId = `${this.prefix}-${String(this.nextTail++)}`;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        cancelTimeout();
        signal.removeEventListener('abort', abandon);
        this.open.delete(tailId);
        act();
      };
      const abandon = (): void => {
        settle(() => {
          resolve(undefined);
        });
      };
      const cancelTimeout = this.timers.after(OPEN_TIMEOUT_MS, () => {
        settle(() => {
          reject(unavailable('WORKER_SILENT', 'the worker did not send the log in time; try again'));
        });
      });
      signal.addEventListener('abort', abandon);
      this.open.set(tailId, {
        resolve: (log) => {
          settle(() => {
            resolve(log);
          });
        },
      });
      session.tail({
        tailId,
        jobId: tail.jobId,
        attempt: tail.attempt,
        follow: tail.follow,
        stdoutPosition: String(tail.stdoutPosition),
        stderrPosition: String(tail.stderrPosition),
      });
    });
  }
}

/** Reads until the end. The wait for the next chunk ends with `signal`, too: a silent job may have none for days. */
async function* pulled({ chunks, release }: PushedLog, signal: AbortSignal): AsyncGenerator<WireGetJobLogsResponse> {
  let leave: () => void = () => undefined;
  const abort = (): void => {
    leave();
  };
  signal.addEventListener('abort', abort);
  let complete = false;
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<WireGetJobLogsResponse, unknown> | undefined>((resolve, reject) => {
        leave = () => {
          resolve(undefined);
        };
        chunks.next().then(resolve, reject);
      });
      if (next === undefined) return;
      if (next.done === true) {
        complete = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    release(complete);
  }
}
