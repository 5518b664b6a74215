// Original file: synod/v1/paxos_service.proto

import type { Long } from '@grpc/proto-loader';

export interface FetchSnapshotResponse {
  'snapshotId'?: (string);
  'slot'?: (number | string | Long);
  'stateHash'?: (string);
  'chunkIndex'?: (number);
  'chunkCount'?: (number);
  'recordCount'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
  'checksum'?: (number);
  'preparing'?: (boolean);
}

export interface FetchSnapshotResponse__Output {
  'snapshotId': (string);
  'slot': (string);
  'stateHash': (string);
  'chunkIndex': (number);
  'chunkCount': (number);
  'recordCount': (string);
  'data': (Buffer);
  'checksum': (number);
  'preparing': (boolean);
}
