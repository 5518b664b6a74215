// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface GetJobLogsRequest {
  'jobId'?: (string);
  'attempt'?: (number);
  'follow'?: (boolean);
  'stdoutPosition'?: (number | string | Long);
  'stderrPosition'?: (number | string | Long);
}

export interface GetJobLogsRequest__Output {
  'jobId': (string);
  'attempt': (number);
  'follow': (boolean);
  'stdoutPosition': (string);
  'stderrPosition': (string);
}
