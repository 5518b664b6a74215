// Original file: synod/v1/queue_service.proto

import type { Long } from '@grpc/proto-loader';

export interface PauseQueueResponse {
  'revision'?: (number | string | Long);
}

export interface PauseQueueResponse__Output {
  'revision': (string);
}
