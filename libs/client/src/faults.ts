import { RpcSetupError, toRpcError } from '@synod/rpc';
import type { StatusName } from '@synod/wire';
import { clientError, SynodClientError, type SynodClientErrorCode } from './errors.js';

const CODES: Readonly<Partial<Record<StatusName, SynodClientErrorCode>>> = {
  // Nobody here cancelled: a coordinator that stops ends its calls so.
  CANCELLED: 'unavailable',
  INVALID_ARGUMENT: 'invalidArgument',
  DEADLINE_EXCEEDED: 'deadlineExceeded',
  NOT_FOUND: 'notFound',
  PERMISSION_DENIED: 'permissionDenied',
  RESOURCE_EXHAUSTED: 'resourceExhausted',
  FAILED_PRECONDITION: 'failedPrecondition',
  ALREADY_EXISTS: 'failedPrecondition',
  ABORTED: 'unavailable',
  OUT_OF_RANGE: 'outOfRange',
  UNIMPLEMENTED: 'unimplemented',
  UNAVAILABLE: 'unavailable',
  UNAUTHENTICATED: 'unauthenticated',
};

/** Answers to what was asked, which a repetition would only get again. Other calls that were aborted are safe to repeat. */
const DECIDED: ReadonlySet<string> = new Set(['REVISION_MISMATCH', 'TRANSFER_TIMED_OUT', 'TRANSFER_BUSY']);

/** How grpc-js words a stream that its connection's end broke. */
const BROKEN_STREAM = /RST_STREAM|GOAWAY|Connection dropped|ECONNRESET|write after end|EPIPE/;

/** What a call or a stream failed with, as this library's error. */
export function toClientError(error: unknown): SynodClientError {
  if (error instanceof SynodClientError) return error;
  if (error instanceof RpcSetupError) return clientError('invalidArgument', error.message, { cause: error });
  const { facts, message } = toRpcError(error);
  const { reason, violations, retryAfterMs } = facts;
  return clientError(codeOf(facts.status, reason, message), message, {
    reason,
    violations,
    retryAfterMs,
    cause: error,
  });
}

function codeOf(status: StatusName, reason: string, message: string): SynodClientErrorCode {
  if (reason === 'INCARNATION_OUTDATED') return 'incarnationOutdated';
  if (status === 'ABORTED' && DECIDED.has(reason)) return 'aborted';
  if (reason === '' && BROKEN_STREAM.test(message)) return 'unavailable';
  // grpc-js itself refuses a message above the limit: no other coordinator would take it.
  if (reason === 'MESSAGE_TOO_LARGE') return 'invalidArgument';
  return CODES[status] ?? 'internal';
}

/** Whether another coordinator, or the same one later, may answer: calls of this library are all safe to repeat. */
export function isRetryable(fault: SynodClientError): boolean {
  if (fault.code === 'resourceExhausted') return fault.facts.retryAfterMs !== undefined;
  return fault.code === 'unavailable' || fault.code === 'deadlineExceeded';
}

/** Whether the fault is the connection's, not a coordinator's answer. */
export function isUnreachable(fault: SynodClientError): boolean {
  return ['', 'UNREACHABLE', 'CONNECT_TIMEOUT', 'DEADLINE_EXCEEDED', 'STREAM_CLOSED'].includes(fault.facts.reason);
}
