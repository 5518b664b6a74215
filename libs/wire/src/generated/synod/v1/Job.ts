// Original file: synod/v1/job.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { JobState as _synod_v1_JobState, JobState__Output as _synod_v1_JobState__Output } from '../../synod/v1/JobState.js';
import type { Attempt as _synod_v1_Attempt, Attempt__Output as _synod_v1_Attempt__Output } from '../../synod/v1/Attempt.js';
import type { WaitReason as _synod_v1_WaitReason, WaitReason__Output as _synod_v1_WaitReason__Output } from '../../synod/v1/WaitReason.js';
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
  'failedAttempts'?: (number);
  'waitReason'?: (_synod_v1_WaitReason);
  'waitsUntilMs'?: (number | string | Long);
  'retriedAtMs'?: (number | string | Long);
  '_finishedAtMs'?: "finishedAtMs";
  '_waitsUntilMs'?: "waitsUntilMs";
  '_retriedAtMs'?: "retriedAtMs";
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
  'failedAttempts': (number);
  'waitReason': (_synod_v1_WaitReason__Output);
  'waitsUntilMs'?: (string);
  'retriedAtMs'?: (string);
  '_finishedAtMs'?: "finishedAtMs";
  '_waitsUntilMs'?: "waitsUntilMs";
  '_retriedAtMs'?: "retriedAtMs";
}
