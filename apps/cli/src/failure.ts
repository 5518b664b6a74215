import { InvariantViolation, TypedError } from '@synod/base';
import { SynodClientError, type SynodClientErrorCode } from '@synod/client';
import { UsageError } from '@synod/config';

/** Exit statuses; `synod --help` lists them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  unavailable: 4,
  timedOut: 124,
  interrupted: 130,
  /** As shells show a process that SIGPIPE ended. */
  brokenPipe: 141,
} as const;

export type CliErrorCode =
  | 'fileUnreadable'
  | 'fileMalformed'
  | 'inputTooLarge'
  | 'portInUse'
  | 'directoryInUse'
  | 'directoryDiffers'
  | 'leftovers'
  | 'buildMissing'
  | 'consulMissing'
  | 'childFailed'
  | 'notReady'
  | 'jobUnknown'
  | 'waitedTooLong';

/** What the command line itself finds wrong. The message is one line that says what to do. */
export class CliError extends TypedError<{ readonly code: CliErrorCode }> {
  constructor(
    code: CliErrorCode,
    message: string,
    readonly exitStatus: number = EXIT.failure,
  ) {
    super({ code }, message);
  }
}

const CLIENT_STATUS: Readonly<Partial<Record<SynodClientErrorCode, number>>> = {
  invalidArgument: EXIT.usage,
  notFound: EXIT.notFound,
  unavailable: EXIT.unavailable,
  deadlineExceeded: EXIT.unavailable,
  resourceExhausted: EXIT.unavailable,
  waitTimedOut: EXIT.timedOut,
};

/** One line for people and the exit status: never a stack trace. */
export function describeFailure(error: unknown): { readonly line: string; readonly status: number } {
  if (error instanceof UsageError) return { line: error.message, status: error.exitStatus };
  if (error instanceof CliError) return { line: error.message, status: error.exitStatus };
  if (error instanceof SynodClientError)
    return { line: clientLine(error), status: CLIENT_STATUS[error.code] ?? EXIT.failure };
  if (error instanceof InvariantViolation || !(error instanceof Error))
    return { line: `a fault of synod itself: ${String(error)}; please report it`, status: EXIT.failure };
  return { line: error.message, status: EXIT.failure };
}

function clientLine(error: SynodClientError): string {
  const { addresses, violations } = error.facts;
  if (error.code === 'unavailable' && addresses.length > 0) {
    const tried = addresses.join(', ');
    return error.facts.reason === 'UNREACHABLE'
      ? `no coordinator reachable at ${tried}; start a cluster (npm start, or synod dev), give the right --address, or --tls-ca if it uses TLS`
      : `the cluster does not serve (asked ${tried}): ${firstLine(error)}`;
  }
  if (violations.length > 0) return violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return firstLine(error);
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0] ?? error.message;
}
