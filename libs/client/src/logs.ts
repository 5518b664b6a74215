import type { WireGetJobLogsResponse } from '@synod/wire';
import type { Calls } from './calls.js';
import { safeInteger } from './convert/integers.js';
import { abortedError } from './errors.js';
import { toClientError } from './faults.js';
import { getJob } from './jobs.js';
import { readStream } from './read-stream.js';
import { isFinal, type LogChunk, type LogOptions, type LogStreamName } from './types.js';

/** How far the output was read: the attempt, and the bytes of each of its streams. */
interface Reached {
  attempt: number;
  stdout: number;
  stderr: number;
}

/**
 * Output of a job, each byte once. When the coordinator that passes it on is lost, reading goes on at the same position with
 * another one. Following ends when the job has ended and all that is left of its output was read.
 */
export async function* readLogs(
  calls: Calls,
  jobId: string,
  options: LogOptions,
): AsyncGenerator<LogChunk, void, undefined> {
  const { follow = false, signal } = options;
  const outage = calls.outage(follow ? Infinity : calls.deadlineMs);
  const reached: Reached = { attempt: options.attempt ?? 0, stdout: 0, stderr: 0 };
  while (true) {
    if (signal?.aborted) throw abortedError(signal);
    const coordinator = calls.channels.current();
    try {
      const request = {
        jobId,
        attempt: reached.attempt,
        follow,
        stdoutPosition: reached.stdout,
        stderrPosition: reached.stderr,
      };
      for await (const response of readStream<WireGetJobLogsResponse>(coordinator.jobs.getJobLogs(request), signal)) {
        calls.answered();
        outage.over();
        const chunk = newPart(response, reached);
        if (chunk !== undefined) yield chunk;
      }
      if (!follow || options.attempt !== undefined) return;
      const next = await attemptAfter(calls, jobId, reached.attempt, signal);
      if (next === 'none') return;
      if (next !== undefined) Object.assign(reached, { attempt: next, stdout: 0, stderr: 0 });
      await outage.pause(signal);
    } catch (error) {
      // A coordinator that lags behind does not know a new job yet: the quorum's word counts, and throws if there is none.
      if (toClientError(error).code === 'notFound') await getJob(calls, jobId, { signal });
      else await outage.endure(error, coordinator, signal);
      await outage.pause(signal);
    }
  }
}

/** What to read when a stream has ended in order: a later attempt, `none`, or (undefined) the same one on. */
async function attemptAfter(
  calls: Calls,
  jobId: string,
  attempt: number,
  signal: AbortSignal | undefined,
): Promise<number | 'none' | undefined> {
  const job = await getJob(calls, jobId, { deadlineMs: Infinity, signal });
  const later = job.attempts.find((it) => it.attempt > attempt && attempt > 0)?.attempt;
  if (later !== undefined) return later;
  return isFinal(job.state) ? 'none' : undefined;
}

/** The part of a message that was not read before; moves `reached` behind it. */
function newPart(response: WireGetJobLogsResponse, reached: Reached): LogChunk | undefined {
  const stream: LogStreamName = response.stream === 'LOG_STREAM_STDERR' ? 'stderr' : 'stdout';
  if (response.attempt < reached.attempt) return undefined;
  if (response.attempt > reached.attempt) Object.assign(reached, { attempt: response.attempt, stdout: 0, stderr: 0 });
  const position = safeInteger(response.position, 'position');
  const seen = Math.max(0, reached[stream] - position);
  if (response.data.length <= seen && !(response.truncated && response.data.length === 0)) return undefined;
  const truncated = position > reached[stream] || (response.truncated && seen === 0);
  reached[stream] = Math.max(reached[stream], position + response.data.length);
  return {
    attempt: response.attempt,
    stream,
    position: position + seen,
    data: response.data.subarray(seen),
    truncated,
  };
}
