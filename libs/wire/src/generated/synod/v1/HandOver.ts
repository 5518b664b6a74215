// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';

export interface HandOver {
  'ballot'?: (_synod_v1_Ballot | null);
}

export interface HandOver__Output {
  'ballot': (_synod_v1_Ballot__Output | null);
}
