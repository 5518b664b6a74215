import { TypedError } from '@synod/base';

export type GuardFacts =
  /** Another guard serves this data directory. */
  | { readonly code: 'guardRunning'; readonly directory: string; readonly pid: number }
  | { readonly code: 'cgroupUnusable'; readonly path: string }
  | { readonly code: 'userUnknown'; readonly user: string }
  | { readonly code: 'userForbidden'; readonly user: string };

export class GuardError extends TypedError<GuardFacts> {}
