// Original file: synod/v1/agent_service.proto

import type { AttemptRef as _synod_v1_AttemptRef, AttemptRef__Output as _synod_v1_AttemptRef__Output } from '../../synod/v1/AttemptRef.js';

export interface Welcome {
  'clusterId'?: (string);
  'coordinatorId'?: (string);
  'heartbeatIntervalMs'?: (number);
  'outdated'?: (_synod_v1_AttemptRef)[];
}

export interface Welcome__Output {
  'clusterId': (string);
  'coordinatorId': (string);
  'heartbeatIntervalMs': (number);
  'outdated': (_synod_v1_AttemptRef__Output)[];
}
