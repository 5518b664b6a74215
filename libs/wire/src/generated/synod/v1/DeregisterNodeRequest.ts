// Original file: synod/v1/registry_service.proto

import type { Long } from '@grpc/proto-loader';

export interface DeregisterNodeRequest {
  'nodeId'?: (string);
  'incarnation'?: (number | string | Long);
}

export interface DeregisterNodeRequest__Output {
  'nodeId': (string);
  'incarnation': (string);
}
