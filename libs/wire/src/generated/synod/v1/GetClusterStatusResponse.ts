// Original file: synod/v1/cluster_service.proto

import type { Member as _synod_v1_Member, Member__Output as _synod_v1_Member__Output } from '../../synod/v1/Member.js';
import type { Long } from '@grpc/proto-loader';

export interface GetClusterStatusResponse {
  'clusterId'?: (string);
  'leaderId'?: (string);
  'members'?: (_synod_v1_Member)[];
  'jobsByState'?: ({[key: string]: number | string | Long});
}

export interface GetClusterStatusResponse__Output {
  'clusterId': (string);
  'leaderId': (string);
  'members': (_synod_v1_Member__Output)[];
  'jobsByState': ({[key: string]: string});
}
