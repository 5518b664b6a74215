import { assert, InvariantViolation, unreachable } from '@synod/base';
import type { EntryContext } from './entry-context.js';
import type { AttemptEnd, AttemptOutcome, JobState, WaitReason } from './job.js';
import { backOffMs, notBeforeMs } from './job-times.js';
import { createJob } from './create-job.js';
import { onFailureSpec } from './on-failure.js';
import { MAX_KEPT_ATTEMPTS } from './options.js';
import { AttemptEntry } from './state/job-entry.js';
import type { JobEntry } from './state/job-entry.js';
import type { JobsState } from './state/jobs-state.js';
import type { WorkerEntry } from './state/worker-entry.js';

// Every change in a job's life is one of these; handlers check, then call. Each leaves job, worker and events consistent.

/** A job that was just created, or is to begin anew: it waits for its time, or is ready. */
export function beginJob(state: JobsState, entry: EntryContext, job: JobEntry): void {
  const startMs = notBeforeMs(job.interned.spec, job.submittedAtMs);
  if (startMs > entry.timeMs) waitUntil(state, entry, job, 'delay', startMs);
  else state.jobs.move(job, 'ready');
}

function waitUntil(state: JobsState, entry: EntryContext, job: JobEntry, reason: WaitReason, untilMs: number): void {
  state.jobs.wait(job, reason, untilMs);
  entry.events.push({ type: 'jobWaits', jobId: job.jobId, reason, untilMs });
}

/** The job's wait is over, or it was not started in time. Expiry goes first: a job that is due for both is too late. */
export function fireJobTimer(state: JobsState, entry: EntryContext, job: JobEntry): void {
  const { expiryMs } = job;
  if (expiryMs !== undefined && expiryMs <= entry.timeMs) return finishJob(state, entry, job, 'expired');
  assert(job.state === 'waiting' && job.waitsUntilMs <= entry.timeMs, 'J10 a timer that fires is due', () => job.jobId);
  endWait(state, entry, job);
}

/** A waiting job is ready, whatever it waited for. */
export function endWait(state: JobsState, entry: EntryContext, job: JobEntry): void {
  state.jobs.move(job, 'ready');
  entry.events.push({ type: 'jobReady', jobId: job.jobId });
}

/** A job that had ended is ready again: its attempts go on, what was counted of its failures is forgotten. */
export function reopenJob(state: JobsState, entry: EntryContext, job: JobEntry): void {
  job.failedAttempts = 0;
  job.lostAttempts = 0;
  job.drainedAttempts = 0;
  job.cancelRequested = false;
  job.cancelReason = '';
  job.retriedAtMs = Math.max(1, entry.timeMs);
  state.jobs.reopen(job);
  entry.events.push({ type: 'jobReopened', jobId: job.jobId });
}

export function assignJob(state: JobsState, entry: EntryContext, job: JobEntry, worker: WorkerEntry): void {
  assert(job.state === 'ready' && job.activeAttempt === undefined, 'J2 one active attempt at a time', () => job.jobId);
  const fencingToken = state.mintFencingToken();
  const attempt = job.lastAttemptNumber + 1;
  const { workerId, incarnation } = worker;
  job.addAttempt(new AttemptEntry(attempt, fencingToken, workerId, incarnation, entry.timeMs), MAX_KEPT_ATTEMPTS);
  worker.addActive(job);
  state.activeByQueue.add(job.interned.spec.queue, workerId);
  assert(worker.activeJobs.size <= worker.description.capacity, 'J3 capacity is never exceeded', () => workerId);
  state.queues.takeToken(state.queues.of(job), entry.timeMs);
  state.jobs.move(job, 'assigned');
  entry.events.push({
    type: 'attemptAssigned',
    jobId: job.jobId,
    attempt,
    fencingToken,
    workerId,
    workerIncarnation: incarnation,
  });
}

export function startAttempt(
  state: JobsState,
  entry: EntryContext,
  job: JobEntry,
  attempt: AttemptEntry,
  startedAtMs: number,
): void {
  assert(job.state === 'assigned' && attempt.isActive, 'an attempt starts once', () => job.jobId);
  attempt.state = 'running';
  attempt.startedAtMs = startedAtMs;
  state.jobs.move(job, 'running');
  const { workerId } = attempt;
  entry.events.push({ type: 'attemptStarted', jobId: job.jobId, attempt: attempt.attempt, workerId });
}

/** The attempt ended as its worker saw it; an end `lost` goes through {@link loseAttempt}. */
export function finishAttempt(
  state: JobsState,
  entry: EntryContext,
  job: JobEntry,
  end: AttemptEnd,
  finishedAtMs: number | undefined,
): void {
  closeActiveAttempt(state, entry, job, end, finishedAtMs ?? entry.timeMs);
  if (end.outcome === 'failed' || end.outcome === 'timedOut') {
    if (isRetried(job, end)) return retryAfterFailure(state, entry, job);
  }
  finishJob(state, entry, job, finalStateAfter(end.outcome, job.cancelRequested));
}

/** Whether the job's policy lets it run again after this failure, which is counted here. */
function isRetried(job: JobEntry, end: AttemptEnd): boolean {
  const { retry, mode } = job.interned.spec;
  if (retry === undefined) return false;
  job.failedAttempts += 1;
  if (job.cancelRequested || mode === 'atMostOnce' || job.failedAttempts >= retry.maxAttempts) return false;
  if (end.exitCode !== undefined && retry.notRetriedExitCodes.includes(end.exitCode)) return false;
  const errorType = end.outcome === 'timedOut' ? 'timedOut' : end.errorType;
  return errorType === undefined || !retry.notRetriedErrors.includes(errorType);
}

function retryAfterFailure(state: JobsState, entry: EntryContext, job: JobEntry): void {
  const { retry } = job.interned.spec;
  assert(retry !== undefined, 'a job without a policy is not retried', () => job.jobId);
  const waitMs = backOffMs(retry, job.failedAttempts, job);
  if (waitMs === 0) state.jobs.move(job, 'ready');
  else state.jobs.wait(job, 'backOff', entry.timeMs + waitMs);
  tellRetried(entry, job);
  if (waitMs > 0) {
    entry.events.push({ type: 'jobWaits', jobId: job.jobId, reason: 'backOff', untilMs: job.waitsUntilMs });
  }
}

function tellRetried(entry: EntryContext, { jobId, lostAttempts, drainedAttempts, failedAttempts }: JobEntry): void {
  entry.events.push({ type: 'jobRetried', jobId, lostAttempts, drainedAttempts, failedAttempts });
}

/**
 * The attempt is lost: its worker is gone, or ended it without a result. The job runs again, unless it was cancelled, must
 * run at most once, or has lost as many attempts as it may. The end's message says which. One that was `drained` was ended by
 * an operator's wish: it says nothing against the job and doesn't count towards `maxLostAttempts`. One that was `neverBegun` leaves a
 * job that must run at most once free to run.
 */
export function loseAttempt(
  state: JobsState,
  entry: EntryContext,
  job: JobEntry,
  end: AttemptEnd,
  finishedAtMs: number | undefined,
  drained = false,
  neverBegun = false,
): void {
  assert(end.outcome === 'lost', 'a lost attempt ends lost', () => job.jobId);
  const isDrained = drained || job.activeAttempt?.evicting === true;
  if (isDrained) job.drainedAttempts += 1;
  else job.lostAttempts += 1;
  const { next, because } = afterLoss(job, isDrained, neverBegun);
  const message = because === '' ? end.message : `${end.message}; ${because}`;
  closeActiveAttempt(state, entry, job, { ...end, message }, finishedAtMs ?? entry.timeMs);
  if (next === 'ready') {
    state.jobs.move(job, 'ready');
    tellRetried(entry, job);
  } else {
    finishJob(state, entry, job, next);
  }
}

/** All active attempts of the worker that `isLost` picks are lost, in order of token. Returns how many. */
export function loseAttemptsOf(
  state: JobsState,
  entry: EntryContext,
  worker: WorkerEntry,
  message: string,
  isLost: (job: JobEntry, attempt: AttemptEntry) => boolean,
  drained = false,
  neverBegun: (attempt: AttemptEntry) => boolean = () => false,
): number {
  const lost = [...worker.activeJobs].filter((job) => {
    const attempt = job.activeAttempt;
    assert(attempt?.workerId === worker.workerId, 'J2 a worker lists only its own attempts', () => job.jobId);
    return isLost(job, attempt);
  });
  for (const job of lost) {
    const begun = job.activeAttempt === undefined || !neverBegun(job.activeAttempt);
    loseAttempt(state, entry, job, lostEnd(message), undefined, drained, !begun);
  }
  return lost.length;
}

/** The attempt's worker is to end it; until it has, the attempt is as current as ever. */
export function evictAttempt(state: JobsState, entry: EntryContext, job: JobEntry, attempt: AttemptEntry): void {
  assert(attempt.isActive && !attempt.evicting, 'an active attempt is evicted once', () => job.jobId);
  attempt.evicting = true;
  state.jobs.touch(job);
  const { attempt: number, workerId, fencingToken } = attempt;
  entry.events.push({ type: 'evictionRequested', jobId: job.jobId, attempt: number, workerId, fencingToken });
}

/** What runs is told to end, and its end decides; a job that nothing runs is finished by the caller. */
export function requestCancel(
  state: JobsState,
  entry: EntryContext,
  job: JobEntry,
  reason: string,
  withoutGrace = false,
): void {
  job.cancelRequested = true;
  job.cancelReason = reason;
  job.terminated ||= withoutGrace;
  state.jobs.touch(job);
  const attempt = job.activeAttempt;
  entry.events.push({
    type: 'cancelRequested',
    jobId: job.jobId,
    attempt: attempt?.attempt,
    workerId: attempt?.workerId,
    fencingToken: attempt?.fencingToken,
    ...(withoutGrace ? { terminate: true } : {}),
  });
}

/** When nothing of a schedule is active any more, what waited for it first begins. */
function beginNextFiring(state: JobsState, entry: EntryContext, { firing }: JobEntry): void {
  if (firing === undefined || state.schedules.activeCount(firing.scheduleId) > 0) return;
  const next = state.schedules.firstWaiting(firing.scheduleId);
  if (next === undefined) return;
  const startMs = notBeforeMs(next.interned.spec, next.submittedAtMs);
  if (startMs > entry.timeMs) waitUntil(state, entry, next, 'delay', startMs);
  else endWait(state, entry, next);
}

export function finishJob(state: JobsState, entry: EntryContext, job: JobEntry, final: JobState): void {
  assert(job.activeAttempt === undefined, 'J4 a finished job has no active attempt', () => job.jobId);
  state.jobs.finish(job, final, entry.timeMs, state.nextOrder());
  entry.events.push({ type: 'jobFinished', jobId: job.jobId, state: final });
  beginNextFiring(state, entry, job);
  const { onFailure } = job.interned.spec;
  const hasFailed = final === 'failed' || final === 'expired';
  if (onFailure === undefined || !hasFailed || job.cancelRequested) return;
  const spec = state.interner.intern(onFailureSpec(onFailure, job.jobId));
  beginJob(state, entry, createJob(state, entry, spec, job.principal));
}

/** How an attempt ends that the control plane gave up. */
export function lostEnd(message: string): AttemptEnd {
  return { outcome: 'lost', exitCode: undefined, signal: '', message, result: '', stdoutTail: '', stderrTail: '' };
}

function closeActiveAttempt(
  state: JobsState,
  entry: EntryContext,
  job: JobEntry,
  end: AttemptEnd,
  finishedAtMs: number,
): void {
  const attempt = job.activeAttempt;
  assert(attempt !== undefined, 'an attempt ends once', () => job.jobId);
  const { workerId, fencingToken } = attempt;
  const worker = state.workers.get(workerId);
  assert(worker?.removeActive(job) === true, 'J2 an active attempt is on its worker', () => job.jobId);
  state.activeByQueue.remove(job.interned.spec.queue, workerId);
  const kept = keptEnd(end, state.featureLevel >= LEVEL_OF_ERROR_TYPES);
  attempt.close(kept, finishedAtMs);
  entry.events.push({
    type: 'attemptFinished',
    jobId: job.jobId,
    attempt: attempt.attempt,
    fencingToken,
    workerId,
    end: kept,
  });
}

const LEVEL_OF_ERROR_TYPES = 3;

/** A copy of fixed shape: what a decoder made may share buffers or carry more. Lower levels know no error types. */
function keptEnd(end: AttemptEnd, withErrorType: boolean): AttemptEnd {
  const { outcome, exitCode, signal, message, result, stdoutTail, stderrTail, errorType } = end;
  const kept = { outcome, exitCode, signal, message, result, stdoutTail, stderrTail };
  return withErrorType && errorType !== undefined ? { ...kept, errorType } : kept;
}

function finalStateAfter(outcome: AttemptOutcome, cancelRequested: boolean): JobState {
  switch (outcome) {
    case 'succeeded':
      return 'succeeded';
    case 'cancelled':
      return cancelRequested ? 'cancelled' : 'failed';
    case 'failed':
    case 'timedOut':
      return 'failed';
    case 'lost':
      throw new InvariantViolation('a lost attempt goes through loseAttempt');
    default:
      return unreachable(outcome);
  }
}

function afterLoss(
  job: JobEntry,
  drained: boolean,
  neverBegun: boolean,
): { readonly next: JobState; readonly because: string } {
  const { mode, maxLostAttempts } = job.interned.spec;
  if (job.cancelRequested) return { next: 'cancelled', because: 'the job was being cancelled' };
  if (mode === 'atMostOnce' && !neverBegun) {
    return { next: 'failed', because: 'it may have run, and mode atMostOnce forbids to run it again' };
  }
  if (!drained && job.lostAttempts >= maxLostAttempts) {
    return {
      next: 'failed',
      because: `${job.lostAttempts} attempts were lost, and maxLostAttempts is ${maxLostAttempts}`,
    };
  }
  return { next: 'ready', because: '' };
}
