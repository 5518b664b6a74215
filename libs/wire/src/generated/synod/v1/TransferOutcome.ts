// Original file: synod/v1/cluster_service.proto

export const TransferOutcome = {
  TRANSFER_OUTCOME_UNSPECIFIED: 'TRANSFER_OUTCOME_UNSPECIFIED',
  TRANSFER_OUTCOME_TRANSFERRED: 'TRANSFER_OUTCOME_TRANSFERRED',
  TRANSFER_OUTCOME_ALREADY_LEADER: 'TRANSFER_OUTCOME_ALREADY_LEADER',
} as const;

export type TransferOutcome =
  | 'TRANSFER_OUTCOME_UNSPECIFIED'
  | 0
  | 'TRANSFER_OUTCOME_TRANSFERRED'
  | 1
  | 'TRANSFER_OUTCOME_ALREADY_LEADER'
  | 2

export type TransferOutcome__Output = typeof TransferOutcome[keyof typeof TransferOutcome]
