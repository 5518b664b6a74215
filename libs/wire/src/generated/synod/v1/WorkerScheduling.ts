// Original file: synod/v1/worker_service.proto

export const WorkerScheduling = {
  WORKER_SCHEDULING_UNSPECIFIED: 'WORKER_SCHEDULING_UNSPECIFIED',
  WORKER_SCHEDULING_ACTIVE: 'WORKER_SCHEDULING_ACTIVE',
  WORKER_SCHEDULING_CORDONED: 'WORKER_SCHEDULING_CORDONED',
  WORKER_SCHEDULING_DRAINING: 'WORKER_SCHEDULING_DRAINING',
} as const;

export type WorkerScheduling =
  | 'WORKER_SCHEDULING_UNSPECIFIED'
  | 0
  | 'WORKER_SCHEDULING_ACTIVE'
  | 1
  | 'WORKER_SCHEDULING_CORDONED'
  | 2
  | 'WORKER_SCHEDULING_DRAINING'
  | 3

export type WorkerScheduling__Output = typeof WorkerScheduling[keyof typeof WorkerScheduling]
