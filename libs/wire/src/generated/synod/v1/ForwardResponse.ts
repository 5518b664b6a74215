// Original file: synod/v1/paxos_service.proto

import type { CommandsProposed as _synod_v1_CommandsProposed, CommandsProposed__Output as _synod_v1_CommandsProposed__Output } from '../../synod/v1/CommandsProposed.js';
import type { ReadIndexed as _synod_v1_ReadIndexed, ReadIndexed__Output as _synod_v1_ReadIndexed__Output } from '../../synod/v1/ReadIndexed.js';
import type { HeartbeatsConfirmed as _synod_v1_HeartbeatsConfirmed, HeartbeatsConfirmed__Output as _synod_v1_HeartbeatsConfirmed__Output } from '../../synod/v1/HeartbeatsConfirmed.js';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from '../../google/rpc/Status.js';
import type { StateHashesAgreed as _synod_v1_StateHashesAgreed, StateHashesAgreed__Output as _synod_v1_StateHashesAgreed__Output } from '../../synod/v1/StateHashesAgreed.js';
import type { WorkersHeard as _synod_v1_WorkersHeard, WorkersHeard__Output as _synod_v1_WorkersHeard__Output } from '../../synod/v1/WorkersHeard.js';
import type { Long } from '@grpc/proto-loader';

export interface ForwardResponse {
  'requestId'?: (number | string | Long);
  'commandsProposed'?: (_synod_v1_CommandsProposed | null);
  'readIndexed'?: (_synod_v1_ReadIndexed | null);
  'heartbeatsConfirmed'?: (_synod_v1_HeartbeatsConfirmed | null);
  'error'?: (_google_rpc_Status | null);
  'stateHashesAgreed'?: (_synod_v1_StateHashesAgreed | null);
  'workersHeard'?: (_synod_v1_WorkersHeard | null);
  'message'?: "commandsProposed"|"readIndexed"|"heartbeatsConfirmed"|"error"|"stateHashesAgreed"|"workersHeard";
}

export interface ForwardResponse__Output {
  'requestId': (string);
  'commandsProposed'?: (_synod_v1_CommandsProposed__Output | null);
  'readIndexed'?: (_synod_v1_ReadIndexed__Output | null);
  'heartbeatsConfirmed'?: (_synod_v1_HeartbeatsConfirmed__Output | null);
  'error'?: (_google_rpc_Status__Output | null);
  'stateHashesAgreed'?: (_synod_v1_StateHashesAgreed__Output | null);
  'workersHeard'?: (_synod_v1_WorkersHeard__Output | null);
  'message'?: "commandsProposed"|"readIndexed"|"heartbeatsConfirmed"|"error"|"stateHashesAgreed"|"workersHeard";
}
