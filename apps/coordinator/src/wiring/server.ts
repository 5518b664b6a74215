import type { Logger } from '@synod/base';
import type { Clock, Timers } from '@synod/base';
import { ZERO_BALLOT } from '@synod/consensus';
import { describeError } from '@synod/contracts';
import type { JobId, JobRecord } from '@synod/jobs';
import type { NodeStore } from '@synod/discovery';
import { registryServiceHandlers } from '@synod/discovery';
import { createRpcServer } from '@synod/rpc';
import type { RpcSecurity, RpcServer } from '@synod/rpc';
import type { LogStore } from '@synod/storage';
import { services } from '@synod/wire';
import type { StatusDescription } from '@synod/wire';
import type { EventLog } from '../events/event-log.js';
import { EventWatch } from '../events/event-watch.js';
import type { Member } from '../options.js';
import { agentServiceHandlers } from '../services/agent-service.js';
import type { DiskWatch } from '../replica/disk-watch.js';
import { whyNoLeader } from '../replica/fitness.js';
import { clusterServiceHandlers } from '../services/cluster-service.js';
import { jobServiceHandlers } from '../services/job-service.js';
import { NO_LEADERSHIP } from '../services/member-status.js';
import type { OwnStatus } from '../services/member-status.js';
import { paxosServiceHandlers } from '../services/paxos-service.js';
import { placementServiceHandlers } from '../services/placement-service.js';
import { queueServiceHandlers } from '../services/queue-service.js';
import type { ServiceContext } from '../services/service-context.js';
import { scheduleServiceHandlers } from '../services/schedule-service.js';
import { workerServiceHandlers } from '../services/worker-service.js';
import { serveHistory } from '../state/history-server.js';
import type { History } from '../state/history.js';
import type { Agents } from './agents.js';
import type { CatchUp } from './catch-up.js';
import { GROUP_ID } from './durable.js';
import type { Replication } from './replication.js';
import type { Transport } from './transport.js';

export interface ServerModules {
  readonly log: LogStore;
  readonly history: History;
  readonly members: readonly Member[];
  readonly address: string;
  readonly version: string;
  readonly security: RpcSecurity;
  readonly featureLevel: number;
  readonly replication: Replication;
  readonly agents: Agents;
  readonly catchUp: CatchUp;
  readonly disk: DiskWatch;
  readonly events: EventLog;
  readonly transport: Transport;
  readonly nodeStore: NodeStore;
  readonly nodesRenewed: (renewals: readonly { nodeId: string; incarnation: number }[]) => void;
  readonly findJob: (jobId: JobId) => Promise<JobRecord | undefined>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** The gRPC server of a coordinator with all its services; it listens when asked to. */
export function buildServer(modules: ServerModules): RpcServer {
  const { log, replication, agents } = modules;
  const describe = (error: unknown): StatusDescription | undefined => describeWithReasons(modules, error);
  const server = createRpcServer({ security: modules.security, logger: modules.logger, describe });
  const context: ServiceContext = {
    coordinatorId: log.identity.nodeId,
    clusterId: log.identity.clusterId,
    view: replication.state.view,
    reads: replication.reads,
    propose: (command, options) => replication.propose(command, options),
    findJob: modules.findJob,
  };
  server
    .addService(
      services.JobService,
      jobServiceHandlers({
        ...context,
        jobLogs: agents.jobLogs,
        eventWatch: new EventWatch(modules.events),
        history: modules.history,
        heardWorkers: agents.heardWorkers,
        describe,
        relayedElsewhere: () => (modules.catchUp.gap.isOpen ? completeClients(modules) : undefined),
      }),
    )
    .addService(services.QueueService, queueServiceHandlers(context))
    .addService(
      services.WorkerService,
      workerServiceHandlers({
        ...context,
        heardWorkers: agents.heardWorkers,
        wallMs: () => modules.clock.wallMs(),
      }),
    )
    .addService(services.PlacementService, placementServiceHandlers(context))
    .addService(services.ScheduleService, scheduleServiceHandlers({ ...context, wallMs: () => modules.clock.wallMs() }))
    .addService(services.RegistryService, registryServiceHandlers(modules.nodeStore));
  addInnerServices(server, modules, context);
  replication.board.onChange(({ leader, serving }) => {
    const usable = serving || (leader !== undefined && leader !== log.identity.nodeId);
    for (const name of ['', 'synod.v1.JobService', 'synod.v1.AgentService']) server.setServing(name, usable);
  });
  return server;
}

/** What agents and other coordinators use. */
function addInnerServices(server: RpcServer, modules: ServerModules, context: ServiceContext): void {
  const { log, replication, agents } = modules;
  const { host, proposals, board, comparison } = replication;
  const { clusterId, nodeId } = log.identity;
  server
    .addService(
      services.AgentService,
      agentServiceHandlers({
        session: {
          coordinatorId: nodeId,
          clusterId,
          view: context.view,
          logger: modules.logger,
          propose: (command, timeoutMs) => replication.propose(command, { sheddable: false, timeoutMs }),
          opened: (session) => {
            agents.sessions.opened(session);
          },
        },
        sessions: agents.sessions,
        heartbeats: agents.heartbeats,
        tails: agents.tails,
        propose: (command, timeoutMs) => replication.propose(command, { sheddable: false, timeoutMs }),
      }),
    )
    .addService(
      services.ClusterService,
      clusterServiceHandlers({
        clusterId,
        coordinatorId: nodeId,
        address: modules.address,
        incarnation: log.incarnation,
        version: modules.version,
        view: context.view,
        own: () => ownStatus(modules),
        peers: modules.members.filter(({ id }) => id !== nodeId),
        client: (peer) => modules.transport.clusterClient(peer),
        transfer: (to) => host.transferLeadership(to),
        leadershipChange: () => board.nextChange(modules.timers),
      }),
    )
    .addService(
      services.PaxosService,
      paxosServiceHandlers({
        receive: (message) => {
          host.receive(message);
        },
        peerDisconnected: (peer) => {
          host.peerDisconnected(peer);
        },
        serving: () => host.serving,
        ballot: () => board.current?.ballot ?? ZERO_BALLOT,
        leader: () => board.current?.leader,
        proposals,
        read: () => host.read(),
        heard: (workerId, incarnation, load) => {
          if (agents.liveness.heardFrom(workerId, incarnation, load)) agents.plannerLoop.wake();
        },
        gone: (workerId, incarnation) => {
          agents.liveness.disconnected(workerId, incarnation);
        },
        workersHeard: (workerId) => agents.heardWorkers.known(workerId),
        nodesRenewed: modules.nodesRenewed,
        compareStates: (member, hashes) => comparison.report(member, hashes),
        ...{ clusterId, groupId: GROUP_ID, snapshots: modules.catchUp.server },
        peerIds: modules.members.map(({ id }) => id).filter((id) => id !== nodeId),
        storageIdOf: (peer) => host.storageIdOf(peer),
        history: (query) => serveHistory(modules.history, () => modules.catchUp.gap.isOpen, query),
      }),
    );
}

function ownStatus(modules: ServerModules): OwnStatus {
  const { log, replication, catchUp, disk } = modules;
  const { state, host, board, health } = replication;
  const { role, leader, ballot } = board.current ?? NO_LEADERSHIP;
  const level = disk.level;
  return {
    ...{ role, leader, ballot },
    appliedSlot: state.appliedSlot,
    stateHash: state.stateHash(),
    logBytes: log.stats().bytesOnDisk,
    featureLevel: state.view.featureLevel,
    maxFeatureLevel: modules.featureLevel,
    disk: level === 'ok' && health.diskIsSlow ? 'slow' : level,
    diskFreeBytes: disk.freeBytes,
    snapshot: catchUp.fetcher.progress,
    historyGap: catchUp.gap.isOpen,
    replica: host.status(),
    nowMs: modules.clock.monotonicMs(),
  };
}

/** Where there is no leader, the caller is told what is known of the reason. */
function describeWithReasons(modules: ServerModules, error: unknown): StatusDescription | undefined {
  const described = describeError(error);
  if (described?.reason !== 'NO_LEADER') return described;
  const { nodeId } = modules.log.identity;
  const why = whyNoLeader(nodeId, modules.replication.host.status(), modules.clock.monotonicMs());
  if (why === '') return described;
  return { ...described, message: `${described.message} As ${nodeId} sees it: ${why}.` };
}

/** The other members' job services, the leader's first: while records are missing here they answer what would be wrong here. */
function completeClients(modules: ServerModules): InstanceType<(typeof services)['JobService']>[] {
  const { nodeId } = modules.log.identity;
  const leader = modules.replication.board.current?.leader;
  const others = modules.members.map(({ id }) => id).filter((id) => id !== nodeId);
  const inOrder = [...others.filter((id) => id === leader), ...others.filter((id) => id !== leader)];
  return inOrder.map((id) => modules.transport.jobClient(id)).filter((client) => client !== undefined);
}
