// Original file: synod/v1/queue_service.proto


export interface GetQueueRequest {
  'queue'?: (string);
}

export interface GetQueueRequest__Output {
  'queue': (string);
}
