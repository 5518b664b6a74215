// Original file: synod/v1/queue_service.proto

import type { QueueSettings as _synod_v1_QueueSettings, QueueSettings__Output as _synod_v1_QueueSettings__Output } from '../../synod/v1/QueueSettings.js';
import type { Long } from '@grpc/proto-loader';

export interface Queue {
  'queue'?: (string);
  'settings'?: (_synod_v1_QueueSettings | null);
  'paused'?: (boolean);
  'pauseReason'?: (string);
  'revision'?: (number | string | Long);
  'waiting'?: (number);
  'ready'?: (number);
  'running'?: (number);
  'deadLetters'?: (number);
  'waitingForKey'?: (number);
  'tokens'?: (number);
  'nextTokenMs'?: (number | string | Long);
  '_tokens'?: "tokens";
  '_nextTokenMs'?: "nextTokenMs";
}

export interface Queue__Output {
  'queue': (string);
  'settings': (_synod_v1_QueueSettings__Output | null);
  'paused': (boolean);
  'pauseReason': (string);
  'revision': (string);
  'waiting': (number);
  'ready': (number);
  'running': (number);
  'deadLetters': (number);
  'waitingForKey': (number);
  'tokens'?: (number);
  'nextTokenMs'?: (string);
  '_tokens'?: "tokens";
  '_nextTokenMs'?: "nextTokenMs";
}
