// Original file: synod/v1/agent_service.proto

import type { Long } from '@grpc/proto-loader';

export interface HeartbeatRequest {
  'workerId'?: (string);
  'incarnation'?: (number | string | Long);
  'sequence'?: (number | string | Long);
}

export interface HeartbeatRequest__Output {
  'workerId': (string);
  'incarnation': (string);
  'sequence': (string);
}
