import { ContractError } from '@synod/contracts';
import type { TimingFields } from '@synod/contracts';
import { CronError, nominalTimes, parseTiming } from '@synod/cron';
import type { CronErrorFacts } from '@synod/cron';
import type { NominalTimes } from '@synod/base';

/** The times of a timing that a request names. Throws `invalidRequest` for the field under this path. */
export function timesOfRequest(timing: TimingFields, field: string): NominalTimes {
  try {
    return nominalTimes(timing);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    const violations = [{ field: `${field}.${fieldOf(error.facts)}`, description: error.message }];
    throw new ContractError({ code: 'invalidRequest', violations }, error.message, { cause: error });
  }
}

/** The timing of a schedule's record; undefined when a newer program wrote it. */
export function timingOfRecord(text: string): TimingFields | undefined {
  try {
    return parseTiming(text);
  } catch (error) {
    if (error instanceof CronError) return undefined;
    throw error;
  }
}

function fieldOf(facts: CronErrorFacts): string {
  switch (facts.code) {
    case 'timeZoneUnknown':
      return 'cron.time_zone';
    case 'intervalInvalid':
      return facts.field === 'every' ? 'interval.every_ms' : 'interval.offset_ms';
    case 'cronInvalid':
    case 'cronNeverDue':
    case 'timingUnreadable':
      return 'cron.expression';
  }
}
