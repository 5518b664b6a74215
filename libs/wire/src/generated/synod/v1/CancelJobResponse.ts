// Original file: synod/v1/job_service.proto


export interface CancelJobResponse {
  'alreadyFinal'?: (boolean);
}

export interface CancelJobResponse__Output {
  'alreadyFinal': (boolean);
}
