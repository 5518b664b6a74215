// Original file: synod/v1/agent_service.proto

import type { AttemptRef as _synod_v1_AttemptRef, AttemptRef__Output as _synod_v1_AttemptRef__Output } from '../../synod/v1/AttemptRef.js';

export interface Evictions {
  'attempts'?: (_synod_v1_AttemptRef)[];
}

export interface Evictions__Output {
  'attempts': (_synod_v1_AttemptRef__Output)[];
}
