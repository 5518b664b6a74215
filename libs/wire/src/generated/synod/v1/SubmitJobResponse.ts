// Original file: synod/v1/job_service.proto


export interface SubmitJobResponse {
  'jobId'?: (string);
  'replayed'?: (boolean);
}

export interface SubmitJobResponse__Output {
  'jobId': (string);
  'replayed': (boolean);
}
