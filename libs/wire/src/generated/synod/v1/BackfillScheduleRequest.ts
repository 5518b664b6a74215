// Original file: synod/v1/schedule_service.proto

import type { OverlapPolicy as _synod_v1_OverlapPolicy, OverlapPolicy__Output as _synod_v1_OverlapPolicy__Output } from '../../synod/v1/OverlapPolicy.js';
import type { Long } from '@grpc/proto-loader';

export interface BackfillScheduleRequest {
  'scheduleId'?: (string);
  'fromMs'?: (number | string | Long);
  'toMs'?: (number | string | Long);
  'overlap'?: (_synod_v1_OverlapPolicy);
}

export interface BackfillScheduleRequest__Output {
  'scheduleId': (string);
  'fromMs': (string);
  'toMs': (string);
  'overlap': (_synod_v1_OverlapPolicy__Output);
}
