// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ChangeJobResponse {
  'revision'?: (number | string | Long);
}

export interface ChangeJobResponse__Output {
  'revision': (string);
}
