// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface CheckFenceRequest {
  'jobId'?: (string);
  'fencingToken'?: (number | string | Long);
}

export interface CheckFenceRequest__Output {
  'jobId': (string);
  'fencingToken': (string);
}
