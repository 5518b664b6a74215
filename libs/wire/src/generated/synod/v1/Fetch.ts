// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface Fetch {
  'fromSlot'?: (number | string | Long);
  'throughSlot'?: (number | string | Long);
}

export interface Fetch__Output {
  'fromSlot': (string);
  'throughSlot': (string);
}
