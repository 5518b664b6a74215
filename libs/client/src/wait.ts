import { pause } from './backoff.js';
import type { Calls } from './calls.js';
import { getJob } from './jobs.js';
import { abortedError, clientError } from './errors.js';
import { isFinal, type Job } from './types.js';
import { watch } from './watch.js';

/** A look at the job now and then, should its event ever be missed. */
const LOOK_INTERVAL_MS = 15_000;

export interface WaitOptions {
  /** Ends the wait with `cancelled`; the job goes on. */
  readonly signal?: AbortSignal;
  /** Ends the wait with `waitTimedOut`; the job goes on. Default: none. */
  readonly timeoutMs?: number;
}

/** Resolves with the job when it has ended; survives the loss of coordinators, for as long as it takes. */
export async function waitForJob(calls: Calls, jobId: string, { signal, timeoutMs }: WaitOptions): Promise<Job> {
  const ending = new AbortController();
  const onAbort = () => ending.abort();
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) ending.abort();
  let timedOut = false;
  const cancelTimeout =
    timeoutMs === undefined
      ? () => undefined
      : calls.time.after(timeoutMs, () => {
          timedOut = true;
          ending.abort();
        });
  try {
    return await Promise.race([
      watchUntilFinal(calls, jobId, ending.signal),
      lookUntilFinal(calls, jobId, ending.signal),
    ]);
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal);
    if (timedOut) throw clientError('waitTimedOut', `job ${jobId} has not ended within ${timeoutMs} ms; it goes on`);
    throw error;
  } finally {
    cancelTimeout();
    signal?.removeEventListener('abort', onAbort);
    ending.abort();
  }
}

async function watchUntilFinal(calls: Calls, jobId: string, signal: AbortSignal): Promise<Job> {
  // Each time that the watch stands, and at the event: before the one nothing is missed, behind the other the state is final.
  const ends = watch(calls, { jobIds: [jobId], types: ['jobFinished'], signal, whenTooOld: 'fromNow' });
  for await (const _step of ends) {
    const job = await getJob(calls, jobId, { deadlineMs: Infinity, signal });
    if (isFinal(job.state)) return job;
  }
  throw abortedError(signal);
}

async function lookUntilFinal(calls: Calls, jobId: string, signal: AbortSignal): Promise<Job> {
  while (true) {
    await pause(calls.time, LOOK_INTERVAL_MS, signal);
    if (signal.aborted) throw abortedError(signal);
    const job = await getJob(calls, jobId, { deadlineMs: Infinity, signal });
    if (isFinal(job.state)) return job;
  }
}
