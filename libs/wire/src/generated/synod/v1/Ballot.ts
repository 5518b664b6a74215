// Original file: synod/v1/agent_service.proto

import type { Long } from '@grpc/proto-loader';

export interface Ballot {
  'round'?: (number | string | Long);
  'priority'?: (number);
  'nodeId'?: (string);
}

export interface Ballot__Output {
  'round': (string);
  'priority': (number);
  'nodeId': (string);
}
