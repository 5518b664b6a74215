// Original file: synod/v1/cluster_service.proto

import type { MemberRole as _synod_v1_MemberRole, MemberRole__Output as _synod_v1_MemberRole__Output } from '../../synod/v1/MemberRole.js';
import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { Long } from '@grpc/proto-loader';

export interface Member {
  'id'?: (string);
  'address'?: (string);
  'role'?: (_synod_v1_MemberRole);
  'appliedSlot'?: (number | string | Long);
  'chosenThroughSlot'?: (number | string | Long);
  'stateHash'?: (string);
  'ballot'?: (_synod_v1_Ballot | null);
  'happy'?: (boolean);
  'problem'?: (string);
  'incarnation'?: (number | string | Long);
  'version'?: (string);
}

export interface Member__Output {
  'id': (string);
  'address': (string);
  'role': (_synod_v1_MemberRole__Output);
  'appliedSlot': (string);
  'chosenThroughSlot': (string);
  'stateHash': (string);
  'ballot': (_synod_v1_Ballot__Output | null);
  'happy': (boolean);
  'problem': (string);
  'incarnation': (string);
  'version': (string);
}
