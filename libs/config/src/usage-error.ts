import { TypedError } from '@synod/base';

/** Why a command line, an environment or a configuration file was refused. */
export type UsageErrorCode =
  | 'unknownFlag'
  | 'unknownCommand'
  | 'duplicateFlag'
  | 'unexpectedArgument'
  | 'missingValue'
  | 'missingOption'
  | 'invalidValue'
  | 'outOfRange'
  | 'invalidCombination'
  | 'configUnreadable'
  | 'configInvalid'
  | 'unknownKey';

export interface UsageFacts {
  readonly code: UsageErrorCode;
  /** Flag, variable or key that it is about, as the user wrote it. */
  readonly option?: string;
  /** The nearest name that exists. */
  readonly suggestion?: string;
}

/** What the user asked for cannot be understood. The message is one line that says what to do; no stack trace is shown. */
export class UsageError extends TypedError<UsageFacts> {
  readonly exitStatus = 2;
}

/** `--help` or `--version` was asked for: `output` belongs on stdout, and the process ends with status 0. */
export class InformationRequested extends Error {
  override readonly name = 'InformationRequested';
  readonly exitStatus = 0;

  constructor(readonly output: string) {
    super('information requested');
  }
}
