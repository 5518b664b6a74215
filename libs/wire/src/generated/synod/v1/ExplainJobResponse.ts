// Original file: synod/v1/job_service.proto

import type { JobState as _synod_v1_JobState, JobState__Output as _synod_v1_JobState__Output } from '../../synod/v1/JobState.js';
import type { Hindrance as _synod_v1_Hindrance, Hindrance__Output as _synod_v1_Hindrance__Output } from '../../synod/v1/Hindrance.js';
import type { Long } from '@grpc/proto-loader';

export interface ExplainJobResponse {
  'state'?: (_synod_v1_JobState);
  'jobsBefore'?: (number | string | Long);
  'summary'?: (string);
  'hindrances'?: (_synod_v1_Hindrance)[];
  '_jobsBefore'?: "jobsBefore";
}

export interface ExplainJobResponse__Output {
  'state': (_synod_v1_JobState__Output);
  'jobsBefore'?: (string);
  'summary': (string);
  'hindrances': (_synod_v1_Hindrance__Output)[];
  '_jobsBefore'?: "jobsBefore";
}
