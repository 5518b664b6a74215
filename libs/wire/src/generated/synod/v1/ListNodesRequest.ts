// Original file: synod/v1/registry_service.proto

import type { NodeKind as _synod_v1_NodeKind, NodeKind__Output as _synod_v1_NodeKind__Output } from '../../synod/v1/NodeKind.js';

export interface ListNodesRequest {
  'kind'?: (_synod_v1_NodeKind);
}

export interface ListNodesRequest__Output {
  'kind': (_synod_v1_NodeKind__Output);
}
