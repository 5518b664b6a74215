import type { WireGetJobLogsResponse } from '@synod/wire';
import type { Calls } from './calls.js';
import { abortedError } from './errors.js';
import { toClientError } from './faults.js';
import { getJob } from './jobs.js';
import { readStream } from './read-stream.js';
import { ReachedOutput } from './reached-output.js';
import { isFinal, type LogChunk, type LogOptions } from './types.js';

/** How long output is asked for that the job's record proves to be missing: its worker may be on its way back. */
const COMPLETION_MS = 4_000;

/**
 * Output of a job, each byte once. When the coordinator that passes it on is lost, reading goes on at the same position with
 * another one. Following ends when the job has ended and all that is left of its output was read; `unavailable` if the end of
 * it, as the job's record has it, can't be had.
 */
export async function* readLogs(
  calls: Calls,
  jobId: string,
  options: LogOptions,
): AsyncGenerator<LogChunk, void, undefined> {
  const { follow = false, signal } = options;
  const outage = calls.outage(follow ? Infinity : calls.deadlineMs);
  const reached = new ReachedOutput(options.attempt ?? 0, options.positions);
  let incompleteSinceMs: number | undefined;
  while (true) {
    if (signal?.aborted) throw abortedError(signal);
    const coordinator = calls.channels.current();
    try {
      const stream = coordinator.jobs.getJobLogs({ jobId, follow, ...reached.request() });
      for await (const response of readStream<WireGetJobLogsResponse>(stream, signal)) {
        calls.answered();
        outage.over();
        const chunk = reached.take(response);
        if (chunk !== undefined) yield chunk;
      }
      if (!follow) return;
      const job = await getJob(calls, jobId, { deadlineMs: Infinity, signal });
      if (reached.isComplete(job)) {
        const later = options.attempt === undefined ? reached.attemptAfter(job) : undefined;
        if (later !== undefined) reached.goTo(later);
        else if (isFinal(job.state) || options.attempt !== undefined) return;
      } else {
        incompleteSinceMs ??= calls.time.monotonicMs();
        if (calls.time.monotonicMs() - incompleteSinceMs > COMPLETION_MS) return yield* reached.remainder(job);
      }
      await outage.pause(signal);
    } catch (error) {
      // A coordinator that lags behind does not know a new job yet: the quorum's word counts, and throws if there is none.
      if (toClientError(error).code === 'notFound') await getJob(calls, jobId, { signal });
      else await outage.endure(error, coordinator, signal);
      await outage.pause(signal);
    }
  }
}
