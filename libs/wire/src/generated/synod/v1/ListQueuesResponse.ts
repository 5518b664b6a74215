// Original file: synod/v1/queue_service.proto

import type { Queue as _synod_v1_Queue, Queue__Output as _synod_v1_Queue__Output } from '../../synod/v1/Queue.js';

export interface ListQueuesResponse {
  'queues'?: (_synod_v1_Queue)[];
}

export interface ListQueuesResponse__Output {
  'queues': (_synod_v1_Queue__Output)[];
}
