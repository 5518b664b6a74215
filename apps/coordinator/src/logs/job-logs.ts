import type { AttemptRecord, JobRecord } from '@synod/jobs';
import { RequestRefusedError } from '@synod/contracts';
import type { JobLogsQuery } from '@synod/contracts';
import { unavailable } from '@synod/rpc';
import type { WireGetJobLogsResponse, WireGetJobLogsResponseInput } from '@synod/wire';
import type { AgentSession } from '../agents/agent-session.js';
import { isFinal, lastAttempt } from '../state/job-lookup.js';
import type { LogArchive } from './log-archive.js';
import type { LogTails, TailRequest } from './log-tails.js';

export interface JobLogsModules {
  readonly coordinatorId: string;
  readonly tails: Pick<LogTails, 'read'>;
  /** The job as this replica knows it, in the active state or in history. */
  readonly findJob: (jobId: string) => Promise<JobRecord | undefined>;
  readonly session: (workerId: string) => Pick<AgentSession, 'tail'> | undefined;
  readonly coordinatorOf: (workerId: string) => string | undefined;
  /** The same request at the coordinator that holds the worker's session. */
  readonly relay: (
    coordinatorId: string,
    request: TailRequest,
    signal: AbortSignal,
  ) => AsyncIterable<WireGetJobLogsResponse>;
  /** Logs that are kept here; undefined when none are. */
  readonly archive?: Pick<LogArchive, 'read'> | undefined;
  /** The other members, any of which may have kept a log. */
  readonly others?: readonly string[];
  /** Resolves when something about this job may have changed, after `orAfterMs` at the latest. */
  readonly jobChanged: (jobId: string, signal: AbortSignal, orAfterMs: number) => Promise<void>;
}

/** What a caller of GetJobLogs wants. */
export interface JobLogsRequest extends JobLogsQuery {
  /** Asked by another coordinator: only a session held here is an answer. */
  readonly relayed: boolean;
}

/** While a worker can't be reached, or nothing happens, so long passes between two looks. */
const LOOK_AGAIN_MS = 500;

/** Follows the output of a job across its attempts, wherever their worker is connected. */
export class JobLogs {
  constructor(private readonly modules: JobLogsModules) {}

  /** The output of the attempt asked for, or of all from the first wanted on; ends when `signal` aborts. */
  async *read(request: JobLogsRequest, signal: AbortSignal): AsyncGenerator<WireGetJobLogsResponseInput> {
    const { jobId, follow } = request;
    let wanted = request.attempt ?? 0;
    let position = { stdout: request.stdoutPosition, stderr: request.stderrPosition };
    while (!signal.aborted) {
      const job = await this.job(jobId);
      wanted ||= lastAttempt(job)?.attempt ?? 0;
      // A record keeps the last attempts only.
      if (request.attempt === undefined) wanted = Math.max(wanted, job.attempts[0]?.attempt ?? 0);
      const attempt = job.attempts.find((candidate) => candidate.attempt === wanted);
      if (attempt !== undefined) {
        const tail = {
          jobId,
          attempt: wanted,
          follow,
          stdoutPosition: position.stdout,
          stderrPosition: position.stderr,
        };
        const outcome = yield* this.readAttempt(attempt, tail, position, request.relayed, signal);
        if (outcome === 'complete' && (request.attempt !== undefined || !follow)) return;
        if (outcome === 'complete' && (await this.attemptEnded(jobId, wanted, signal))) {
          const now = await this.job(jobId);
          if (isFinal(now)) return;
          wanted += 1;
          position = { stdout: 0, stderr: 0 };
          continue;
        }
      }
      if (!follow || isFinal(job)) return;
      await this.modules.jobChanged(jobId, signal, LOOK_AGAIN_MS);
    }
  }

  private async *readAttempt(
    attempt: AttemptRecord,
    tail: TailRequest,
    position: { stdout: number; stderr: number },
    relayed: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<WireGetJobLogsResponseInput, 'complete' | 'broken'> {
    try {
      yield* moving(this.source(attempt.workerId, tail, relayed, signal), position);
      // A worker that has removed the files has nothing to say.
      if (!isMissing(attempt, position)) return 'complete';
      if (relayed) {
        yield* this.kept(attempt, tail, position);
        return 'complete';
      }
    } catch (error) {
      if (relayed && (yield* this.kept(attempt, tail, position))) return 'complete';
      if (relayed) throw error;
      if (attempt.end === undefined) {
        if (tail.follow) return 'broken';
        throw error;
      }
    }
    if (!(yield* this.keptAnywhere(attempt, tail, position, signal))) yield* keptTails(attempt, position);
    return 'complete';
  }

  /** From this member's archive; true when that was the whole rest. */
  private async *kept(
    attempt: AttemptRecord,
    { jobId }: TailRequest,
    position: { stdout: number; stderr: number },
  ): AsyncGenerator<WireGetJobLogsResponseInput, boolean> {
    const chunks = this.modules.archive?.read(jobId, attempt.attempt, position);
    return chunks === undefined ? false : yield* moving(chunks, position);
  }

  /** The same, here or at another member. */
  private async *keptAnywhere(
    attempt: AttemptRecord,
    tail: TailRequest,
    position: { stdout: number; stderr: number },
    signal: AbortSignal,
  ): AsyncGenerator<WireGetJobLogsResponseInput, boolean> {
    if (yield* this.kept(attempt, tail, position)) return true;
    for (const member of this.modules.others ?? []) {
      if (signal.aborted) return false;
      const rest = { ...tail, follow: false, stdoutPosition: position.stdout, stderrPosition: position.stderr };
      const before = position.stdout + position.stderr;
      try {
        yield* moving(this.modules.relay(member, rest, signal), position);
        // One that has nothing to say may be the worker's, whose files are gone.
        if (position.stdout + position.stderr > before) return true;
      } catch {
        // It has none, or is away: the next one.
      }
    }
    return false;
  }

  private source(
    workerId: string,
    tail: TailRequest,
    relayed: boolean,
    signal: AbortSignal,
  ): AsyncIterable<WireGetJobLogsResponse> {
    const session = this.modules.session(workerId);
    if (session !== undefined) return this.modules.tails.read(session, tail, signal);
    const holder = this.modules.coordinatorOf(workerId);
    if (relayed || holder === undefined || holder === this.modules.coordinatorId) {
      throw unavailable('WORKER_UNREACHABLE', `worker ${workerId}, which has this log, is not connected`);
    }
    return this.modules.relay(holder, tail, signal);
  }

  /** Waits until this replica knows the end of the attempt whose output is complete. */
  private async attemptEnded(jobId: string, attempt: number, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const record = (await this.job(jobId)).attempts.find((candidate) => candidate.attempt === attempt);
      if (record === undefined || record.finishedAtMs !== undefined) return true;
      await this.modules.jobChanged(jobId, signal, LOOK_AGAIN_MS);
    }
    return false;
  }

  private async job(jobId: string): Promise<JobRecord> {
    const job = await this.modules.findJob(jobId);
    if (job === undefined) throw new RequestRefusedError({ code: 'jobUnknown', jobId });
    return job;
  }
}

/** Passes chunks on and takes down how far they reach. */
async function* moving<Return>(
  chunks: AsyncIterable<WireGetJobLogsResponse> | AsyncGenerator<WireGetJobLogsResponse, Return>,
  position: { stdout: number; stderr: number },
): AsyncGenerator<WireGetJobLogsResponse, Return> {
  const iterator = chunks[Symbol.asyncIterator]();
  let over = false;
  try {
    for (;;) {
      const next = (await iterator.next()) as IteratorResult<WireGetJobLogsResponse, Return>;
      if (next.done === true) {
        over = true;
        return next.value;
      }
      const end = Number(next.value.position) + next.value.data.length;
      if (next.value.stream === 'LOG_STREAM_STDERR') position.stderr = end;
      else position.stdout = end;
      yield next.value;
    }
  } catch (error) {
    over = true;
    throw error;
  } finally {
    // The reader left.
    if (!over) await iterator.return?.();
  }
}

/** Nothing was read of an output that its record proves to have been there. */
function isMissing({ end }: AttemptRecord, { stdout, stderr }: { stdout: number; stderr: number }): boolean {
  return stdout === 0 && stderr === 0 && end !== undefined && (end.stdoutTail !== '' || end.stderrTail !== '');
}

/** What the record kept of the output, when its worker is gone. Nothing, if a part was already read: the tail would not fit. */
function* keptTails(
  attempt: AttemptRecord,
  position: { stdout: number; stderr: number },
): Generator<WireGetJobLogsResponseInput> {
  const kept = [
    { stream: 'LOG_STREAM_STDOUT', tail: attempt.end?.stdoutTail ?? '', from: position.stdout },
    { stream: 'LOG_STREAM_STDERR', tail: attempt.end?.stderrTail ?? '', from: position.stderr },
  ] as const;
  for (const { stream, tail, from } of kept) {
    const data = Buffer.from(tail, 'base64');
    if (data.length === 0 || from > 0) continue;
    yield { attempt: attempt.attempt, stream, position: 0, data, truncated: data.length >= TAIL_BYTES };
  }
}

/** A tail of this length was probably cut. */
const TAIL_BYTES = 4_096;
