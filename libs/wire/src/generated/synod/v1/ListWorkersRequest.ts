// Original file: synod/v1/worker_service.proto


export interface ListWorkersRequest {
  'includeGone'?: (boolean);
}

export interface ListWorkersRequest__Output {
  'includeGone': (boolean);
}
