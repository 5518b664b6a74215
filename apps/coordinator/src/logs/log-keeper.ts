import type { Logger, Timers } from '@synod/base';
import type { AppliedEntry, JobEvent } from '@synod/jobs';
import type { AgentSession } from '../agents/agent-session.js';
import type { LogArchive } from './log-archive.js';
import type { LogTails } from './log-tails.js';

export interface LogKeeperModules {
  readonly archive: Pick<LogArchive, 'writer'>;
  readonly tails: Pick<LogTails, 'read'>;
  readonly session: (workerId: string) => Pick<AgentSession, 'tail'> | undefined;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Copy {
  readonly jobId: string;
  readonly attempt: number;
  readonly workerId: string;
}

/** Logs that are copied while their attempts run, at most. Of others the copy begins when they have ended. */
const MAX_FOLLOWED = 96;
/** Logs of ended attempts that are copied at a time, and that wait for it; beyond that, logs are left to their workers. */
const MAX_COPIED = 8;
const MAX_WAITING = 10_000;
/** What came of a log that is followed is durable after so long. */
const FLUSH_INTERVAL_MS = 10_000;

/**
 * Copies the logs of the workers that are connected here into the archive: pulled from each worker at the speed of the disk, by the
 * same streams that readers use. The best that can be had, and no more: a copy that breaks off keeps what it had, and is made anew
 * when the attempt ends and its worker is connected, here or elsewhere.
 */
export class LogKeeper {
  private readonly underWay = new Set<string>();
  private readonly waiting = new Map<string, Copy>();
  private readonly stopped = new AbortController();
  private followed = 0;
  private copied = 0;
  private skipped = 0;

  constructor(private readonly modules: LogKeeperModules) {}

  /** Copies that are under way or wait. */
  get count(): number {
    return this.underWay.size + this.waiting.size;
  }

  applied({ events }: AppliedEntry): void {
    for (const event of events) this.happened(event);
  }

  /** Resolves at once; what is under way ends behind it. */
  stop(): void {
    this.stopped.abort();
    this.waiting.clear();
  }

  private happened(event: JobEvent): void {
    if (event.type !== 'attemptStarted' && event.type !== 'attemptFinished') return;
    const { jobId, attempt, workerId } = event;
    if (this.stopped.signal.aborted || this.modules.session(workerId) === undefined) return;
    const key = keyOf(event);
    if (this.underWay.has(key)) return;
    if (event.type === 'attemptStarted') {
      if (this.followed >= MAX_FOLLOWED) return;
      this.followed += 1;
      void this.copy({ jobId, attempt, workerId }, true).finally(() => (this.followed -= 1));
    } else if (this.waiting.size < MAX_WAITING) {
      this.waiting.set(key, { jobId, attempt, workerId });
      this.copyNext();
    } else {
      this.skipped += 1;
      if (this.skipped === 1) this.modules.logger.warn({ limit: MAX_WAITING }, 'logs end faster than they can be kept');
    }
  }

  private copyNext(): void {
    const [next] = this.waiting;
    if (next === undefined || this.copied >= MAX_COPIED) return;
    this.waiting.delete(next[0]);
    this.copied += 1;
    void this.copy(next[1], false).finally(() => {
      this.copied -= 1;
      this.copyNext();
    });
  }

  /** Never rejects. */
  private async copy(copy: Copy, follow: boolean): Promise<void> {
    const { archive, tails, timers, logger } = this.modules;
    const session = this.modules.session(copy.workerId);
    if (session === undefined) return;
    const { jobId, attempt } = copy;
    this.underWay.add(keyOf(copy));
    const writer = archive.writer(jobId, attempt);
    const failed = (error: unknown): void => {
      logger.warn({ error, jobId, attempt }, 'a log is not kept to its end');
    };
    const cancelFlush = timers.every(FLUSH_INTERVAL_MS, () => void writer.flush().catch(failed));
    const leave = new AbortController();
    const signal = AbortSignal.any([leave.signal, this.stopped.signal]);
    try {
      const tail = { jobId, attempt, follow, stdoutPosition: 0, stderrPosition: 0 };
      for await (const chunk of tails.read(session, tail, signal)) {
        if (await writer.add(chunk)) continue;
        logger.warn({ jobId, attempt }, 'a log is too long to be kept whole');
        leave.abort();
      }
      await writer.flush(!signal.aborted);
      if (!signal.aborted) logger.debug({ jobId, attempt }, 'a log is kept');
    } catch (error) {
      failed(error);
      await writer.flush().catch(failed);
    } finally {
      cancelFlush();
      this.underWay.delete(keyOf(copy));
    }
  }
}

function keyOf({ jobId, attempt }: Pick<Copy, 'jobId' | 'attempt'>): string {
  return `${jobId}.${String(attempt)}`;
}
