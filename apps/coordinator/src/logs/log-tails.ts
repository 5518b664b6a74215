import type { Timers } from '@synod/base';
import { unavailable } from '@synod/rpc';
import type { WireGetJobLogsResponse } from '@synod/wire';
import type { AgentSession } from '../agents/agent-session.js';

export interface TailRequest {
  readonly jobId: string;
  readonly attempt: number;
  readonly follow: boolean;
  readonly stdoutPosition: number;
  readonly stderrPosition: number;
}

type Chunks = AsyncIterable<WireGetJobLogsResponse>;

interface OpenTail {
  readonly resolve: (chunks: Chunks) => void;
  readonly reject: (error: Error) => void;
}

/** How long a worker may take to open the stream that it was asked for. */
const OPEN_TIMEOUT_MS = 5_000;

/**
 * Pairs each request for a log with the PushLogs stream that its worker opens for it. The reader pulls; nothing is stored here,
 * so a slow reader slows only its own stream.
 */
export class LogTails {
  private readonly open = new Map<string, OpenTail>();
  private nextTail = 1;

  constructor(
    private readonly prefix: string,
    private readonly timers: Timers,
  ) {}

  /** Asks the worker of `session`; resolves with its chunks when it has opened the stream. */
  request(session: AgentSession, tail: TailRequest): Promise<Chunks> {
    const tailId = `${this.prefix}-${String(this.nextTail++)}`;
    return new Promise<Chunks>((resolve, reject) => {
      const cancel = this.timers.after(OPEN_TIMEOUT_MS, () => {
        this.open.delete(tailId);
        reject(unavailable('WORKER_SILENT', 'the worker did not send the log in time; try again'));
      });
      const settle = (act: () => void): void => {
        cancel();
        this.open.delete(tailId);
        act();
      };
      this.open.set(tailId, {
        resolve: (chunks) => {
          settle(() => {
            resolve(chunks);
          });
        },
        reject: (error) => {
          settle(() => {
            reject(error);
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

  /** A worker opened the stream of `tailId`; false when nobody waits for it. */
  attach(tailId: string, chunks: Chunks): boolean {
    const tail = this.open.get(tailId);
    tail?.resolve(chunks);
    return tail !== undefined;
  }
}
