// Original file: synod/v1/agent_service.proto

import type { Long } from '@grpc/proto-loader';

export interface TailLogs {
  'tailId'?: (string);
  'jobId'?: (string);
  'attempt'?: (number);
  'follow'?: (boolean);
  'stdoutPosition'?: (number | string | Long);
  'stderrPosition'?: (number | string | Long);
}

export interface TailLogs__Output {
  'tailId': (string);
  'jobId': (string);
  'attempt': (number);
  'follow': (boolean);
  'stdoutPosition': (string);
  'stderrPosition': (string);
}
