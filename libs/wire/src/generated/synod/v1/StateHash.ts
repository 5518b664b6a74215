// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface StateHash {
  'slot'?: (number | string | Long);
  'hash'?: (string);
}

export interface StateHash__Output {
  'slot': (string);
  'hash': (string);
}
