// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ReadIndexed {
  'appliedSlot'?: (number | string | Long);
}

export interface ReadIndexed__Output {
  'appliedSlot': (string);
}
