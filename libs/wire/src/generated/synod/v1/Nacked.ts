// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';

export interface Nacked {
  'ballot'?: (_synod_v1_Ballot | null);
  'promised'?: (_synod_v1_Ballot | null);
}

export interface Nacked__Output {
  'ballot': (_synod_v1_Ballot__Output | null);
  'promised': (_synod_v1_Ballot__Output | null);
}
