// Original file: synod/v1/schedule_service.proto

import type { Timing as _synod_v1_Timing, Timing__Output as _synod_v1_Timing__Output } from '../../synod/v1/Timing.js';
import type { Long } from '@grpc/proto-loader';

export interface PreviewScheduleRequest {
  'scheduleId'?: (string);
  'timing'?: (_synod_v1_Timing | null);
  'count'?: (number);
  'afterMs'?: (number | string | Long);
  '_afterMs'?: "afterMs";
}

export interface PreviewScheduleRequest__Output {
  'scheduleId': (string);
  'timing': (_synod_v1_Timing__Output | null);
  'count': (number);
  'afterMs'?: (string);
  '_afterMs'?: "afterMs";
}
