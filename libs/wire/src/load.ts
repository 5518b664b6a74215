import { loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Deserialize, PackageDefinition, Serialize } from '@grpc/proto-loader';
import { descriptor, loaderOptions } from './generated/descriptor.js';
import type { ProtoGrpcType as AgentTypes } from './generated/agent_service.js';
import type { ProtoGrpcType as ClusterTypes } from './generated/cluster_service.js';
import type { ProtoGrpcType as ErrorDetailTypes } from './generated/error_details.js';
import type { ProtoGrpcType as JobTypes } from './generated/job_service.js';
import type { ProtoGrpcType as PlacementTypes } from './generated/placement_service.js';
import type { ProtoGrpcType as PaxosTypes } from './generated/paxos_service.js';
import type { ProtoGrpcType as QueueTypes } from './generated/queue_service.js';
import type { ProtoGrpcType as RegistryTypes } from './generated/registry_service.js';
import type { ProtoGrpcType as ScheduleTypes } from './generated/schedule_service.js';
import type { ProtoGrpcType as StatusTypes } from './generated/status.js';
import type { ProtoGrpcType as WorkerTypes } from './generated/worker_service.js';

type SynodTypes = JobTypes['synod']['v1'] &
  AgentTypes['synod']['v1'] &
  PaxosTypes['synod']['v1'] &
  PlacementTypes['synod']['v1'] &
  QueueTypes['synod']['v1'] &
  RegistryTypes['synod']['v1'] &
  ScheduleTypes['synod']['v1'] &
  WorkerTypes['synod']['v1'] &
  ClusterTypes['synod']['v1'];
type RpcTypes = StatusTypes['google']['rpc'] & ErrorDetailTypes['google']['rpc'];

interface Codec<Input, Output> {
  readonly serialize: Serialize<Input>;
  readonly deserialize: Deserialize<Output>;
}

/** Names of the messages among the generated types (the rest are services and enums). */
type MessagesOf<Types> = {
  readonly [
    Name in keyof Types as Types[Name] extends { format: 'Protocol Buffer 3 DescriptorProto' } ? Name : never
  ]: Types[Name] extends Codec<infer Input, infer Output> ? Codec<Input, Output> : never;
};

type ServicesOf<Types> = {
  readonly [Name in keyof Types as Types[Name] extends { service: unknown } ? Name : never]: Types[Name];
};

/** Constructors of the grpc-js clients, each with its `.service` definition. */
export type Services = ServicesOf<SynodTypes>;

/** Serialization of single messages, without a call. */
export type MessageCodecs = MessagesOf<SynodTypes> & MessagesOf<RpcTypes>;

export interface Wire {
  readonly services: Services;
  readonly messages: MessageCodecs;
  readonly definition: PackageDefinition;
}

let loaded: Wire | undefined;

/**
 * The wire package, built from the descriptor on first use and kept: no .proto file is read at run time. Costs some tens of
 * milliseconds once, which is why it isn't done on import.
 */
export function loadWire(): Wire {
  loaded ??= build();
  return loaded;
}

function build(): Wire {
  const definition = fromJSON(descriptor, loaderOptions);
  const root = loadPackageDefinition(definition) as unknown as {
    readonly synod: { readonly v1: SynodTypes };
    readonly google: { readonly rpc: RpcTypes };
  };
  return {
    services: root.synod.v1,
    messages: { ...root.google.rpc, ...root.synod.v1 },
    definition,
  };
}

/** `services.JobService` and the others; the package is loaded when the first one is asked for. */
export const services: Services = {
  get AgentService() {
    return loadWire().services.AgentService;
  },
  get ClusterService() {
    return loadWire().services.ClusterService;
  },
  get JobService() {
    return loadWire().services.JobService;
  },
  get PaxosService() {
    return loadWire().services.PaxosService;
  },
  get PlacementService() {
    return loadWire().services.PlacementService;
  },
  get RegistryService() {
    return loadWire().services.RegistryService;
  },
  get QueueService() {
    return loadWire().services.QueueService;
  },
  get ScheduleService() {
    return loadWire().services.ScheduleService;
  },
  get WorkerService() {
    return loadWire().services.WorkerService;
  },
};
