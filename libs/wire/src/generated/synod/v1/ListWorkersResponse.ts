// Original file: synod/v1/worker_service.proto

import type { Worker as _synod_v1_Worker, Worker__Output as _synod_v1_Worker__Output } from '../../synod/v1/Worker.js';

export interface ListWorkersResponse {
  'workers'?: (_synod_v1_Worker)[];
}

export interface ListWorkersResponse__Output {
  'workers': (_synod_v1_Worker__Output)[];
}
