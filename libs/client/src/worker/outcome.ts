import type { WireAttemptEndInput, WireAttemptReportInput } from '@synod/wire';
import type { EndCause, HeldAttempt } from './attempt.js';

/** Results above this are refused by the coordinators. */
export const MAX_RESULT_BYTES = 64 * 1024;
const MAX_MESSAGE_CHARACTERS = 4_096;

const MAX_ERROR_TYPE_CHARACTERS = 128;

const encoder = new TextEncoder();

/** What a handler may return, or a promise of it: bytes and text go as they are, anything else as JSON. */
export type HandlerResult = unknown;

function encodeResult(result: HandlerResult): Uint8Array | undefined {
  if (result === undefined || result === null) return undefined;
  if (result instanceof Uint8Array) return result;
  return encoder.encode(typeof result === 'string' ? result : JSON.stringify(result));
}

function failed(message: string): WireAttemptEndInput {
  return { outcome: 'ATTEMPT_STATE_FAILED', message: message.slice(0, MAX_MESSAGE_CHARACTERS) };
}

/** The end of an attempt whose handler returned. */
export function endOfResult(attempt: HeldAttempt, result: HandlerResult): WireAttemptEndInput {
  // What a handler returns after a time-out or after its lease lapsed is of no effect: the job may have gone on without it.
  if (attempt.endCause !== undefined && attempt.endCause !== 'cancelled') return endOfCause(attempt.endCause);
  try {
    const bytes = encodeResult(result);
    if (bytes === undefined) return { outcome: 'ATTEMPT_STATE_SUCCEEDED' };
    if (bytes.length > MAX_RESULT_BYTES)
      return failed(
        `the handler's result has ${bytes.length} bytes, more than ${MAX_RESULT_BYTES}: store it and return where`,
      );
    return { outcome: 'ATTEMPT_STATE_SUCCEEDED', result: bytes };
  } catch (error) {
    return failed(`the handler's result can't be written as JSON: ${String(error)}`);
  }
}

/** The end of an attempt whose handler threw. */
export function endOfError(attempt: HeldAttempt, error: unknown): WireAttemptEndInput {
  if (attempt.endCause !== undefined) return endOfCause(attempt.endCause);
  if (!(error instanceof Error)) return failed(String(error));
  // Its name is what a retry policy may name: a class of its own for what is not worth another try.
  return { ...failed(error.message || error.name), errorType: error.name.slice(0, MAX_ERROR_TYPE_CHARACTERS) };
}

/** The end of an attempt that was told to end. */
export function endOfCause(cause: EndCause, detail = ''): WireAttemptEndInput {
  switch (cause) {
    case 'cancelled':
      return { outcome: 'ATTEMPT_STATE_CANCELLED', message: detail };
    case 'timedOut':
      return { outcome: 'ATTEMPT_STATE_TIMED_OUT', message: detail };
    case 'leaseLapsed':
      return { outcome: 'ATTEMPT_STATE_LOST', message: 'no coordinator acknowledged a heartbeat in time' };
    case 'outdated':
    case 'stopped':
      return { outcome: 'ATTEMPT_STATE_LOST', message: 'the worker gave it up' };
  }
}

/** That an attempt runs. */
export function startReport(attempt: HeldAttempt): WireAttemptReportInput {
  const { jobId, attempt: number, fencingToken, startedAtMs } = attempt;
  return { jobId, attempt: number, fencingToken, startedAtMs };
}

/** Start and end in one: the coordinators take a start that they know already as no news. */
export function endReport(
  attempt: HeldAttempt,
  finishedAtMs: number,
  end: WireAttemptEndInput,
): WireAttemptReportInput {
  // Written out: copying properties is what costs most here.
  const { jobId, attempt: number, fencingToken, startedAtMs, writtenLog } = attempt;
  if (writtenLog !== undefined) end.stdoutTail = writtenLog.tail();
  return { jobId, attempt: number, fencingToken, startedAtMs, finishedAtMs, end };
}
