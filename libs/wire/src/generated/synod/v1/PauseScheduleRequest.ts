// Original file: synod/v1/schedule_service.proto

import type { Long } from '@grpc/proto-loader';

export interface PauseScheduleRequest {
  'scheduleId'?: (string);
  'reason'?: (string);
  'ifRevision'?: (number | string | Long);
  '_ifRevision'?: "ifRevision";
}

export interface PauseScheduleRequest__Output {
  'scheduleId': (string);
  'reason': (string);
  'ifRevision'?: (string);
  '_ifRevision'?: "ifRevision";
}
