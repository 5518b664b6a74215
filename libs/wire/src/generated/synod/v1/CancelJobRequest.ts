// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface CancelJobRequest {
  'jobId'?: (string);
  'reason'?: (string);
  'ifRevision'?: (number | string | Long);
}

export interface CancelJobRequest__Output {
  'jobId': (string);
  'reason': (string);
  'ifRevision': (string);
}
