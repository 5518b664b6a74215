// Original file: synod/v1/queue_service.proto


export interface RedriveQueueResponse {
  'redriven'?: (number);
  'more'?: (boolean);
}

export interface RedriveQueueResponse__Output {
  'redriven': (number);
  'more': (boolean);
}
