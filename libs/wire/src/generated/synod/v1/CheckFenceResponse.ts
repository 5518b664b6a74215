// Original file: synod/v1/job_service.proto

import type { JobState as _synod_v1_JobState, JobState__Output as _synod_v1_JobState__Output } from '../../synod/v1/JobState.js';
import type { Long } from '@grpc/proto-loader';

export interface CheckFenceResponse {
  'current'?: (boolean);
  'newestToken'?: (number | string | Long);
  'jobState'?: (_synod_v1_JobState);
  '_newestToken'?: "newestToken";
}

export interface CheckFenceResponse__Output {
  'current': (boolean);
  'newestToken'?: (string);
  'jobState': (_synod_v1_JobState__Output);
  '_newestToken'?: "newestToken";
}
