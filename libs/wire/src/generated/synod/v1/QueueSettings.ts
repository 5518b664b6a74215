// Original file: synod/v1/queue_service.proto

import type { RateLimit as _synod_v1_RateLimit, RateLimit__Output as _synod_v1_RateLimit__Output } from '../../synod/v1/RateLimit.js';
import type { PlacementPolicy as _synod_v1_PlacementPolicy, PlacementPolicy__Output as _synod_v1_PlacementPolicy__Output } from '../../synod/v1/PlacementPolicy.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from '../../synod/v1/PlacementOptions.js';

export interface QueueSettings {
  'maxRunning'?: (number);
  'maxRunningPerKey'?: (number);
  'rate'?: (_synod_v1_RateLimit | null);
  'placement'?: (_synod_v1_PlacementPolicy);
  'lostAfterMs'?: (number);
  'placementOptions'?: (_synod_v1_PlacementOptions | null);
}

export interface QueueSettings__Output {
  'maxRunning': (number);
  'maxRunningPerKey': (number);
  'rate': (_synod_v1_RateLimit__Output | null);
  'placement': (_synod_v1_PlacementPolicy__Output);
  'lostAfterMs': (number);
  'placementOptions': (_synod_v1_PlacementOptions__Output | null);
}
