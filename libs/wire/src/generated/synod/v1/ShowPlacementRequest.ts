// Original file: synod/v1/placement_service.proto

import type { PlacementPolicy as _synod_v1_PlacementPolicy, PlacementPolicy__Output as _synod_v1_PlacementPolicy__Output } from '../../synod/v1/PlacementPolicy.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from '../../synod/v1/PlacementOptions.js';

export interface ShowPlacementRequest {
  'key'?: (string);
  'queue'?: (string);
  'placement'?: (_synod_v1_PlacementPolicy);
  'placementOptions'?: (_synod_v1_PlacementOptions | null);
  'workerLabels'?: ({[key: string]: string});
  'handler'?: (string);
  'count'?: (number);
}

export interface ShowPlacementRequest__Output {
  'key': (string);
  'queue': (string);
  'placement': (_synod_v1_PlacementPolicy__Output);
  'placementOptions': (_synod_v1_PlacementOptions__Output | null);
  'workerLabels': ({[key: string]: string});
  'handler': (string);
  'count': (number);
}
