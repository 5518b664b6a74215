// Original file: synod/v1/queue_service.proto


export interface RateLimit {
  'tokens'?: (number);
  'perMs'?: (number);
  'burst'?: (number);
}

export interface RateLimit__Output {
  'tokens': (number);
  'perMs': (number);
  'burst': (number);
}
