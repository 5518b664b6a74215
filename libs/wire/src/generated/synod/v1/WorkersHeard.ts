// Original file: synod/v1/paxos_service.proto

import type { WorkerHeard as _synod_v1_WorkerHeard, WorkerHeard__Output as _synod_v1_WorkerHeard__Output } from '../../synod/v1/WorkerHeard.js';

export interface WorkersHeard {
  'workers'?: (_synod_v1_WorkerHeard)[];
}

export interface WorkersHeard__Output {
  'workers': (_synod_v1_WorkerHeard__Output)[];
}
