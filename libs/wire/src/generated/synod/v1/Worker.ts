// Original file: synod/v1/worker_service.proto

import type { WorkerState as _synod_v1_WorkerState, WorkerState__Output as _synod_v1_WorkerState__Output } from '../../synod/v1/WorkerState.js';
import type { WorkerScheduling as _synod_v1_WorkerScheduling, WorkerScheduling__Output as _synod_v1_WorkerScheduling__Output } from '../../synod/v1/WorkerScheduling.js';
import type { WorkerLoad as _synod_v1_WorkerLoad, WorkerLoad__Output as _synod_v1_WorkerLoad__Output } from '../../synod/v1/WorkerLoad.js';
import type { Long } from '@grpc/proto-loader';

export interface Worker {
  'workerId'?: (string);
  'incarnation'?: (number | string | Long);
  'state'?: (_synod_v1_WorkerState);
  'labels'?: ({[key: string]: string});
  'capacity'?: (number);
  'activeAttempts'?: (number);
  'runsExec'?: (boolean);
  'handlers'?: (string)[];
  'version'?: (string);
  'host'?: (string);
  'coordinatorId'?: (string);
  'registeredAtMs'?: (number | string | Long);
  'heardAgoMs'?: (number | string | Long);
  'runsHttp'?: (boolean);
  'scheduling'?: (_synod_v1_WorkerScheduling);
  'evictAtMs'?: (number | string | Long);
  'schedulingReason'?: (string);
  'load'?: (_synod_v1_WorkerLoad | null);
  '_heardAgoMs'?: "heardAgoMs";
  '_evictAtMs'?: "evictAtMs";
}

export interface Worker__Output {
  'workerId': (string);
  'incarnation': (string);
  'state': (_synod_v1_WorkerState__Output);
  'labels': ({[key: string]: string});
  'capacity': (number);
  'activeAttempts': (number);
  'runsExec': (boolean);
  'handlers': (string)[];
  'version': (string);
  'host': (string);
  'coordinatorId': (string);
  'registeredAtMs': (string);
  'heardAgoMs'?: (string);
  'runsHttp': (boolean);
  'scheduling': (_synod_v1_WorkerScheduling__Output);
  'evictAtMs'?: (string);
  'schedulingReason': (string);
  'load': (_synod_v1_WorkerLoad__Output | null);
  '_heardAgoMs'?: "heardAgoMs";
  '_evictAtMs'?: "evictAtMs";
}
