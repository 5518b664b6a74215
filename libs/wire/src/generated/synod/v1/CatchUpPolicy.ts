// Original file: synod/v1/schedule_service.proto

export const CatchUpPolicy = {
  CATCH_UP_POLICY_UNSPECIFIED: 'CATCH_UP_POLICY_UNSPECIFIED',
  CATCH_UP_POLICY_NONE: 'CATCH_UP_POLICY_NONE',
  CATCH_UP_POLICY_LATEST: 'CATCH_UP_POLICY_LATEST',
  CATCH_UP_POLICY_ALL: 'CATCH_UP_POLICY_ALL',
  CATCH_UP_POLICY_WINDOW: 'CATCH_UP_POLICY_WINDOW',
} as const;

export type CatchUpPolicy =
  | 'CATCH_UP_POLICY_UNSPECIFIED'
  | 0
  | 'CATCH_UP_POLICY_NONE'
  | 1
  | 'CATCH_UP_POLICY_LATEST'
  | 2
  | 'CATCH_UP_POLICY_ALL'
  | 3
  | 'CATCH_UP_POLICY_WINDOW'
  | 4

export type CatchUpPolicy__Output = typeof CatchUpPolicy[keyof typeof CatchUpPolicy]
