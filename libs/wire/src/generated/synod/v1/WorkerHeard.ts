// Original file: synod/v1/paxos_service.proto

import type { WorkerLoad as _synod_v1_WorkerLoad, WorkerLoad__Output as _synod_v1_WorkerLoad__Output } from '../../synod/v1/WorkerLoad.js';
import type { Long } from '@grpc/proto-loader';

export interface WorkerHeard {
  'workerId'?: (string);
  'heardAgoMs'?: (number | string | Long);
  'eligible'?: (boolean);
  'load'?: (_synod_v1_WorkerLoad | null);
}

export interface WorkerHeard__Output {
  'workerId': (string);
  'heardAgoMs': (string);
  'eligible': (boolean);
  'load': (_synod_v1_WorkerLoad__Output | null);
}
