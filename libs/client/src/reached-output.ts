import type { WireGetJobLogsResponse } from '@synod/wire';
import { safeInteger } from './convert/integers.js';
import { clientError } from './errors.js';
import type { Job, LogChunk, LogOptions, LogStreamName, LogTime } from './types.js';

/** What is kept of each stream to compare with the tail in the job's record. */
const KEPT_BYTES = 4_096;
/** A tail in a job's record is cut at this length: a shorter one is the whole output. */
const CUT_TAIL_BYTES = 4_096;

const STREAMS: readonly LogStreamName[] = ['stdout', 'stderr'];

/** How far the output of a job was read: the attempt, the bytes of each of its streams, and the last of them. */
export class ReachedOutput {
  private positions: { stdout: number; stderr: number };
  private lastBytes = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  /** `attempt` 0: the current one, whichever that is. `positions`: what was read of it before. */
  constructor(
    private attempt: number,
    positions: NonNullable<LogOptions['positions']> = {},
  ) {
    const { stdout = 0, stderr = 0 } = positions;
    this.positions = { stdout, stderr };
  }

  request(): { attempt: number; stdoutPosition: number; stderrPosition: number } {
    return { attempt: this.attempt, stdoutPosition: this.positions.stdout, stderrPosition: this.positions.stderr };
  }

  goTo(attempt: number): void {
    this.attempt = attempt;
    this.positions = { stdout: 0, stderr: 0 };
    this.lastBytes = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  }

  /** The part of a message that was not read before; undefined when there is none. */
  take(response: WireGetJobLogsResponse): LogChunk | undefined {
    const stream: LogStreamName = response.stream === 'LOG_STREAM_STDERR' ? 'stderr' : 'stdout';
    if (response.attempt < this.attempt) return undefined;
    // The positions given are those of the attempt that comes first.
    if (this.attempt === 0) this.attempt = response.attempt;
    if (response.attempt > this.attempt) this.goTo(response.attempt);
    const position = safeInteger(response.position, 'position');
    const reached = this.positions[stream];
    const seen = Math.max(0, reached - position);
    if (response.data.length <= seen && !(response.truncated && response.data.length === 0)) return undefined;
    const truncated = position > reached || (response.truncated && seen === 0);
    return this.advance(stream, position + seen, response.data.subarray(seen), truncated, timesFromWire(response));
  }

  private advance(
    stream: LogStreamName,
    position: number,
    data: Buffer,
    truncated: boolean,
    times: readonly LogTime[] = [],
  ): LogChunk {
    this.positions[stream] = position + data.length;
    const last = data.length >= KEPT_BYTES ? data : Buffer.concat([this.lastBytes[stream], data]);
    // A copy: a view would keep the whole message alive.
    this.lastBytes[stream] = Buffer.from(last.subarray(-KEPT_BYTES));
    return { attempt: this.attempt, stream, position, data, truncated, times };
  }

  /** The attempt that comes after this one, if any. */
  attemptAfter(job: Job): number | undefined {
    return job.attempts.find(({ attempt }) => this.attempt > 0 && attempt > this.attempt)?.attempt;
  }

  /** False when the job's record ends in output that was not read. Of a lost attempt nothing is known. */
  isComplete(job: Job): boolean {
    return STREAMS.every((stream) => {
      const tail = this.tailOf(job, stream);
      if (tail === undefined) return true;
      if (tail.length > this.positions[stream]) return false;
      const last = this.lastBytes[stream];
      const compared = Math.min(tail.length, last.length);
      return last.subarray(last.length - compared).equals(tail.subarray(tail.length - compared));
    });
  }

  /** What the record has beyond what was read. @throws SynodClientError `unavailable` when it doesn't say what lies between. */
  *remainder(job: Job): Generator<LogChunk, void, undefined> {
    for (const stream of STREAMS) {
      const tail = this.tailOf(job, stream);
      const position = this.positions[stream];
      if (tail !== undefined && tail.length < CUT_TAIL_BYTES && tail.length > position)
        yield this.advance(stream, position, tail.subarray(position), false);
    }
    if (!this.isComplete(job))
      throw clientError(
        'unavailable',
        `the end of the output of job ${job.jobId} can't be had: its worker does not answer`,
      );
  }

  private tailOf(job: Job, stream: LogStreamName): Buffer | undefined {
    const attempt = this.attempt === 0 ? job.attempts.at(-1) : job.attempts.find((it) => it.attempt === this.attempt);
    if (attempt === undefined || attempt.finishedAtMs === undefined || attempt.state === 'lost') return undefined;
    return Buffer.from(stream === 'stdout' ? attempt.stdoutTail : attempt.stderrTail);
  }
}

function timesFromWire({ times }: WireGetJobLogsResponse): LogTime[] {
  return times.map(({ position, timeMs }) => ({
    position: safeInteger(position, 'times.position'),
    timeMs: safeInteger(timeMs, 'times.timeMs'),
  }));
}
