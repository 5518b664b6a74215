// Original file: synod/v1/job_service.proto

import type { SubmissionAnswer as _synod_v1_SubmissionAnswer, SubmissionAnswer__Output as _synod_v1_SubmissionAnswer__Output } from '../../synod/v1/SubmissionAnswer.js';

export interface SubmitStreamResponse {
  'answers'?: (_synod_v1_SubmissionAnswer)[];
}

export interface SubmitStreamResponse__Output {
  'answers': (_synod_v1_SubmissionAnswer__Output)[];
}
