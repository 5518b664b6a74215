// Original file: synod/v1/registry_service.proto

import type { Node as _synod_v1_Node, Node__Output as _synod_v1_Node__Output } from '../../synod/v1/Node.js';

export interface ListNodesResponse {
  'nodes'?: (_synod_v1_Node)[];
}

export interface ListNodesResponse__Output {
  'nodes': (_synod_v1_Node__Output)[];
}
