// Original file: synod/v1/queue_service.proto


export interface PauseQueueRequest {
  'queue'?: (string);
  'reason'?: (string);
}

export interface PauseQueueRequest__Output {
  'queue': (string);
  'reason': (string);
}
