// Original file: synod/v1/paxos_service.proto

import type { HeartbeatRequest as _synod_v1_HeartbeatRequest, HeartbeatRequest__Output as _synod_v1_HeartbeatRequest__Output } from '../../synod/v1/HeartbeatRequest.js';

export interface RelayedHeartbeats {
  'heartbeats'?: (_synod_v1_HeartbeatRequest)[];
  'disconnected'?: (_synod_v1_HeartbeatRequest)[];
  'nodes'?: (_synod_v1_HeartbeatRequest)[];
}

export interface RelayedHeartbeats__Output {
  'heartbeats': (_synod_v1_HeartbeatRequest__Output)[];
  'disconnected': (_synod_v1_HeartbeatRequest__Output)[];
  'nodes': (_synod_v1_HeartbeatRequest__Output)[];
}
