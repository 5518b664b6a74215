// Original file: synod/v1/paxos_service.proto

import type { PaxosMessage as _synod_v1_PaxosMessage, PaxosMessage__Output as _synod_v1_PaxosMessage__Output } from '../../synod/v1/PaxosMessage.js';

export interface ExchangeRequest {
  'messages'?: (_synod_v1_PaxosMessage)[];
}

export interface ExchangeRequest__Output {
  'messages': (_synod_v1_PaxosMessage__Output)[];
}
