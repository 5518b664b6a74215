// Original file: synod/v1/queue_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ResumeQueueResponse {
  'revision'?: (number | string | Long);
}

export interface ResumeQueueResponse__Output {
  'revision': (string);
}
