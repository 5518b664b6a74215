// Original file: synod/v1/job.proto

export const LimitsPolicy = {
  LIMITS_POLICY_UNSPECIFIED: 'LIMITS_POLICY_UNSPECIFIED',
  LIMITS_POLICY_REQUIRE: 'LIMITS_POLICY_REQUIRE',
  LIMITS_POLICY_PREFER: 'LIMITS_POLICY_PREFER',
} as const;

export type LimitsPolicy =
  | 'LIMITS_POLICY_UNSPECIFIED'
  | 0
  | 'LIMITS_POLICY_REQUIRE'
  | 1
  | 'LIMITS_POLICY_PREFER'
  | 2

export type LimitsPolicy__Output = typeof LimitsPolicy[keyof typeof LimitsPolicy]
