// Original file: synod/v1/job_service.proto

import type { JobState as _synod_v1_JobState, JobState__Output as _synod_v1_JobState__Output } from '../../synod/v1/JobState.js';

export interface ListJobsRequest {
  'pageSize'?: (number);
  'pageToken'?: (string);
  'states'?: (_synod_v1_JobState)[];
  'queue'?: (string);
  'labels'?: ({[key: string]: string});
}

export interface ListJobsRequest__Output {
  'pageSize': (number);
  'pageToken': (string);
  'states': (_synod_v1_JobState__Output)[];
  'queue': (string);
  'labels': ({[key: string]: string});
}
