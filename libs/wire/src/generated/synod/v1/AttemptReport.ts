// Original file: synod/v1/agent_service.proto

import type { AttemptEnd as _synod_v1_AttemptEnd, AttemptEnd__Output as _synod_v1_AttemptEnd__Output } from '../../synod/v1/AttemptEnd.js';
import type { Long } from '@grpc/proto-loader';

export interface AttemptReport {
  'jobId'?: (string);
  'attempt'?: (number);
  'fencingToken'?: (number | string | Long);
  'startedAtMs'?: (number | string | Long);
  'finishedAtMs'?: (number | string | Long);
  'end'?: (_synod_v1_AttemptEnd | null);
  '_startedAtMs'?: "startedAtMs";
  '_finishedAtMs'?: "finishedAtMs";
}

export interface AttemptReport__Output {
  'jobId': (string);
  'attempt': (number);
  'fencingToken': (string);
  'startedAtMs'?: (string);
  'finishedAtMs'?: (string);
  'end': (_synod_v1_AttemptEnd__Output | null);
  '_startedAtMs'?: "startedAtMs";
  '_finishedAtMs'?: "finishedAtMs";
}
