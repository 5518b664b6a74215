import { Cron } from 'croner';
import { cronInvalid } from './cron-error.js';
import { parseCronFields } from './cron-fields.js';

/**
 * The times on a clock on the wall that a cron expression names, without a zone: wall time is counted in milliseconds as if the
 * clock showed UTC. croner finds them; what becomes of them where a zone's clock jumps is decided elsewhere.
 */
export class WallTimes {
  /** See `CronPattern`. */
  readonly isWildcard: boolean;
  private readonly cron: Cron;

  /** Throws `cronInvalid`. */
  constructor(expression: string) {
    const { fields, isWildcard, bothDays } = parseCronFields(expression);
    this.isWildcard = isWildcard;
    try {
      this.cron = new Cron(fields, { utcOffset: 0, domAndDow: bothDays, paused: true });
    } catch (error) {
      throw cronInvalid('expression', expression, `what croner takes: ${(error as Error).message}`);
    }
  }

  /** Whether there is one at all. */
  get isEverDue(): boolean {
    return this.notBefore(ANY_DAY_MS) !== undefined;
  }

  /** The first of them that is not before this one. */
  notBefore(wallMs: number): number | undefined {
    // croner gives what is after a whole second.
    const secondBeforeMs = (Math.ceil(wallMs / 1_000) - 1) * 1_000;
    return this.cron.nextRun(new Date(secondBeforeMs))?.getTime();
  }
}

const ANY_DAY_MS = Date.UTC(2000, 0, 1);
