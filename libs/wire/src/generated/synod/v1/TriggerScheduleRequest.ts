// Original file: synod/v1/schedule_service.proto

import type { OverlapPolicy as _synod_v1_OverlapPolicy, OverlapPolicy__Output as _synod_v1_OverlapPolicy__Output } from '../../synod/v1/OverlapPolicy.js';

export interface TriggerScheduleRequest {
  'scheduleId'?: (string);
  'overlap'?: (_synod_v1_OverlapPolicy);
}

export interface TriggerScheduleRequest__Output {
  'scheduleId': (string);
  'overlap': (_synod_v1_OverlapPolicy__Output);
}
