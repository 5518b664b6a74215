// Original file: synod/v1/agent_service.proto

import type { Long } from '@grpc/proto-loader';

export interface AttemptRef {
  'jobId'?: (string);
  'attempt'?: (number);
  'fencingToken'?: (number | string | Long);
}

export interface AttemptRef__Output {
  'jobId': (string);
  'attempt': (number);
  'fencingToken': (string);
}
