// Original file: synod/v1/cluster_service.proto

import type { Member as _synod_v1_Member, Member__Output as _synod_v1_Member__Output } from '../../synod/v1/Member.js';

export interface GetMemberStatusResponse {
  'clusterId'?: (string);
  'leaderId'?: (string);
  'member'?: (_synod_v1_Member | null);
}

export interface GetMemberStatusResponse__Output {
  'clusterId': (string);
  'leaderId': (string);
  'member': (_synod_v1_Member__Output | null);
}
