// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface LogTime {
  'position'?: (number | string | Long);
  'timeMs'?: (number | string | Long);
}

export interface LogTime__Output {
  'position': (string);
  'timeMs': (string);
}
