// Original file: synod/v1/job.proto

import type { JobState as _synod_v1_JobState, JobState__Output as _synod_v1_JobState__Output } from '../../synod/v1/JobState.js';
import type { AttemptState as _synod_v1_AttemptState, AttemptState__Output as _synod_v1_AttemptState__Output } from '../../synod/v1/AttemptState.js';
import type { Long } from '@grpc/proto-loader';

export interface Event {
  'cursor'?: (string);
  'timeMs'?: (number | string | Long);
  'type'?: (string);
  'jobId'?: (string);
  'attempt'?: (number);
  'workerId'?: (string);
  'fencingToken'?: (number | string | Long);
  'jobState'?: (_synod_v1_JobState);
  'attemptState'?: (_synod_v1_AttemptState);
  'exitCode'?: (number);
  'message'?: (string);
  '_exitCode'?: "exitCode";
}

export interface Event__Output {
  'cursor': (string);
  'timeMs': (string);
  'type': (string);
  'jobId': (string);
  'attempt': (number);
  'workerId': (string);
  'fencingToken': (string);
  'jobState': (_synod_v1_JobState__Output);
  'attemptState': (_synod_v1_AttemptState__Output);
  'exitCode'?: (number);
  'message': (string);
  '_exitCode'?: "exitCode";
}
