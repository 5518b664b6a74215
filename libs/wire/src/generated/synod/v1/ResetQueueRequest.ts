// Original file: synod/v1/queue_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ResetQueueRequest {
  'queue'?: (string);
  'ifRevision'?: (number | string | Long);
  '_ifRevision'?: "ifRevision";
}

export interface ResetQueueRequest__Output {
  'queue': (string);
  'ifRevision'?: (string);
  '_ifRevision'?: "ifRevision";
}
