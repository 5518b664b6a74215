// Original file: synod/v1/queue_service.proto

import type { Long } from '@grpc/proto-loader';

export interface SetQueueResponse {
  'revision'?: (number | string | Long);
}

export interface SetQueueResponse__Output {
  'revision': (string);
}
