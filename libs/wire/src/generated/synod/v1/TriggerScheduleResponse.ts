// Original file: synod/v1/schedule_service.proto

import type { FiringOutcome as _synod_v1_FiringOutcome, FiringOutcome__Output as _synod_v1_FiringOutcome__Output } from '../../synod/v1/FiringOutcome.js';

export interface TriggerScheduleResponse {
  'outcome'?: (_synod_v1_FiringOutcome);
  'reason'?: (string);
  'jobId'?: (string);
}

export interface TriggerScheduleResponse__Output {
  'outcome': (_synod_v1_FiringOutcome__Output);
  'reason': (string);
  'jobId': (string);
}
