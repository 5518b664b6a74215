// Original file: synod/v1/agent_service.proto

import type { AttemptRef as _synod_v1_AttemptRef, AttemptRef__Output as _synod_v1_AttemptRef__Output } from '../../synod/v1/AttemptRef.js';

export interface Cancellations {
  'attempts'?: (_synod_v1_AttemptRef)[];
  'withoutGrace'?: (_synod_v1_AttemptRef)[];
}

export interface Cancellations__Output {
  'attempts': (_synod_v1_AttemptRef__Output)[];
  'withoutGrace': (_synod_v1_AttemptRef__Output)[];
}
