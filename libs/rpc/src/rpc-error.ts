import { TypedError } from '@synod/base';
import type { FieldViolation, StatusDescription, StatusName } from '@synod/wire';

/** `code` is the gRPC status name: callers switch on it, and on `reason` where one status has several causes. */
export interface RpcErrorFacts extends StatusDescription {
  readonly code: StatusName;
}

/** A call that ended with a status other than OK: thrown by handlers to answer so, and by calls that were answered so. */
export class RpcError extends TypedError<RpcErrorFacts> {
  constructor(description: StatusDescription, options?: { readonly cause?: unknown }) {
    super({ ...description, code: description.status }, description.message, options);
  }

  get status(): StatusName {
    return this.facts.status;
  }

  get reason(): string {
    return this.facts.reason;
  }
}

/** What may be said besides status, reason and message. */
export interface RpcErrorExtras {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error of any status. `reason` is UPPER_SNAKE and stable; `message` says what to do next. */
export function rpcError(status: StatusName, reason: string, message: string, extras: RpcErrorExtras = {}): RpcError {
  const { metadata = {}, violations = [], retryAfterMs, cause } = extras;
  const options = cause === undefined ? undefined : { cause };
  return new RpcError({ status, reason, message, metadata, violations, retryAfterMs }, options);
}

export function invalidArgument(violations: readonly FieldViolation[], reason = 'INVALID_REQUEST'): RpcError {
  const listed = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return rpcError('INVALID_ARGUMENT', reason, listed === '' ? 'The request is invalid.' : listed, { violations });
}

export function notFound(reason: string, message: string, extras?: RpcErrorExtras): RpcError {
  return rpcError('NOT_FOUND', reason, message, extras);
}

export function failedPrecondition(reason: string, message: string, extras?: RpcErrorExtras): RpcError {
  return rpcError('FAILED_PRECONDITION', reason, message, extras);
}

/** Nothing is known of the outcome: the caller repeats the call unchanged, here or elsewhere. */
export function unavailable(reason: string, message: string, extras?: RpcErrorExtras): RpcError {
  return rpcError('UNAVAILABLE', reason, message, extras);
}

export function resourceExhausted(
  reason: string,
  message: string,
  retryAfterMs: number | undefined,
  extras: RpcErrorExtras = {},
): RpcError {
  return rpcError(
    'RESOURCE_EXHAUSTED',
    reason,
    message,
    retryAfterMs === undefined ? extras : { ...extras, retryAfterMs },
  );
}

export function outOfRange(reason: string, message: string, extras?: RpcErrorExtras): RpcError {
  return rpcError('OUT_OF_RANGE', reason, message, extras);
}

/** Why a server or channel could not be made. */
export type RpcSetupFacts =
  /** Beyond loopback without TLS and without `insecure`. */
  | { readonly code: 'insecureAddress'; readonly address: string }
  | { readonly code: 'addressInUse'; readonly address: string }
  /** Not this host's, or not permitted (a port below 1024). */
  | { readonly code: 'addressUnavailable'; readonly address: string }
  | { readonly code: 'addressInvalid'; readonly address: string }
  /** A certificate without its key, a key without its certificate, or a server's CA without either. */
  | { readonly code: 'tlsIncomplete'; readonly missing: 'tlsCertFile' | 'tlsKeyFile' }
  | { readonly code: 'tlsFileUnreadable'; readonly option: string; readonly path: string }
  /** The files can be read, but TLS can't use them. */
  | { readonly code: 'tlsInvalid' }
  | { readonly code: 'serverStopped' };

/** A server or channel that could not be made: a matter of configuration. The message says what to change. */
export class RpcSetupError extends TypedError<RpcSetupFacts> {}
