import type { HandlerContext } from './attempt.js';
import type { HandlerResult } from './outcome.js';
import type { Handler } from './runner.js';

/**
 * A schema of any library that follows Standard Schema, version 1 (zod, valibot, ArkType and others do): the part of that
 * interface that is used here.
 */
export interface PayloadSchema<Payload> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => PayloadVerdict<Payload> | Promise<PayloadVerdict<Payload>>;
  };
}

/** What a schema says of a value. */
export type PayloadVerdict<Payload> =
  { readonly value: Payload; readonly issues?: undefined } | { readonly issues: readonly PayloadIssue[] };

export interface PayloadIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a typed handler is given: a {@link HandlerContext} whose payload was read as JSON and checked. */
export interface TypedContext<Payload> extends Omit<HandlerContext, 'payload'> {
  readonly payload: Payload;
}

/** Name of the error of an attempt whose payload its schema refused: for `notRetriedErrors` of a retry policy. */
export const INVALID_PAYLOAD = 'InvalidPayload';

const decoder = new TextDecoder('utf-8', { fatal: true });
const MAX_TOLD_ISSUES = 5;

/**
 * A handler whose payload is JSON and has a type: `run` is called with what `schema` made of it. A payload that is no JSON, or that
 * the schema refuses, fails the attempt with an error of the name {@link INVALID_PAYLOAD} and what was wrong where; an empty payload
 * is given to the schema as `undefined`.
 */
export function typedHandler<Payload>(
  schema: PayloadSchema<Payload>,
  run: (context: TypedContext<Payload>) => HandlerResult,
): Handler {
  return (context) => {
    const verdict = schema['~standard'].validate(readPayload(context.payload));
    if (verdict instanceof Promise) return verdict.then((it) => run(new CheckedContext(context, payloadOf(it))));
    return run(new CheckedContext(context, payloadOf(verdict)));
  };
}

function readPayload(payload: Uint8Array): unknown {
  if (payload.length === 0) return undefined;
  try {
    return JSON.parse(decoder.decode(payload)) as unknown;
  } catch (error) {
    throw invalidPayload(`the payload is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function payloadOf<Payload>(verdict: PayloadVerdict<Payload>): Payload {
  if (verdict.issues === undefined) return verdict.value;
  const told = verdict.issues.slice(0, MAX_TOLD_ISSUES).map(({ message, path = [] }) => {
    const place = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  const more = verdict.issues.length - told.length;
  throw invalidPayload(
    `the payload is not what the handler takes: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
  );
}

function invalidPayload(message: string): Error {
  const error = new Error(message);
  error.name = INVALID_PAYLOAD;
  return error;
}

/** What an attempt makes on demand (its spec, its signal) stays on demand. */
class CheckedContext<Payload> implements TypedContext<Payload> {
  constructor(
    private readonly context: HandlerContext,
    readonly payload: Payload,
  ) {}

  get jobId(): string {
    return this.context.jobId;
  }

  get attempt(): number {
    return this.context.attempt;
  }

  get fencingToken(): string {
    return this.context.fencingToken;
  }

  get spec(): HandlerContext['spec'] {
    return this.context.spec;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  get log(): HandlerContext['log'] {
    return this.context.log;
  }

  get progress(): HandlerContext['progress'] {
    return this.context.progress;
  }
}
