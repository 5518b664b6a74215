// Original file: synod/v1/registry_service.proto

export const NodeKind = {
  NODE_KIND_UNSPECIFIED: 'NODE_KIND_UNSPECIFIED',
  NODE_KIND_COORDINATOR: 'NODE_KIND_COORDINATOR',
  NODE_KIND_REGISTRY: 'NODE_KIND_REGISTRY',
  NODE_KIND_WORKER: 'NODE_KIND_WORKER',
} as const;

export type NodeKind =
  | 'NODE_KIND_UNSPECIFIED'
  | 0
  | 'NODE_KIND_COORDINATOR'
  | 1
  | 'NODE_KIND_REGISTRY'
  | 2
  | 'NODE_KIND_WORKER'
  | 3

export type NodeKind__Output = typeof NodeKind[keyof typeof NodeKind]
