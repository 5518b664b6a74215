// Original file: synod/v1/agent_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { Long } from '@grpc/proto-loader';

export interface HeartbeatResponse {
  'sequence'?: (number | string | Long);
  'leader'?: (_synod_v1_Ballot | null);
}

export interface HeartbeatResponse__Output {
  'sequence': (string);
  'leader': (_synod_v1_Ballot__Output | null);
}
