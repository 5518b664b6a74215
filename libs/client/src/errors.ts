import { TypedError } from '@synod/base';

/** What went wrong, stable: match on this. */
export type SynodClientErrorCode =
  /** No coordinator could be reached, or none serves: start one, or check the addresses. */
  | 'unavailable'
  | 'deadlineExceeded'
  /** What was asked is malformed: see `violations`. */
  | 'invalidArgument'
  | 'notFound'
  /** The cluster has too much work: try again after `retryAfterMs`. */
  | 'resourceExhausted'
  | 'failedPrecondition'
  /** Somebody was quicker, or it took too long: look at it again, then decide. Nothing was changed. */
  | 'aborted'
  /** The cursor is older than what is retained. */
  | 'outOfRange'
  | 'unauthenticated'
  | 'permissionDenied'
  | 'unimplemented'
  /** The caller's signal was aborted. */
  | 'cancelled'
  /** `wait` gave up after its `timeoutMs`; the job goes on. */
  | 'waitTimedOut'
  /** This client, submitter or worker was closed. */
  | 'closed'
  /** More is pending than the submitter's bound: await `room()`. */
  | 'submitterFull'
  /** A newer process with the same worker id has registered: this one has stopped. */
  | 'incarnationOutdated'
  /** An answer or a fault that this library has no better word for. */
  | 'internal';

export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

export interface SynodClientErrorFacts {
  readonly code: SynodClientErrorCode;
  /** The coordinator's own word for it, in UPPER_SNAKE; `UNREACHABLE` when none answered; empty when it gave none. */
  readonly reason: string;
  /** Coordinators that were tried; set with `unavailable`. */
  readonly addresses: readonly string[];
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
}

/** The one error class of this library. The message says what to do next. */
export class SynodClientError extends TypedError<SynodClientErrorFacts> {}

/** An error of this code; facts that don't apply are empty. */
export function clientError(
  code: SynodClientErrorCode,
  message: string,
  facts: Partial<Omit<SynodClientErrorFacts, 'code'>> & { readonly cause?: unknown } = {},
): SynodClientError {
  const { cause, ...rest } = facts;
  return new SynodClientError(
    { code, reason: '', addresses: [], violations: [], retryAfterMs: undefined, ...rest },
    message,
    cause === undefined ? undefined : { cause },
  );
}

/** The error of an aborted signal, whatever its reason is. */
export function abortedError(signal: AbortSignal | undefined): SynodClientError {
  return clientError('cancelled', 'the operation was aborted by its signal', { cause: signal?.reason });
}
