/** What begins when a level is chosen through the log, and not before: new behaviour starts on all replicas at the same slot. */
export interface FeatureLevel {
  readonly level: number;
  /** What the state machine does from this level on, that it doesn't do below. */
  readonly starts: string;
}

/**
 * All levels that this program supports, rising from 1 without gaps. Whoever changes what a command does adds a level here and
 * asks for it in the handler; the old behaviour stays for logs that were written below it.
 */
export const FEATURE_LEVELS: readonly FeatureLevel[] = [{ level: 1, starts: 'the commands of the first release' }];

/** The level that every group begins at, without a command. */
export const FIRST_FEATURE_LEVEL = 1;

/** The highest level that this program supports. */
export const MAX_FEATURE_LEVEL = FEATURE_LEVELS.length;
