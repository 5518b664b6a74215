// Original file: synod/v1/schedule_service.proto

import type { FiringOrigin as _synod_v1_FiringOrigin, FiringOrigin__Output as _synod_v1_FiringOrigin__Output } from '../../synod/v1/FiringOrigin.js';
import type { FiringOutcome as _synod_v1_FiringOutcome, FiringOutcome__Output as _synod_v1_FiringOutcome__Output } from '../../synod/v1/FiringOutcome.js';
import type { Long } from '@grpc/proto-loader';

export interface FiringDecision {
  'origin'?: (_synod_v1_FiringOrigin);
  'outcome'?: (_synod_v1_FiringOutcome);
  'reason'?: (string);
  'fromMs'?: (number | string | Long);
  'throughMs'?: (number | string | Long);
  'count'?: (number | string | Long);
  'jobId'?: (string);
  'decidedAtMs'?: (number | string | Long);
}

export interface FiringDecision__Output {
  'origin': (_synod_v1_FiringOrigin__Output);
  'outcome': (_synod_v1_FiringOutcome__Output);
  'reason': (string);
  'fromMs': (string);
  'throughMs': (string);
  'count': (string);
  'jobId': (string);
  'decidedAtMs': (string);
}
