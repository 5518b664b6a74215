// Original file: synod/v1/job_service.proto

import type { Job as _synod_v1_Job, Job__Output as _synod_v1_Job__Output } from '../../synod/v1/Job.js';

export interface ListJobsResponse {
  'jobs'?: (_synod_v1_Job)[];
  'nextPageToken'?: (string);
}

export interface ListJobsResponse__Output {
  'jobs': (_synod_v1_Job__Output)[];
  'nextPageToken': (string);
}
