import type { DurableState, Effect, Input } from './io.js';
import type { ReplicaOptions } from './options.js';
import { createParts } from './parts.js';
import { PaxosReplica } from './paxos-replica.js';
import type { ReplicaStatus } from './status.js';
import type { NodeId } from './types.js';

export interface ReplicaConfig {
  readonly clusterId: string;
  readonly groupId: number;
  readonly nodeId: NodeId;
  /** Minted when this node's data directory was formatted (I10). */
  readonly storageId: string;
  /** Voters, this node among them; the same on every node. */
  readonly members: readonly NodeId[];
  /** Nodes that get and apply the log and have no vote; none of them in `members`. Default none. */
  readonly learners?: readonly NodeId[] | undefined;
  /** The highest feature level that this program supports; told to peers. Default 1. */
  readonly featureLevel?: number | undefined;
  /** Breaks ties between candidates of one round: the higher wins. A safe integer from 0. */
  readonly priority: number;
  readonly options: ReplicaOptions;
}

/**
 * One member of a Paxos group, as a pure step function: the same inputs give the same effects on every machine.
 *
 * The host carries effects out in order, gives each `persist` back as `storageDone` when it is on the disk, and ticks every
 * 5 to 20 ms; the first input is a tick. What `step` throws is an `InvariantViolation`: the process must stop.
 */
export interface Replica {
  step(input: Input): readonly Effect[];
  status(): ReplicaStatus;
}

/** A replica that goes on from what its disk holds. */
export function createReplica(config: ReplicaConfig, durable: DurableState): Replica {
  return new PaxosReplica(config, createParts(config, durable));
}
