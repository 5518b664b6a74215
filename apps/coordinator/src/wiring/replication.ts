import type { Clock, Logger, Timers } from '@synod/base';
import { createReplica, DEFAULT_REPLICA_OPTIONS } from '@synod/consensus';
import type { Message, NodeId } from '@synod/consensus';
import { decodeCommand, encodeCommand, stampCommand } from '@synod/contracts';
import { createJobsStateMachine } from '@synod/jobs';
import type { Command, CommandReply } from '@synod/jobs';
import type { LogStore, RecoveredLog } from '@synod/storage';
import { CommandGateway } from '../commands/command-gateway.js';
import { DEFAULT_GATEWAY_LIMITS } from '../commands/gateway-options.js';
import type { ProposeOptions } from '../commands/gateway-options.js';
import { LeaderProposals } from '../commands/leader-proposals.js';
import { leaderLinkRoute, ownLogRoute } from '../commands/routes.js';
import { LeaderLink } from '../leader/leader-link.js';
import type { ForwardCall } from '../leader/leader-link.js';
import { LeadershipBoard } from '../leader/leadership-board.js';
import { ReadGate } from '../leader/read-gate.js';
import type { Member } from '../options.js';
import { NodeHealth } from '../replica/node-health.js';
import { ReplicaHost } from '../replica/replica-host.js';
import type { Leadership } from '../replica/replica-host.js';
import { ReplicatedState, repliesTo } from '../state/replicated-state.js';
import { GROUP_ID } from './durable.js';

export interface ReplicationModules {
  readonly log: LogStore;
  readonly recovered: RecoveredLog;
  readonly members: readonly Member[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly diskHasRoom: () => boolean;
  readonly send: (message: Message) => void;
  readonly openForward: (leader: NodeId) => ForwardCall;
  readonly die: (reason: string) => void;
}

export interface Replication {
  readonly state: ReplicatedState;
  readonly host: ReplicaHost;
  readonly health: NodeHealth;
  readonly board: LeadershipBoard;
  readonly proposals: LeaderProposals;
  readonly link: LeaderLink;
  readonly reads: ReadGate;
  readonly gateway: CommandGateway;
  readonly propose: (command: Command, options?: ProposeOptions) => Promise<CommandReply>;
}

/** The replica with all that leads into its log and out of it. Nothing runs before `host.start()`. */
export function buildReplication(modules: ReplicationModules): Replication {
  const { log, clock, timers, logger } = modules;
  const { nodeId } = log.identity;
  const state = new ReplicatedState(createJobsStateMachine({ groupId: GROUP_ID }), decodeCommand);
  const board = new LeadershipBoard();
  const health = new NodeHealth(clock, () => log.stats().oldestOutstandingFlushMs, modules.diskHasRoom);
  const gateway = new CommandGateway(
    { groupId: GROUP_ID, nodeId, incarnation: log.incarnation, ...DEFAULT_GATEWAY_LIMITS },
    { clock, timers, logger, encode: encodeCommand },
  );
  const link = new LeaderLink({
    open: modules.openForward,
    timers,
    logger,
    ready: () => {
      gateway.routeChanged(leaderLinkRoute(link));
    },
  });
  const host = new ReplicaHost({
    replica: newReplica(log, modules.recovered, modules.members),
    log,
    clock,
    timers,
    logger,
    health: () => health.check(),
    send: modules.send,
    die: modules.die,
    listener: {
      applied: (slot, entry, proposalIds) => {
        state.apply(slot, entry);
        proposals.applied(proposalIds);
      },
      refused: (proposalIds, reason) => {
        proposals.refused(proposalIds, reason);
      },
      leadershipChanged: (leadership) => {
        board.changed(leadership);
      },
    },
  });
  const proposals = new LeaderProposals({
    clock,
    stamp: stampCommand,
    propose: (batch) => {
      host.propose(batch);
    },
  });
  board.onChange((leadership) => {
    route(leadership, nodeId, { gateway, link, proposals });
  });
  const reads = new ReadGate({
    timers,
    serving: () => host.serving,
    readHere: () => host.read(),
    readAtLeader: () => link.readIndex(),
    appliedThrough: (slot) => state.appliedThrough(slot),
    leadershipChange: () => board.nextChange(timers),
  });
  state.onApplied((applied, envelopes) => {
    for (const { sequence, reply } of repliesTo(nodeId, log.incarnation, applied, envelopes))
      gateway.settled(sequence, reply);
  });
  const propose: Replication['propose'] = (command, options = { sheddable: false }) =>
    gateway.propose(command, options);
  return { state, host, health, board, proposals, link, reads, gateway, propose };
}

function newReplica(log: LogStore, recovered: RecoveredLog, members: readonly Member[]) {
  const { clusterId, groupId, nodeId, storageId } = log.identity;
  return createReplica(
    {
      clusterId,
      groupId,
      nodeId,
      storageId,
      members: members.map(({ id }) => id),
      priority: 0,
      options: DEFAULT_REPLICA_OPTIONS,
    },
    recovered,
  );
}

/** Points the client session at the leader: into the own log, over the link, or nowhere while there is none. */
function route(
  leadership: Leadership,
  nodeId: NodeId,
  to: { readonly gateway: CommandGateway; readonly link: LeaderLink; readonly proposals: LeaderProposals },
): void {
  const { leader, serving } = leadership;
  if (serving) {
    to.link.setLeader(undefined);
    to.gateway.routeChanged(ownLogRoute(to.proposals));
  } else if (leader !== undefined && leader !== nodeId) {
    to.link.setLeader(leader);
  } else {
    to.link.setLeader(undefined);
    to.gateway.routeChanged(undefined);
  }
}
