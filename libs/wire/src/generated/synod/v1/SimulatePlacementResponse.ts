// Original file: synod/v1/placement_service.proto

import type { KeyMove as _synod_v1_KeyMove, KeyMove__Output as _synod_v1_KeyMove__Output } from '../../synod/v1/KeyMove.js';
import type { WorkerEffect as _synod_v1_WorkerEffect, WorkerEffect__Output as _synod_v1_WorkerEffect__Output } from '../../synod/v1/WorkerEffect.js';

export interface SimulatePlacementResponse {
  'keys'?: (number);
  'movedKeys'?: (number);
  'moves'?: (_synod_v1_KeyMove)[];
  'movedShare'?: (number | string);
  'leastShare'?: (number | string);
  'jobs'?: (number);
  'placedBefore'?: (number);
  'placedAfter'?: (number);
  'movedJobs'?: (number);
  'attemptsLeaving'?: (number);
  'workers'?: (_synod_v1_WorkerEffect)[];
}

export interface SimulatePlacementResponse__Output {
  'keys': (number);
  'movedKeys': (number);
  'moves': (_synod_v1_KeyMove__Output)[];
  'movedShare': (number);
  'leastShare': (number);
  'jobs': (number);
  'placedBefore': (number);
  'placedAfter': (number);
  'movedJobs': (number);
  'attemptsLeaving': (number);
  'workers': (_synod_v1_WorkerEffect__Output)[];
}
