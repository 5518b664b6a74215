// Original file: synod/v1/worker_service.proto


export interface GetWorkerRequest {
  'workerId'?: (string);
}

export interface GetWorkerRequest__Output {
  'workerId': (string);
}
