// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface FetchHistoryRequest {
  'clusterId'?: (string);
  'groupId'?: (number);
  'nodeId'?: (string);
  'storageId'?: (string);
  'jobId'?: (string);
  'finishedFromMs'?: (number | string | Long);
  'beforeJobId'?: (string);
}

export interface FetchHistoryRequest__Output {
  'clusterId': (string);
  'groupId': (number);
  'nodeId': (string);
  'storageId': (string);
  'jobId': (string);
  'finishedFromMs': (string);
  'beforeJobId': (string);
}
