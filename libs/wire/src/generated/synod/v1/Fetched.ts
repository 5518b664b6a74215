// Original file: synod/v1/paxos_service.proto

import type { SlotEntry as _synod_v1_SlotEntry, SlotEntry__Output as _synod_v1_SlotEntry__Output } from '../../synod/v1/SlotEntry.js';
import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { Long } from '@grpc/proto-loader';

export interface Fetched {
  'entries'?: (_synod_v1_SlotEntry)[];
  'chosenThroughSlot'?: (number | string | Long);
  'trimmedThroughSlot'?: (number | string | Long);
  'ballot'?: (_synod_v1_Ballot | null);
}

export interface Fetched__Output {
  'entries': (_synod_v1_SlotEntry__Output)[];
  'chosenThroughSlot': (string);
  'trimmedThroughSlot': (string);
  'ballot': (_synod_v1_Ballot__Output | null);
}
