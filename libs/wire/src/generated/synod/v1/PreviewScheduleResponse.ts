// Original file: synod/v1/schedule_service.proto

import type { Long } from '@grpc/proto-loader';

export interface PreviewScheduleResponse {
  'nominalMs'?: (number | string | Long)[];
}

export interface PreviewScheduleResponse__Output {
  'nominalMs': (string)[];
}
