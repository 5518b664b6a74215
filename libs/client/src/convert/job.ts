import type { WireAttempt, WireEvent, WireExplainJobResponse, WireJob, WireJobInput } from '@synod/wire';
import { clientError } from '../errors.js';
import type { Attempt, AttemptState, Explanation, Job, JobEvent, JobState } from '../types.js';
import { optionalSafeInteger, safeInteger } from './integers.js';
import { specFromWire } from './spec.js';

type WireJobState = NonNullable<WireJobInput['state']> & string;

const JOB_STATES: Readonly<Record<string, JobState>> = {
  JOB_STATE_WAITING: 'waiting',
  JOB_STATE_READY: 'ready',
  JOB_STATE_ASSIGNED: 'assigned',
  JOB_STATE_RUNNING: 'running',
  JOB_STATE_SUCCEEDED: 'succeeded',
  JOB_STATE_FAILED: 'failed',
  JOB_STATE_CANCELLED: 'cancelled',
  JOB_STATE_EXPIRED: 'expired',
};

const ATTEMPT_STATES: Readonly<Record<string, AttemptState>> = {
  ATTEMPT_STATE_ASSIGNED: 'assigned',
  ATTEMPT_STATE_STARTING: 'starting',
  ATTEMPT_STATE_RUNNING: 'running',
  ATTEMPT_STATE_SUCCEEDED: 'succeeded',
  ATTEMPT_STATE_FAILED: 'failed',
  ATTEMPT_STATE_TIMED_OUT: 'timedOut',
  ATTEMPT_STATE_CANCELLED: 'cancelled',
  ATTEMPT_STATE_LOST: 'lost',
};

const WAIT_REASONS: Readonly<Record<string, Job['waitReason']>> = {
  WAIT_REASON_DELAY: 'delay',
  WAIT_REASON_BACK_OFF: 'backOff',
  WAIT_REASON_OVERLAP: 'overlap',
};

/** A number instead of a name is a state that a newer coordinator has. */
export function jobStateFromWire(wire: string | number): JobState {
  return JOB_STATES[wire] ?? 'unknown';
}

/** @throws SynodClientError `invalidArgument` for a name that is no state. */
export function jobStateToWire(state: JobState): WireJobState {
  const found = Object.entries(JOB_STATES).find(([, name]) => name === state);
  if (found === undefined) {
    const description = `a job state is one of ${Object.values(JOB_STATES).join(', ')}, not ${state}`;
    throw clientError('invalidArgument', description, { violations: [{ field: 'states', description }] });
  }
  return found[0] as WireJobState;
}

function attemptFromWire(wire: WireAttempt): Attempt {
  return {
    attempt: wire.attempt,
    fencingToken: wire.fencingToken,
    workerId: wire.workerId,
    state: ATTEMPT_STATES[wire.state] ?? 'unknown',
    assignedAtMs: safeInteger(wire.assignedAtMs, 'assignedAtMs'),
    startedAtMs: optionalSafeInteger(wire.startedAtMs, 'startedAtMs'),
    finishedAtMs: optionalSafeInteger(wire.finishedAtMs, 'finishedAtMs'),
    exitCode: wire.exitCode,
    signal: wire.signal,
    message: wire.message,
    result: wire.result,
    stdoutTail: wire.stdoutTail,
    stderrTail: wire.stderrTail,
  };
}

export function jobFromWire(wire: WireJob | null | undefined): Job {
  if (!wire?.spec) throw clientError('internal', 'the coordinator answered without a job: is it of a newer version?');
  return {
    jobId: wire.jobId,
    state: jobStateFromWire(wire.state),
    spec: specFromWire(wire.spec),
    revision: safeInteger(wire.revision, 'revision'),
    submittedAtMs: safeInteger(wire.submittedAtMs, 'submittedAtMs'),
    finishedAtMs: optionalSafeInteger(wire.finishedAtMs, 'finishedAtMs'),
    cancelRequested: wire.cancelRequested,
    cancelReason: wire.cancelReason,
    lostAttempts: wire.lostAttempts,
    drainedAttempts: wire.drainedAttempts,
    failedAttempts: wire.failedAttempts,
    waitReason: WAIT_REASONS[wire.waitReason],
    waitsUntilMs: optionalSafeInteger(wire.waitsUntilMs, 'waitsUntilMs'),
    attempts: wire.attempts.map(attemptFromWire),
  };
}

export function explanationFromWire(wire: WireExplainJobResponse): Explanation {
  return {
    state: jobStateFromWire(wire.state),
    jobsBefore: optionalSafeInteger(wire.jobsBefore, 'jobsBefore'),
    summary: wire.summary,
    hindrances: wire.hindrances.map(({ code, message, remedy, untilMs }) => {
      return { code, message, remedy, untilMs: optionalSafeInteger(untilMs, 'untilMs') };
    }),
  };
}

export function eventFromWire(wire: WireEvent): JobEvent {
  return {
    cursor: wire.cursor,
    timeMs: safeInteger(wire.timeMs, 'timeMs'),
    type: wire.type,
    jobId: wire.jobId,
    attempt: wire.attempt,
    workerId: wire.workerId,
    fencingToken: wire.fencingToken,
    jobState: wire.jobState === 'JOB_STATE_UNSPECIFIED' ? undefined : jobStateFromWire(wire.jobState),
    attemptState:
      wire.attemptState === 'ATTEMPT_STATE_UNSPECIFIED' ? undefined : (ATTEMPT_STATES[wire.attemptState] ?? 'unknown'),
    exitCode: wire.exitCode,
    message: wire.message,
  };
}
