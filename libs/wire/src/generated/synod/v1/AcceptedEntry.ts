// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { LogEntry as _synod_v1_LogEntry, LogEntry__Output as _synod_v1_LogEntry__Output } from '../../synod/v1/LogEntry.js';
import type { Long } from '@grpc/proto-loader';

export interface AcceptedEntry {
  'slot'?: (number | string | Long);
  'ballot'?: (_synod_v1_Ballot | null);
  'entry'?: (_synod_v1_LogEntry | null);
}

export interface AcceptedEntry__Output {
  'slot': (string);
  'ballot': (_synod_v1_Ballot__Output | null);
  'entry': (_synod_v1_LogEntry__Output | null);
}
