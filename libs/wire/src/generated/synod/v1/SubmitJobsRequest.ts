// Original file: synod/v1/job_service.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';

export interface SubmitJobsRequest {
  'specs'?: (_synod_v1_JobSpec)[];
  'idempotencyKey'?: (string);
}

export interface SubmitJobsRequest__Output {
  'specs': (_synod_v1_JobSpec__Output)[];
  'idempotencyKey': (string);
}
