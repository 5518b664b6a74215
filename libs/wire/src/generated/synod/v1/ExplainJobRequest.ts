// Original file: synod/v1/job_service.proto


export interface ExplainJobRequest {
  'jobId'?: (string);
}

export interface ExplainJobRequest__Output {
  'jobId': (string);
}
