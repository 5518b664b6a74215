// Original file: synod/v1/job_service.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { Long } from '@grpc/proto-loader';

export interface SubmitJobsRequest {
  'specs'?: (_synod_v1_JobSpec)[];
  'idempotencyKey'?: (string);
  'idempotencyKeyLifetimeMs'?: (number | string | Long);
}

export interface SubmitJobsRequest__Output {
  'specs': (_synod_v1_JobSpec__Output)[];
  'idempotencyKey': (string);
  'idempotencyKeyLifetimeMs': (string);
}
