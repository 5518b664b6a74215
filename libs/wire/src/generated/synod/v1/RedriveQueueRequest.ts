// Original file: synod/v1/queue_service.proto


export interface RedriveQueueRequest {
  'queue'?: (string);
  'limit'?: (number);
}

export interface RedriveQueueRequest__Output {
  'queue': (string);
  'limit': (number);
}
