// Original file: synod/v1/schedule_service.proto

import type { ScheduleSpec as _synod_v1_ScheduleSpec, ScheduleSpec__Output as _synod_v1_ScheduleSpec__Output } from '../../synod/v1/ScheduleSpec.js';
import type { Long } from '@grpc/proto-loader';

export interface SetScheduleRequest {
  'scheduleId'?: (string);
  'spec'?: (_synod_v1_ScheduleSpec | null);
  'ifRevision'?: (number | string | Long);
  'paused'?: (boolean);
  '_ifRevision'?: "ifRevision";
}

export interface SetScheduleRequest__Output {
  'scheduleId': (string);
  'spec': (_synod_v1_ScheduleSpec__Output | null);
  'ifRevision'?: (string);
  'paused': (boolean);
  '_ifRevision'?: "ifRevision";
}
