// Original file: synod/v1/schedule_service.proto

import type { Long } from '@grpc/proto-loader';

export interface IntervalTiming {
  'everyMs'?: (number | string | Long);
  'offsetMs'?: (number | string | Long);
}

export interface IntervalTiming__Output {
  'everyMs': (string);
  'offsetMs': (string);
}
