// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface Poll {
  'pollRound'?: (number | string | Long);
}

export interface Poll__Output {
  'pollRound': (string);
}
