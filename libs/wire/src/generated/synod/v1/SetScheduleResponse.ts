// Original file: synod/v1/schedule_service.proto

import type { Long } from '@grpc/proto-loader';

export interface SetScheduleResponse {
  'revision'?: (number | string | Long);
  'change'?: (string);
}

export interface SetScheduleResponse__Output {
  'revision': (string);
  'change': (string);
}
