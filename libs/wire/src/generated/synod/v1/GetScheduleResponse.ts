// Original file: synod/v1/schedule_service.proto

import type { Schedule as _synod_v1_Schedule, Schedule__Output as _synod_v1_Schedule__Output } from '../../synod/v1/Schedule.js';

export interface GetScheduleResponse {
  'schedule'?: (_synod_v1_Schedule | null);
}

export interface GetScheduleResponse__Output {
  'schedule': (_synod_v1_Schedule__Output | null);
}
