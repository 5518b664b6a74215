// Original file: synod/v1/paxos_service.proto

import type { HeartbeatRequest as _synod_v1_HeartbeatRequest, HeartbeatRequest__Output as _synod_v1_HeartbeatRequest__Output } from '../../synod/v1/HeartbeatRequest.js';
import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';

export interface HeartbeatsConfirmed {
  'heartbeats'?: (_synod_v1_HeartbeatRequest)[];
  'leader'?: (_synod_v1_Ballot | null);
}

export interface HeartbeatsConfirmed__Output {
  'heartbeats': (_synod_v1_HeartbeatRequest__Output)[];
  'leader': (_synod_v1_Ballot__Output | null);
}
