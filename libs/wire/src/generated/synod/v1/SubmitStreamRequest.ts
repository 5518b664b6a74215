// Original file: synod/v1/job_service.proto

import type { Submission as _synod_v1_Submission, Submission__Output as _synod_v1_Submission__Output } from '../../synod/v1/Submission.js';

export interface SubmitStreamRequest {
  'submissions'?: (_synod_v1_Submission)[];
}

export interface SubmitStreamRequest__Output {
  'submissions': (_synod_v1_Submission__Output)[];
}
