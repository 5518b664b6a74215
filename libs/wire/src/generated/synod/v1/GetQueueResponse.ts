// Original file: synod/v1/queue_service.proto

import type { Queue as _synod_v1_Queue, Queue__Output as _synod_v1_Queue__Output } from '../../synod/v1/Queue.js';

export interface GetQueueResponse {
  'queue'?: (_synod_v1_Queue | null);
}

export interface GetQueueResponse__Output {
  'queue': (_synod_v1_Queue__Output | null);
}
