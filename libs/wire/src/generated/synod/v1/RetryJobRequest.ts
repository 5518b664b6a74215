// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface RetryJobRequest {
  'jobId'?: (string);
  'ifRevision'?: (number | string | Long);
}

export interface RetryJobRequest__Output {
  'jobId': (string);
  'ifRevision': (string);
}
