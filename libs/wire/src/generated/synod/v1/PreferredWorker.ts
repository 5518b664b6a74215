// Original file: synod/v1/placement_service.proto

import type { PlacementVerdict as _synod_v1_PlacementVerdict, PlacementVerdict__Output as _synod_v1_PlacementVerdict__Output } from '../../synod/v1/PlacementVerdict.js';

export interface PreferredWorker {
  'workerId'?: (string);
  'verdict'?: (_synod_v1_PlacementVerdict);
  'weight'?: (number | string);
  'activeAttempts'?: (number);
  'capacity'?: (number);
}

export interface PreferredWorker__Output {
  'workerId': (string);
  'verdict': (_synod_v1_PlacementVerdict__Output);
  'weight': (number);
  'activeAttempts': (number);
  'capacity': (number);
}
