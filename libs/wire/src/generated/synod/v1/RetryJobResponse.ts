// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface RetryJobResponse {
  'revision'?: (number | string | Long);
}

export interface RetryJobResponse__Output {
  'revision': (string);
}
