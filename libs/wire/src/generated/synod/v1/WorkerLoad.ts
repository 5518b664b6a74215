// Original file: synod/v1/worker_service.proto

import type { Long } from '@grpc/proto-loader';

export interface WorkerLoad {
  'running'?: (number);
  'loadPerProcessor'?: (number | string);
  'freeMemoryBytes'?: (number | string | Long);
}

export interface WorkerLoad__Output {
  'running': (number);
  'loadPerProcessor': (number);
  'freeMemoryBytes': (string);
}
