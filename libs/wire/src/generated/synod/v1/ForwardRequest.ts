// Original file: synod/v1/paxos_service.proto

import type { ForwardedCommands as _synod_v1_ForwardedCommands, ForwardedCommands__Output as _synod_v1_ForwardedCommands__Output } from '../../synod/v1/ForwardedCommands.js';
import type { ReadIndex as _synod_v1_ReadIndex, ReadIndex__Output as _synod_v1_ReadIndex__Output } from '../../synod/v1/ReadIndex.js';
import type { RelayedHeartbeats as _synod_v1_RelayedHeartbeats, RelayedHeartbeats__Output as _synod_v1_RelayedHeartbeats__Output } from '../../synod/v1/RelayedHeartbeats.js';
import type { StateHashes as _synod_v1_StateHashes, StateHashes__Output as _synod_v1_StateHashes__Output } from '../../synod/v1/StateHashes.js';
import type { WorkersHeardQuery as _synod_v1_WorkersHeardQuery, WorkersHeardQuery__Output as _synod_v1_WorkersHeardQuery__Output } from '../../synod/v1/WorkersHeardQuery.js';
import type { Long } from '@grpc/proto-loader';

export interface ForwardRequest {
  'requestId'?: (number | string | Long);
  'commands'?: (_synod_v1_ForwardedCommands | null);
  'readIndex'?: (_synod_v1_ReadIndex | null);
  'heartbeats'?: (_synod_v1_RelayedHeartbeats | null);
  'stateHashes'?: (_synod_v1_StateHashes | null);
  'workersHeard'?: (_synod_v1_WorkersHeardQuery | null);
  'message'?: "commands"|"readIndex"|"heartbeats"|"stateHashes"|"workersHeard";
}

export interface ForwardRequest__Output {
  'requestId': (string);
  'commands'?: (_synod_v1_ForwardedCommands__Output | null);
  'readIndex'?: (_synod_v1_ReadIndex__Output | null);
  'heartbeats'?: (_synod_v1_RelayedHeartbeats__Output | null);
  'stateHashes'?: (_synod_v1_StateHashes__Output | null);
  'workersHeard'?: (_synod_v1_WorkersHeardQuery__Output | null);
  'message'?: "commands"|"readIndex"|"heartbeats"|"stateHashes"|"workersHeard";
}
