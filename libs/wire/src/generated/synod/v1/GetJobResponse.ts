// Original file: synod/v1/job_service.proto

import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from '../../synod/v1/Job.js';

export interface GetJobResponse {
  'job'?: (_synod_v1_Job | null);
}

export interface GetJobResponse__Output {
  'job': (_synod_v1_Job__Output | null);
}
