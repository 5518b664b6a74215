// Original file: synod/v1/job.proto

export const WaitReason = {
  WAIT_REASON_UNSPECIFIED: 'WAIT_REASON_UNSPECIFIED',
  WAIT_REASON_DELAY: 'WAIT_REASON_DELAY',
  WAIT_REASON_BACK_OFF: 'WAIT_REASON_BACK_OFF',
  WAIT_REASON_OVERLAP: 'WAIT_REASON_OVERLAP',
} as const;

export type WaitReason =
  | 'WAIT_REASON_UNSPECIFIED'
  | 0
  | 'WAIT_REASON_DELAY'
  | 1
  | 'WAIT_REASON_BACK_OFF'
  | 2
  | 'WAIT_REASON_OVERLAP'
  | 3

export type WaitReason__Output = typeof WaitReason[keyof typeof WaitReason]
