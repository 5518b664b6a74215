// Original file: synod/v1/registry_service.proto

import type { NodeKind as _synod_v1_NodeKind, NodeKind__Output as _synod_v1_NodeKind__Output } from '../../synod/v1/NodeKind.js';
import type { Long } from '@grpc/proto-loader';

export interface Node {
  'nodeId'?: (string);
  'kind'?: (_synod_v1_NodeKind);
  'address'?: (string);
  'incarnation'?: (number | string | Long);
  'labels'?: ({[key: string]: string});
  'capacity'?: (number);
  'version'?: (string);
}

export interface Node__Output {
  'nodeId': (string);
  'kind': (_synod_v1_NodeKind__Output);
  'address': (string);
  'incarnation': (string);
  'labels': ({[key: string]: string});
  'capacity': (number);
  'version': (string);
}
