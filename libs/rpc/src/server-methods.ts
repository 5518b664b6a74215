import { randomUUID } from 'node:crypto';
import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Logger } from '@synod/base';
import type { StatusDescription } from '@synod/wire';
import { CallContext } from './call-context.js';
import type { AnyHandler, BidiHandler, ClientStreamHandler, ServerStreamHandler, UnaryHandler } from './handlers.js';
import { RpcError } from './rpc-error.js';
import { toGrpcStatus } from './status-details.js';

export interface FailureMapping {
  readonly describe: ((error: unknown) => StatusDescription | undefined) | undefined;
  readonly logger: Logger | undefined;
}

/** The status of a failed call. What nobody can describe is INTERNAL: logged with its cause, told with an id only. */
function describeFailure(error: unknown, method: string, mapping: FailureMapping): StatusDescription {
  if (error instanceof RpcError) return error.facts;
  const described = mapping.describe?.(error);
  if (described !== undefined) return described;
  const errorId = randomUUID();
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  mapping.logger?.error({ method, errorId, cause }, 'call failed unexpectedly');
  return {
    status: 'INTERNAL',
    reason: 'INTERNAL',
    message: `Unexpected failure; the server's log has the cause under errorId ${errorId}.`,
    metadata: { errorId },
    violations: [],
    retryAfterMs: undefined,
  };
}

function thenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Runs a handler, which may answer at once or later. */
function run<Result>(
  start: () => Promise<Result> | Result,
  onResult: (result: Result, later: boolean) => void,
  onError: (error: unknown) => void,
): void {
  try {
    const result = start();
    if (thenable(result)) result.then((value) => onResult(value, true)).then(undefined, onError);
    else onResult(result, false);
  } catch (error) {
    onError(error);
  }
}

/** The grpc-js implementation of a handler; undefined leaves the method unimplemented. */
export function toGrpcHandler(
  method: string,
  handler: AnyHandler,
  mapping: FailureMapping,
): UntypedHandleCall | undefined {
  switch (handler.kind) {
    case 'unary':
      return unaryMethod(method, handler as UnaryHandler<unknown, unknown>, mapping);
    case 'clientStream':
      return clientStreamMethod(method, handler, mapping);
    case 'serverStream':
      return serverStreamMethod(method, handler as ServerStreamHandler<unknown, unknown>, mapping);
    case 'bidi':
      return bidiMethod(method, handler, mapping);
    case 'unimplemented':
      return undefined;
  }
}

type AnyCall = ServerUnaryCall<unknown, unknown> | ServerReadableStream<unknown, unknown>;

/** Answers one response or one status; what comes after the first, or after the call was cancelled, is dropped. */
function answerOnce(method: string, call: AnyCall, respond: sendUnaryData<unknown>, mapping: FailureMapping) {
  let answered = false;
  const fail = (error: unknown) => {
    if (answered || call.cancelled) return;
    answered = true;
    respond(toGrpcStatus(describeFailure(error, method, mapping)));
  };
  const answer = (response: unknown) => {
    if (answered || call.cancelled) return;
    answered = true;
    respond(null, response);
  };
  return { answer, fail, context: new CallContext(call, fail) };
}

function unaryMethod(
  method: string,
  handler: UnaryHandler<unknown, unknown>,
  mapping: FailureMapping,
): UntypedHandleCall {
  return (call: ServerUnaryCall<unknown, unknown>, respond: sendUnaryData<unknown>) => {
    const { answer, fail, context } = answerOnce(method, call, respond, mapping);
    run(() => handler.handle(call.request, context), answer, fail);
  };
}

function clientStreamMethod(
  method: string,
  handler: ClientStreamHandler<unknown, unknown>,
  mapping: FailureMapping,
): UntypedHandleCall {
  return (stream: ServerReadableStream<unknown, unknown>, respond: sendUnaryData<unknown>) => {
    const { answer, fail, context } = answerOnce(method, stream, respond, mapping);
    stream.on('error', () => {});
    run(() => handler.handle(stream, context), answer, fail);
  };
}

type WritableCall = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

function endOnce(method: string, stream: WritableCall, mapping: FailureMapping) {
  let ended = false;
  const fail = (error: unknown) => {
    if (ended || stream.cancelled) return;
    ended = true;
    // grpc-js takes the status from the error event, and ends the call behind what was written before.
    stream.emit(
      'error',
      Object.assign(new Error('call failed'), toGrpcStatus(describeFailure(error, method, mapping))),
    );
  };
  const finish = (_: void, later: boolean) => {
    if (!later || ended || stream.cancelled) return;
    ended = true;
    stream.end();
  };
  return { finish, fail, context: new CallContext(stream, fail) };
}

function serverStreamMethod(
  method: string,
  handler: ServerStreamHandler<unknown, unknown>,
  mapping: FailureMapping,
): UntypedHandleCall {
  return (stream: ServerWritableStream<unknown, unknown>) => {
    const { finish, fail, context } = endOnce(method, stream, mapping);
    run(() => handler.handle(stream.request, stream, context), finish, fail);
  };
}

function bidiMethod(
  method: string,
  handler: BidiHandler<unknown, unknown>,
  mapping: FailureMapping,
): UntypedHandleCall {
  return (stream: ServerDuplexStream<unknown, unknown>) => {
    const { finish, fail, context } = endOnce(method, stream, mapping);
    run(() => handler.handle(stream, context), finish, fail);
  };
}
