// Original file: synod/v1/cluster_service.proto

export const DiskState = {
  DISK_STATE_UNSPECIFIED: 'DISK_STATE_UNSPECIFIED',
  DISK_STATE_OK: 'DISK_STATE_OK',
  DISK_STATE_LOW: 'DISK_STATE_LOW',
  DISK_STATE_FULL: 'DISK_STATE_FULL',
  DISK_STATE_SLOW: 'DISK_STATE_SLOW',
} as const;

export type DiskState =
  | 'DISK_STATE_UNSPECIFIED'
  | 0
  | 'DISK_STATE_OK'
  | 1
  | 'DISK_STATE_LOW'
  | 2
  | 'DISK_STATE_FULL'
  | 3
  | 'DISK_STATE_SLOW'
  | 4

export type DiskState__Output = typeof DiskState[keyof typeof DiskState]
