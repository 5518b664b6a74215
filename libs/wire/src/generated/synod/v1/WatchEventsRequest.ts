// Original file: synod/v1/job_service.proto


export interface WatchEventsRequest {
  'cursor'?: (string);
  'jobIds'?: (string)[];
  'types'?: (string)[];
}

export interface WatchEventsRequest__Output {
  'cursor': (string);
  'jobIds': (string)[];
  'types': (string)[];
}
