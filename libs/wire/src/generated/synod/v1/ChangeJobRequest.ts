// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ChangeJobRequest {
  'jobId'?: (string);
  'ifRevision'?: (number | string | Long);
  'priority'?: (number);
  'queue'?: (string);
  '_priority'?: "priority";
}

export interface ChangeJobRequest__Output {
  'jobId': (string);
  'ifRevision': (string);
  'priority'?: (number);
  'queue': (string);
  '_priority'?: "priority";
}
