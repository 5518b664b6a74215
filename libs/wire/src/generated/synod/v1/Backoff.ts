// Original file: synod/v1/job.proto

export const Backoff = {
  BACKOFF_UNSPECIFIED: 'BACKOFF_UNSPECIFIED',
  BACKOFF_FIXED: 'BACKOFF_FIXED',
  BACKOFF_LINEAR: 'BACKOFF_LINEAR',
  BACKOFF_EXPONENTIAL: 'BACKOFF_EXPONENTIAL',
} as const;

export type Backoff =
  | 'BACKOFF_UNSPECIFIED'
  | 0
  | 'BACKOFF_FIXED'
  | 1
  | 'BACKOFF_LINEAR'
  | 2
  | 'BACKOFF_EXPONENTIAL'
  | 3

export type Backoff__Output = typeof Backoff[keyof typeof Backoff]
