import type { Timers } from '@synod/base';
import type { AppliedEntry, JobId } from '@synod/jobs';

/** Wakes who waits for a change of one job. An entry costs nothing to those who wait for other jobs. */
export class JobChanges {
  private readonly waiting = new Map<JobId, Set<() => void>>();

  constructor(private readonly timers: Timers) {}

  /** Jobs that somebody waits for. */
  get count(): number {
    return this.waiting.size;
  }

  /** Called with every applied entry. */
  applied({ events }: AppliedEntry): void {
    if (this.waiting.size === 0) return;
    for (const event of events) {
      const waiting = 'jobId' in event ? this.waiting.get(event.jobId) : undefined;
      if (waiting !== undefined) for (const wake of [...waiting]) wake();
    }
  }

  /** Any job may have changed. */
  replaced(): void {
    for (const waiting of [...this.waiting.values()]) for (const wake of [...waiting]) wake();
  }

  /** Resolves at the next change of the job, after `orAfterMs`, or when `signal` aborts. */
  next(jobId: JobId, signal: AbortSignal, orAfterMs: number): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.waiting.get(jobId) ?? new Set();
      this.waiting.set(jobId, waiting);
      const wake = (): void => {
        cancel();
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0 && this.waiting.get(jobId) === waiting) this.waiting.delete(jobId);
        resolve();
      };
      const cancel = this.timers.after(orAfterMs, wake);
      signal.addEventListener('abort', wake);
      waiting.add(wake);
    });
  }
}
