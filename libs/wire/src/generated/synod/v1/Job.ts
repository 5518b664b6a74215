// Original file: synod/v1/job.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { JobState as _synod_v1_JobState, JobState__Output as _synod_v1_JobState__Output } from '../../synod/v1/JobState.js';
import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from '../../synod/v1/Attempt.js';
import type { Long } from '@grpc/proto-loader';

export interface Job {
  'jobId'?: (string);
  'spec'?: (_synod_v1_JobSpec | null);
  'state'?: (_synod_v1_JobState);
  'revision'?: (number | string | Long);
  'submittedAtMs'?: (number | string | Long);
  'finishedAtMs'?: (number | string | Long);
  'cancelRequested'?: (boolean);
  'cancelReason'?: (string);
  'lostAttempts'?: (number);
  'principal'?: (string);
  'attempts'?: (_synod_v1_Attempt)[];
  'drainedAttempts'?: (number);
  '_finishedAtMs'?: "finishedAtMs";
}

export interface Job__Output {
  'jobId': (string);
  'spec': (_synod_v1_JobSpec__Output | null);
  'state': (_synod_v1_JobState__Output);
  'revision': (string);
  'submittedAtMs': (string);
  'finishedAtMs'?: (string);
  'cancelRequested': (boolean);
  'cancelReason': (string);
  'lostAttempts': (number);
  'principal': (string);
  'attempts': (_synod_v1_Attempt__Output)[];
  'drainedAttempts': (number);
  '_finishedAtMs'?: "finishedAtMs";
}
