// Original file: synod/v1/paxos_service.proto

import type { StateHash as _synod_v1_StateHash, StateHash__Output as _synod_v1_StateHash__Output } from '../../synod/v1/StateHash.js';

export interface StateHashesAgreed {
  'hashes'?: (_synod_v1_StateHash)[];
}

export interface StateHashesAgreed__Output {
  'hashes': (_synod_v1_StateHash__Output)[];
}
