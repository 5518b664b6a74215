// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface FetchSnapshotRequest {
  'clusterId'?: (string);
  'groupId'?: (number);
  'aboveSlot'?: (number | string | Long);
  'resumeSnapshotId'?: (string);
  'fromChunk'?: (number);
  'nodeId'?: (string);
  'storageId'?: (string);
}

export interface FetchSnapshotRequest__Output {
  'clusterId': (string);
  'groupId': (number);
  'aboveSlot': (string);
  'resumeSnapshotId': (string);
  'fromChunk': (number);
  'nodeId': (string);
  'storageId': (string);
}
