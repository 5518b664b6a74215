// Original file: synod/v1/paxos_service.proto

import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { SlotEntry as _synod_v1_SlotEntry, SlotEntry__Output as _synod_v1_SlotEntry__Output } from '../../synod/v1/SlotEntry.js';
import type { Long } from '@grpc/proto-loader';

export interface Accept {
  'ballot'?: (_synod_v1_Ballot | null);
  'entries'?: (_synod_v1_SlotEntry)[];
  'chosenThroughSlot'?: (number | string | Long);
}

export interface Accept__Output {
  'ballot': (_synod_v1_Ballot__Output | null);
  'entries': (_synod_v1_SlotEntry__Output)[];
  'chosenThroughSlot': (string);
}
