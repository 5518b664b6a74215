// Original file: synod/v1/placement_service.proto

import type { PreferredWorker as _synod_v1_PreferredWorker, PreferredWorker__Output as _synod_v1_PreferredWorker__Output } from '../../synod/v1/PreferredWorker.js';

export interface ShowPlacementResponse {
  'owner'?: (string);
  'chosen'?: (string);
  'preferred'?: (_synod_v1_PreferredWorker)[];
}

export interface ShowPlacementResponse__Output {
  'owner': (string);
  'chosen': (string);
  'preferred': (_synod_v1_PreferredWorker__Output)[];
}
