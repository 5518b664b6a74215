// Original file: synod/v1/agent_service.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { Long } from '@grpc/proto-loader';

export interface Assignment {
  'jobId'?: (string);
  'attempt'?: (number);
  'fencingToken'?: (number | string | Long);
  'spec'?: (_synod_v1_JobSpec | null);
}

export interface Assignment__Output {
  'jobId': (string);
  'attempt': (number);
  'fencingToken': (string);
  'spec': (_synod_v1_JobSpec__Output | null);
}
