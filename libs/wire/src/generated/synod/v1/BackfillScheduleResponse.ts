// Original file: synod/v1/schedule_service.proto

import type { Long } from '@grpc/proto-loader';

export interface BackfillScheduleResponse {
  'fired'?: (number | string | Long);
  'skipped'?: (number | string | Long);
}

export interface BackfillScheduleResponse__Output {
  'fired': (string);
  'skipped': (string);
}
