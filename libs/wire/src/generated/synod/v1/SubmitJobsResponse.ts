// Original file: synod/v1/job_service.proto


export interface SubmitJobsResponse {
  'jobIds'?: (string)[];
  'replayed'?: (boolean);
}

export interface SubmitJobsResponse__Output {
  'jobIds': (string)[];
  'replayed': (boolean);
}
