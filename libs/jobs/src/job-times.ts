import type { JobSpec, RetryPolicy } from './job.js';
import { HashLanes } from './state/hash-lanes.js';

// When a job may start, when it expires, and when it runs again. Integers only: all replicas have the same answers.

/** Mixed into the hash from which jitter comes; never changes. */
const JITTER_KIND = 101;

/** When the job may first run; not later than its submission: at once. */
export function notBeforeMs({ delayMs, runAtMs }: JobSpec, submittedAtMs: number): number {
  if (runAtMs !== undefined) return Math.max(runAtMs, submittedAtMs);
  return submittedAtMs + (delayMs ?? 0);
}

/** When a job that no worker has started expires; undefined: never. */
export function expiryMs(spec: JobSpec, submittedAtMs: number): number | undefined {
  const { expiresAtMs, scheduleToStartTimeoutMs } = spec;
  if (scheduleToStartTimeoutMs === undefined) return expiresAtMs;
  const timeoutAtMs = notBeforeMs(spec, submittedAtMs) + scheduleToStartTimeoutMs;
  return expiresAtMs === undefined ? timeoutAtMs : Math.min(expiresAtMs, timeoutAtMs);
}

/**
 * How long a job waits after so many failures, from 1. Jitter is a hash of the job's place and of the failure's number, so
 * that it needs no randomness, and is taken off: no wait is longer than `maxMs`.
 */
export function backOffMs(retry: RetryPolicy, failures: number, job: { slot: number; index: number }): number {
  const waitMs = Math.min(plainBackOffMs(retry, failures), retry.maxMs);
  const spreadMs = Math.floor((waitMs * retry.jitterPercent) / 100);
  if (spreadMs === 0) return waitMs;
  const { a } = new HashLanes().begin(JITTER_KIND).integer(job.slot).word(job.index).word(failures).finish();
  return waitMs - ((a >>> 0) % (spreadMs + 1));
}

function plainBackOffMs({ backoff, initialMs, maxMs }: RetryPolicy, failures: number): number {
  switch (backoff) {
    case 'fixed':
      return initialMs;
    case 'linear':
      return initialMs * failures;
    case 'exponential': {
      let waitMs = initialMs;
      // Ends: it doubles, unless it is 0 and stays so for all failures.
      for (let at = 1; at < failures && waitMs > 0 && waitMs < maxMs; at += 1) waitMs *= 2;
      return waitMs;
    }
  }
}
