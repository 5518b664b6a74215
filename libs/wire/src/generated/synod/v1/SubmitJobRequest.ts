// Original file: synod/v1/job_service.proto

import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';

export interface SubmitJobRequest {
  'spec'?: (_synod_v1_JobSpec | null);
  'idempotencyKey'?: (string);
}

export interface SubmitJobRequest__Output {
  'spec': (_synod_v1_JobSpec__Output | null);
  'idempotencyKey': (string);
}
