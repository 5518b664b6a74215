// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { Long } from '@grpc/proto-loader';

export interface Confirm {
  'ballot'?: (_synod_v1_Ballot | null);
  'confirmRound'?: (number | string | Long);
}

export interface Confirm__Output {
  'ballot': (_synod_v1_Ballot__Output | null);
  'confirmRound': (string);
}
