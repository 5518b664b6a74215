// Original file: synod/v1/worker_service.proto

import type { WorkerState as _synod_v1_WorkerState, WorkerState__Output as _synod_v1_WorkerState__Output } from '../../synod/v1/WorkerState.js';
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
  '_heardAgoMs'?: "heardAgoMs";
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
  '_heardAgoMs'?: "heardAgoMs";
}
