import type {
  Client,
  ClientDuplexStream,
  ClientReadableStream,
  ClientWritableStream,
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';

export interface UnaryHandler<Request, Response> {
  readonly kind: 'unary';
  readonly handle: (request: Request, call: CallContext) => Promise<Response> | Response;
}

export interface ServerStreamHandler<Request, Response> {
  readonly kind: 'serverStream';
  readonly handle: (
    request: Request,
    stream: ServerWritableStream<Request, Response>,
    call: CallContext,
  ) => Promise<void> | void;
}

export interface ClientStreamHandler<Request, Response> {
  readonly kind: 'clientStream';
  readonly handle: (stream: ServerReadableStream<Request, Response>, call: CallContext) => Promise<Response> | Response;
}

export interface BidiHandler<Request, Response> {
  readonly kind: 'bidi';
  readonly handle: (stream: ServerDuplexStream<Request, Response>, call: CallContext) => Promise<void> | void;
}

/** Answers UNIMPLEMENTED. */
export interface UnimplementedHandler {
  readonly kind: 'unimplemented';
}

export type AnyHandler =
  | UnaryHandler<never, unknown>
  | ServerStreamHandler<never, unknown>
  | ClientStreamHandler<never, unknown>
  | BidiHandler<never, unknown>
  | UnimplementedHandler;

/** Answers one request with one response. */
export function unary<Request, Response>(
  handle: UnaryHandler<Request, Response>['handle'],
): UnaryHandler<Request, Response> {
  return { kind: 'unary', handle };
}

/**
 * Answers with a stream. A handler that returns a promise ends the stream when the promise settles, with the error if it
 * rejects; one that returns nothing ends it itself, by `stream.end()` or `call.fail(error)`. So an `async` handler must not
 * return while its listeners still have something to send: let it await {@link closed}.
 */
export function serverStream<Request, Response>(
  handle: ServerStreamHandler<Request, Response>['handle'],
): ServerStreamHandler<Request, Response> {
  return { kind: 'serverStream', handle };
}

/** Takes a stream and answers once. */
export function clientStream<Request, Response>(
  handle: ClientStreamHandler<Request, Response>['handle'],
): ClientStreamHandler<Request, Response> {
  return { kind: 'clientStream', handle };
}

/** Both ways. It ends as {@link serverStream} says. */
export function bidi<Request, Response>(
  handle: BidiHandler<Request, Response>['handle'],
): BidiHandler<Request, Response> {
  return { kind: 'bidi', handle };
}

/** For a method that a server leaves out. */
export const unimplemented: UnimplementedHandler = { kind: 'unimplemented' };

/** A generated client constructor with its service definition, such as `services.JobService`. */
export interface ServiceConstructor<C extends Client = Client> {
  new (...args: ConstructorParameters<typeof Client>): C;
  readonly service: object;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- only the shape of the call counts here
type Any = any;
type CallOf<Method> = Method extends (...args: Any) => infer Call ? Call : never;

type HandlerOf<Method, Definition> = Definition extends {
  responseSerialize(value: infer Response): Any;
  requestDeserialize(bytes: Any): infer Request;
}
  ? CallOf<Method> extends ClientDuplexStream<Any, Any>
    ? BidiHandler<Request, Response>
    : CallOf<Method> extends ClientReadableStream<Any>
      ? ServerStreamHandler<Request, Response>
      : CallOf<Method> extends ClientWritableStream<Any>
        ? ClientStreamHandler<Request, Response>
        : UnaryHandler<Request, Response>
  : never;

/** Names of the methods of a service definition, without its index signature. */
type MethodNames<Definition> = keyof {
  [Name in keyof Definition as string extends Name ? never : Name extends string ? Name : never]: true;
} &
  string;

/**
 * One handler for each method of a service, by its camelCase name. (No `as` clause here: TypeScript gives the functions inside a
 * generic mapped type with renamed keys no contextual types.)
 */
export type Handlers<S extends ServiceConstructor> = {
  readonly [Name in Uncapitalize<MethodNames<S['service']>>]:
    | HandlerOf<InstanceType<S>[Name & keyof InstanceType<S>], S['service'][Capitalize<Name> & keyof S['service']]>
    | UnimplementedHandler;
};
