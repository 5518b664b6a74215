// Original file: synod/v1/worker_service.proto

export const WorkerState = {
  WORKER_STATE_UNSPECIFIED: 'WORKER_STATE_UNSPECIFIED',
  WORKER_STATE_ONLINE: 'WORKER_STATE_ONLINE',
  WORKER_STATE_LOST: 'WORKER_STATE_LOST',
  WORKER_STATE_LEFT: 'WORKER_STATE_LEFT',
} as const;

export type WorkerState =
  | 'WORKER_STATE_UNSPECIFIED'
  | 0
  | 'WORKER_STATE_ONLINE'
  | 1
  | 'WORKER_STATE_LOST'
  | 2
  | 'WORKER_STATE_LEFT'
  | 3

export type WorkerState__Output = typeof WorkerState[keyof typeof WorkerState]
