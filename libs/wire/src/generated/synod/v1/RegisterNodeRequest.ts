// Original file: synod/v1/registry_service.proto

import type { Node as _synod_v1_Node, Node__Output as _synod_v1_Node__Output } from '../../synod/v1/Node.js';

export interface RegisterNodeRequest {
  'node'?: (_synod_v1_Node | null);
  'ttlMs'?: (number);
}

export interface RegisterNodeRequest__Output {
  'node': (_synod_v1_Node__Output | null);
  'ttlMs': (number);
}
