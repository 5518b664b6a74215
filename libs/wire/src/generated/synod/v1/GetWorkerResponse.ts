// Original file: synod/v1/worker_service.proto

import type { Worker as _synod_v1_Worker, Worker__Output as _synod_v1_Worker__Output } from '../../synod/v1/Worker.js';

export interface GetWorkerResponse {
  'worker'?: (_synod_v1_Worker | null);
}

export interface GetWorkerResponse__Output {
  'worker': (_synod_v1_Worker__Output | null);
}
