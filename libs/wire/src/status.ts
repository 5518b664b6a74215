/** Names of the gRPC status codes, by number. */
export const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type StatusName = (typeof STATUS_NAMES)[number];

/** One field of a request and what is wrong with it. */
export interface FieldViolation {
  /** Path as in the proto, such as `specs[3].exec.command`. */
  readonly field: string;
  /** What is wrong and what to do. */
  readonly description: string;
}

/** How a call failed, independent of the transport: gRPC puts it into the status and its details, HTTP into a problem. */
export interface StatusDescription {
  readonly status: StatusName;
  /** UPPER_SNAKE, stable: programs match on it. Empty when the failure came without one. */
  readonly reason: string;
  /** For people: what happened and what to do next. */
  readonly message: string;
  /** Facts of the failure, by camelCase name. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  /** When to try again, in milliseconds; undefined when the server doesn't say. */
  readonly retryAfterMs: number | undefined;
}

/** Number of a status name, as gRPC sends it. */
export function statusNumber(name: StatusName): number {
  return STATUS_NAMES.indexOf(name);
}

/** Name of a status number; numbers that gRPC doesn't know are UNKNOWN. */
export function statusName(number: number): StatusName {
  return STATUS_NAMES[number] ?? 'UNKNOWN';
}
