// Original file: synod/v1/placement_service.proto

export const WorkerChange = {
  WORKER_CHANGE_UNSPECIFIED: 'WORKER_CHANGE_UNSPECIFIED',
  WORKER_CHANGE_STAYS: 'WORKER_CHANGE_STAYS',
  WORKER_CHANGE_JOINS: 'WORKER_CHANGE_JOINS',
  WORKER_CHANGE_LEAVES: 'WORKER_CHANGE_LEAVES',
} as const;

export type WorkerChange =
  | 'WORKER_CHANGE_UNSPECIFIED'
  | 0
  | 'WORKER_CHANGE_STAYS'
  | 1
  | 'WORKER_CHANGE_JOINS'
  | 2
  | 'WORKER_CHANGE_LEAVES'
  | 3

export type WorkerChange__Output = typeof WorkerChange[keyof typeof WorkerChange]
