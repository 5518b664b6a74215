// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface CommandsProposed {
  'slots'?: (number | string | Long)[];
}

export interface CommandsProposed__Output {
  'slots': (string)[];
}
