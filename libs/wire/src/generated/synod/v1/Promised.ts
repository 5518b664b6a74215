// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { AcceptedEntry as _synod_v1_AcceptedEntry, AcceptedEntry__Output as _synod_v1_AcceptedEntry__Output } from '../../synod/v1/AcceptedEntry.js';
import type { Long } from '@grpc/proto-loader';

export interface Promised {
  'ballot'?: (_synod_v1_Ballot | null);
  'chunkIndex'?: (number);
  'chunkCount'?: (number);
  'chosenThroughSlot'?: (number | string | Long);
  'trimmedThroughSlot'?: (number | string | Long);
  'accepted'?: (_synod_v1_AcceptedEntry)[];
  'unknownSlots'?: (number | string | Long)[];
}

export interface Promised__Output {
  'ballot': (_synod_v1_Ballot__Output | null);
  'chunkIndex': (number);
  'chunkCount': (number);
  'chosenThroughSlot': (string);
  'trimmedThroughSlot': (string);
  'accepted': (_synod_v1_AcceptedEntry__Output)[];
  'unknownSlots': (string)[];
}
