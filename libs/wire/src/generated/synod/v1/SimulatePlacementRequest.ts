// Original file: synod/v1/placement_service.proto

import type { PlacementPolicy as _synod_v1_PlacementPolicy, PlacementPolicy__Output as _synod_v1_PlacementPolicy__Output } from '../../synod/v1/PlacementPolicy.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from '../../synod/v1/PlacementOptions.js';

export interface SimulatePlacementRequest {
  'queue'?: (string);
  'add'?: (number);
  'addCapacity'?: (number);
  'addLabels'?: ({[key: string]: string});
  'remove'?: (string)[];
  'placement'?: (_synod_v1_PlacementPolicy);
  'placementOptions'?: (_synod_v1_PlacementOptions | null);
}

export interface SimulatePlacementRequest__Output {
  'queue': (string);
  'add': (number);
  'addCapacity': (number);
  'addLabels': ({[key: string]: string});
  'remove': (string)[];
  'placement': (_synod_v1_PlacementPolicy__Output);
  'placementOptions': (_synod_v1_PlacementOptions__Output | null);
}
