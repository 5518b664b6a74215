import { assert } from '@synod/base';
import { Acceptor } from './acceptor.js';
import { Admission } from './admission.js';
import { Catchup } from './catchup.js';
import { ClientDesk } from './client-desk.js';
import { newCounters } from './counters.js';
import { Election } from './election.js';
import type { Environment } from './environment.js';
import { FetchServer } from './fetch-server.js';
import { Fitness } from './fitness.js';
import type { DurableState } from './io.js';
import type { Phase1 } from './leader/phase1.js';
import type { Phase2 } from './leader/phase2.js';
import type { Reads } from './leader/reads.js';
import { LeadershipTransfer } from './leader/transfer.js';
import { Membership } from './membership.js';
import { assertReplicaOptions, MESSAGE_FORMAT_VERSION } from './options.js';
import { Outbox } from './outbox.js';
import type { Sender } from './outbox.js';
import { Repair } from './repair.js';
import type { ReplicaConfig } from './replica.js';
import { SnapshotFetch } from './snapshot-fetch.js';

export type RoleState =
  | { readonly kind: 'follower' }
  | { readonly kind: 'candidate'; readonly phase1: Phase1 }
  | { readonly kind: 'leader'; readonly phase2: Phase2; readonly reads: Reads };

/** What a replica consists of beside its role. The parts hold the state; only the replica directs them. */
export interface Parts {
  readonly env: Environment;
  readonly admission: Admission;
  readonly acceptor: Acceptor;
  readonly election: Election;
  readonly fitness: Fitness;
  readonly snapshots: SnapshotFetch;
  readonly catchup: Catchup;
  readonly repair: Repair;
  readonly fetchServer: FetchServer;
  readonly clients: ClientDesk;
  readonly transfer: LeadershipTransfer;
}

export function createParts(config: ReplicaConfig, durable: DurableState): Parts {
  const { clusterId, groupId, nodeId, storageId, members, learners, options, priority } = config;
  assertReplicaOptions(options);
  assert(Number.isSafeInteger(priority) && priority >= 0, 'priority is a safe integer from 0');
  const sender: Sender = { formatVersion: MESSAGE_FORMAT_VERSION, clusterId, groupId, from: nodeId, storageId };
  const membership = new Membership(nodeId, members, learners);
  const outbox = new Outbox(sender);
  const start = { nowMs: 0, wallMs: 0, mayWrite: true, leader: undefined };
  const env: Environment = { nodeId, options, membership, outbox, counters: newCounters(), ...start };
  const acceptor = new Acceptor(env, durable);
  const fitness = new Fitness(env);
  const snapshots = new SnapshotFetch(env, acceptor);
  const catchup = new Catchup(env, acceptor, snapshots);
  const repair = new Repair(env, acceptor, catchup, durable.damagedSlots ?? []);
  return {
    env,
    admission: new Admission(env, sender, durable.peers),
    acceptor,
    election: new Election(env, durable.promised),
    fitness,
    snapshots,
    catchup,
    repair,
    fetchServer: new FetchServer(env, acceptor, repair),
    clients: new ClientDesk(env),
    transfer: new LeadershipTransfer(env, fitness, catchup),
  };
}
