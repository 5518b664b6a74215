// Original file: synod/v1/job.proto

export const PlacementPolicy = {
  PLACEMENT_POLICY_UNSPECIFIED: 'PLACEMENT_POLICY_UNSPECIFIED',
  PLACEMENT_POLICY_LEAST_LOADED: 'PLACEMENT_POLICY_LEAST_LOADED',
  PLACEMENT_POLICY_CONSISTENT_HASH: 'PLACEMENT_POLICY_CONSISTENT_HASH',
} as const;

export type PlacementPolicy =
  | 'PLACEMENT_POLICY_UNSPECIFIED'
  | 0
  | 'PLACEMENT_POLICY_LEAST_LOADED'
  | 1
  | 'PLACEMENT_POLICY_CONSISTENT_HASH'
  | 2

export type PlacementPolicy__Output = typeof PlacementPolicy[keyof typeof PlacementPolicy]
