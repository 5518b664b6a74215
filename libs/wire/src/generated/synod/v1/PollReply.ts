// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { Long } from '@grpc/proto-loader';

export interface PollReply {
  'pollRound'?: (number | string | Long);
  'ballot'?: (_synod_v1_Ballot | null);
  'leader'?: (_synod_v1_Ballot | null);
  'happy'?: (boolean);
  'wallMs'?: (number | string | Long);
  'chosenThroughSlot'?: (number | string | Long);
  'featureLevel'?: (number);
  'unfitReason'?: (string);
}

export interface PollReply__Output {
  'pollRound': (string);
  'ballot': (_synod_v1_Ballot__Output | null);
  'leader': (_synod_v1_Ballot__Output | null);
  'happy': (boolean);
  'wallMs': (string);
  'chosenThroughSlot': (string);
  'featureLevel': (number);
  'unfitReason': (string);
}
