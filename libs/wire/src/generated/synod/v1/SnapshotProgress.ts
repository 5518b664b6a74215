// Original file: synod/v1/cluster_service.proto

import type { Long } from '@grpc/proto-loader';

export interface SnapshotProgress {
  'fromId'?: (string);
  'slot'?: (number | string | Long);
  'receivedRecords'?: (number | string | Long);
  'totalRecords'?: (number | string | Long);
  'installing'?: (boolean);
}

export interface SnapshotProgress__Output {
  'fromId': (string);
  'slot': (string);
  'receivedRecords': (string);
  'totalRecords': (string);
  'installing': (boolean);
}
