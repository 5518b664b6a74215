// Original file: synod/v1/paxos_service.proto

import type { LogEntry as _synod_v1_LogEntry, LogEntry__Output as _synod_v1_LogEntry__Output } from '../../synod/v1/LogEntry.js';
import type { Long } from '@grpc/proto-loader';

export interface SlotEntry {
  'slot'?: (number | string | Long);
  'entry'?: (_synod_v1_LogEntry | null);
}

export interface SlotEntry__Output {
  'slot': (string);
  'entry': (_synod_v1_LogEntry__Output | null);
}
