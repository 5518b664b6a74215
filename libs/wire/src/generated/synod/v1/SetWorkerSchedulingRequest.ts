// Original file: synod/v1/worker_service.proto

import type { WorkerScheduling as _synod_v1_WorkerScheduling, WorkerScheduling__Output as _synod_v1_WorkerScheduling__Output } from '../../synod/v1/WorkerScheduling.js';
import type { Long } from '@grpc/proto-loader';

export interface SetWorkerSchedulingRequest {
  'workerId'?: (string);
  'scheduling'?: (_synod_v1_WorkerScheduling);
  'evictAfterMs'?: (number | string | Long);
  'reason'?: (string);
  '_evictAfterMs'?: "evictAfterMs";
}

export interface SetWorkerSchedulingRequest__Output {
  'workerId': (string);
  'scheduling': (_synod_v1_WorkerScheduling__Output);
  'evictAfterMs'?: (string);
  'reason': (string);
  '_evictAfterMs'?: "evictAfterMs";
}
