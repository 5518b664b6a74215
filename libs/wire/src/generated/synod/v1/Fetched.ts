// Original file: synod/v1/paxos_service.proto

import type { SlotEntry as _synod_v1_SlotEntry, SlotEntry__Output as _synod_v1_SlotEntry__Output } from '../../synod/v1/SlotEntry.js';
import type { Long } from '@grpc/proto-loader';

export interface Fetched {
  'entries'?: (_synod_v1_SlotEntry)[];
  'chosenThroughSlot'?: (number | string | Long);
  'trimmedThroughSlot'?: (number | string | Long);
}

export interface Fetched__Output {
  'entries': (_synod_v1_SlotEntry__Output)[];
  'chosenThroughSlot': (string);
  'trimmedThroughSlot': (string);
}
