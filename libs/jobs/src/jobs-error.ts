import { TypedError } from '@synod/base';

export type JobsErrorFacts =
  /** Records of an image that are damaged, missing, or of different slots. `key` is the one where it showed; empty: the whole. */
  | { readonly code: 'imageDamaged'; readonly key: string; readonly problem: string }
  /** A program that supports more than this one wrote the image. Nothing is wrong with it: this program must stop. */
  | { readonly code: 'featureLevelUnsupported'; readonly level: number; readonly supported: number };

/** The state machine can't do what it was asked outside the log. */
export class JobsError extends TypedError<JobsErrorFacts> {}
