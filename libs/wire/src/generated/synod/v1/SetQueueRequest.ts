// Original file: synod/v1/queue_service.proto

import type { QueueSettings as _synod_v1_QueueSettings, QueueSettings__Output as _synod_v1_QueueSettings__Output } from '../../synod/v1/QueueSettings.js';
import type { Long } from '@grpc/proto-loader';

export interface SetQueueRequest {
  'queue'?: (string);
  'settings'?: (_synod_v1_QueueSettings | null);
  'ifRevision'?: (number | string | Long);
  '_ifRevision'?: "ifRevision";
}

export interface SetQueueRequest__Output {
  'queue': (string);
  'settings': (_synod_v1_QueueSettings__Output | null);
  'ifRevision'?: (string);
  '_ifRevision'?: "ifRevision";
}
