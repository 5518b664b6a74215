import { Metadata } from '@grpc/grpc-js';
import type { ServiceError, StatusObject } from '@grpc/grpc-js';
import { loadWire, statusName, statusNumber } from '@synod/wire';
import type { FieldViolation, StatusDescription } from '@synod/wire';
import { MAX_MESSAGE_BYTES, MAX_STATUS_DETAILS_BYTES } from './limits.js';
import { RpcError } from './rpc-error.js';

const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'synod';
const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';
/** Characters of a message that travel in the `grpc-message` header, where each may take three bytes. */
const MAX_MESSAGE_CHARACTERS = 1_000;

/** A google.rpc.Status as it stands inside a message, or encoded in a trailer. */
export interface EncodedStatus {
  readonly code: number;
  readonly message: string;
  readonly details: { type_url: string; value: Buffer }[];
}

/** A description as google.rpc.Status with ErrorInfo, BadRequest and RetryInfo. Violations that don't fit are left out. */
export function encodeStatus(description: StatusDescription): EncodedStatus {
  const { messages } = loadWire();
  const { status, reason, metadata, violations, retryAfterMs } = description;
  const details: EncodedStatus['details'] = [];
  const add = (name: string, value: Buffer) => details.push({ type_url: TYPE_PREFIX + name, value });
  if (reason !== '')
    add('ErrorInfo', messages.ErrorInfo.serialize({ reason, domain: DOMAIN, metadata: { ...metadata } }));
  if (retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: Math.floor(retryAfterMs / 1_000),
      nanos: Math.floor(retryAfterMs % 1_000) * 1_000_000,
    };
    add('RetryInfo', messages.RetryInfo.serialize({ retryDelay }));
  }
  const room = MAX_STATUS_DETAILS_BYTES - details.reduce((sum, { value }) => sum + value.length, 0);
  const fieldViolations = fitting(violations, room);
  if (fieldViolations.length > 0) add('BadRequest', messages.BadRequest.serialize({ fieldViolations }));
  return { code: statusNumber(status), message: shortened(description.message), details };
}

function fitting(violations: readonly FieldViolation[], roomBytes: number): FieldViolation[] {
  const kept: FieldViolation[] = [];
  let left = roomBytes;
  for (const { field, description } of violations) {
    left -= Buffer.byteLength(field) + Buffer.byteLength(description) + 16;
    if (left < 0) break;
    kept.push({ field, description });
  }
  return kept;
}

function shortened(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…`;
}

/** A google.rpc.Status that stands inside a message (SubmissionAnswer, ForwardResponse) as the error that it tells of. */
export function decodeStatus(status: {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly type_url: string; readonly value: Uint8Array }[];
}): RpcError {
  const { messages } = loadWire();
  let reason = '';
  let metadata: Readonly<Record<string, string>> = {};
  let violations: readonly FieldViolation[] = [];
  let retryAfterMs: number | undefined;
  for (const { type_url, value } of status.details) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    if (type_url === `${TYPE_PREFIX}ErrorInfo`) {
      ({ reason, metadata } = messages.ErrorInfo.deserialize(bytes));
    } else if (type_url === `${TYPE_PREFIX}BadRequest`) {
      violations = messages.BadRequest.deserialize(bytes).fieldViolations.map((it) => ({
        field: it.field,
        description: it.description,
      }));
    } else if (type_url === `${TYPE_PREFIX}RetryInfo`) {
      const delay = messages.RetryInfo.deserialize(bytes).retryDelay;
      if (delay !== null) retryAfterMs = Number(delay.seconds) * 1_000 + Math.ceil(delay.nanos / 1_000_000);
    }
  }
  return new RpcError({
    status: statusName(status.code),
    reason,
    message: status.message,
    metadata,
    violations,
    retryAfterMs,
  });
}

/** What a grpc-js server sends at the end of a failed call. */
export function toGrpcStatus(description: StatusDescription): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const encoded = encodeStatus(description);
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, loadWire().messages.Status.serialize(encoded));
  return { code: encoded.code, details: encoded.message, metadata };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as Partial<ServiceError>).code === 'number' && 'details' in error;
}

/** Any error of a grpc-js client as an {@link RpcError}; one that isn't of gRPC becomes UNKNOWN. An RpcError stays as it is. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (!isServiceError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new RpcError(bare('UNKNOWN', '', message), { cause: error });
  }
  const encoded = error.metadata?.get(DETAILS_KEY)[0];
  if (Buffer.isBuffer(encoded)) {
    try {
      return decodeStatus(loadWire().messages.Status.deserialize(encoded));
    } catch {
      // Details of a server that isn't ours: the status itself still counts.
    }
  }
  return new RpcError(describeBare(error), { cause: error });
}

function bare(status: StatusDescription['status'], reason: string, message: string): StatusDescription {
  return { status, reason, message, metadata: {}, violations: [], retryAfterMs: undefined };
}

const TOO_LARGE = /message (?:larger than max|with a size larger than|that decompresses to a size larger)/i;

/** Failures that grpc-js makes itself, without details, with a reason and an advice of ours. */
function describeBare(error: ServiceError): StatusDescription {
  const status = statusName(error.code);
  if (status === 'RESOURCE_EXHAUSTED' && TOO_LARGE.test(error.details)) {
    const limit = `${MAX_MESSAGE_BYTES / (1024 * 1024)} MiB`;
    return bare(
      status,
      'MESSAGE_TOO_LARGE',
      `A message is larger than ${limit}; send less at a time. (${error.details})`,
    );
  }
  if (status === 'DEADLINE_EXCEEDED') {
    return bare(status, 'DEADLINE_EXCEEDED', `No answer came in time: the outcome is unknown. (${error.details})`);
  }
  if (status === 'UNAVAILABLE') return bare(status, 'UNREACHABLE', error.details);
  return bare(status, '', error.details);
}
