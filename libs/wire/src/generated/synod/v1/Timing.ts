// Original file: synod/v1/schedule_service.proto

import type { CronTiming as _synod_v1_CronTiming, CronTiming__Output as _synod_v1_CronTiming__Output } from '../../synod/v1/CronTiming.js';
import type { IntervalTiming as _synod_v1_IntervalTiming, IntervalTiming__Output as _synod_v1_IntervalTiming__Output } from '../../synod/v1/IntervalTiming.js';

export interface Timing {
  'cron'?: (_synod_v1_CronTiming | null);
  'interval'?: (_synod_v1_IntervalTiming | null);
  'timing'?: "cron"|"interval";
}

export interface Timing__Output {
  'cron'?: (_synod_v1_CronTiming__Output | null);
  'interval'?: (_synod_v1_IntervalTiming__Output | null);
  'timing'?: "cron"|"interval";
}
