import type { AttemptLog } from './attempt-log.js';

/** The oldest go when one of these is reached. */
const MAX_LOGS = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Logs of attempts that have ended, for those who read them just then. The record of a job has the end of each for good. */
export class RecentLogs {
  private readonly logs = new Map<string, AttemptLog>();
  private bytes = 0;

  add(jobId: string, attempt: number, log: AttemptLog): void {
    log.close();
    if (log.bytes === 0) return;
    this.logs.set(`${jobId}/${attempt}`, log);
    this.bytes += log.bytes;
    for (const [key, oldest] of this.logs) {
      if (this.logs.size <= MAX_LOGS && this.bytes <= MAX_BYTES) break;
      this.logs.delete(key);
      this.bytes -= oldest.bytes;
    }
  }

  find(jobId: string, attempt: number): AttemptLog | undefined {
    return this.logs.get(`${jobId}/${attempt}`);
  }
}
