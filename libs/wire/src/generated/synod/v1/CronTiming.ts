// Original file: synod/v1/schedule_service.proto

import type { DstRule as _synod_v1_DstRule, DstRule__Output as _synod_v1_DstRule__Output } from '../../synod/v1/DstRule.js';

export interface CronTiming {
  'expression'?: (string);
  'timeZone'?: (string);
  'dst'?: (_synod_v1_DstRule);
}

export interface CronTiming__Output {
  'expression': (string);
  'timeZone': (string);
  'dst': (_synod_v1_DstRule__Output);
}
