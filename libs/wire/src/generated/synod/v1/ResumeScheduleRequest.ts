// Original file: synod/v1/schedule_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ResumeScheduleRequest {
  'scheduleId'?: (string);
  'ifRevision'?: (number | string | Long);
  '_ifRevision'?: "ifRevision";
}

export interface ResumeScheduleRequest__Output {
  'scheduleId': (string);
  'ifRevision'?: (string);
  '_ifRevision'?: "ifRevision";
}
