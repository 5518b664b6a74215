import { TypedError } from '@synod/base';

export type CronErrorFacts =
  /** A field of a cron expression, or (with field `expression`) the whole of it. */
  | { readonly code: 'cronInvalid'; readonly field: string; readonly value: string; readonly allowed: string }
  /** Every field is valid, and no day has them all: 30 February. */
  | { readonly code: 'cronNeverDue'; readonly expression: string }
  | { readonly code: 'timeZoneUnknown'; readonly timeZone: string }
  | { readonly code: 'intervalInvalid'; readonly field: string; readonly value: string; readonly allowed: string }
  /** A text that {@link formatTiming} didn't write, or that a newer program did. */
  | { readonly code: 'timingUnreadable' };

/** What was asked of a schedule's times can't be had. The message says which field is wrong, and what is allowed there. */
export class CronError extends TypedError<CronErrorFacts> {}

export function cronInvalid(field: string, value: string, allowed: string): CronError {
  const where = field === 'expression' ? 'The cron expression' : `The field ${field} of the cron expression`;
  return new CronError(
    { code: 'cronInvalid', field, value, allowed },
    `${where} is "${value}": allowed is ${allowed}.`,
  );
}
