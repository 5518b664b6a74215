// Original file: synod/v1/job_service.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { Long } from '@grpc/proto-loader';

export interface SubmitJobRequest {
  'spec'?: (_synod_v1_JobSpec | null);
  'idempotencyKey'?: (string);
  'idempotencyKeyLifetimeMs'?: (number | string | Long);
}

export interface SubmitJobRequest__Output {
  'spec': (_synod_v1_JobSpec__Output | null);
  'idempotencyKey': (string);
  'idempotencyKeyLifetimeMs': (string);
}
