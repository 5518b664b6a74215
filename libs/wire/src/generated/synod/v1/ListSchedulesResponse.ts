// Original file: synod/v1/schedule_service.proto

import type { Schedule as _synod_v1_Schedule, Schedule__Output as _synod_v1_Schedule__Output } from '../../synod/v1/Schedule.js';

export interface ListSchedulesResponse {
  'schedules'?: (_synod_v1_Schedule)[];
  'nextPageToken'?: (string);
}

export interface ListSchedulesResponse__Output {
  'schedules': (_synod_v1_Schedule__Output)[];
  'nextPageToken': (string);
}
