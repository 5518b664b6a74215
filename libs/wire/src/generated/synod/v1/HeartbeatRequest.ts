// Original file: synod/v1/agent_service.proto

import type { WorkerLoad as _synod_v1_WorkerLoad, WorkerLoad__Output as _synod_v1_WorkerLoad__Output } from '../../synod/v1/WorkerLoad.js';
import type { Long } from '@grpc/proto-loader';

export interface HeartbeatRequest {
  'workerId'?: (string);
  'incarnation'?: (number | string | Long);
  'sequence'?: (number | string | Long);
  'load'?: (_synod_v1_WorkerLoad | null);
}

export interface HeartbeatRequest__Output {
  'workerId': (string);
  'incarnation': (string);
  'sequence': (string);
  'load': (_synod_v1_WorkerLoad__Output | null);
}
