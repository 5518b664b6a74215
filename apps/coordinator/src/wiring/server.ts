import type { Logger } from '@synod/base';
import { ZERO_BALLOT } from '@synod/consensus';
import { describeError } from '@synod/contracts';
import type { JobId, JobRecord } from '@synod/jobs';
import type { NodeStore } from '@synod/discovery';
import { registryServiceHandlers } from '@synod/discovery';
import { createRpcServer } from '@synod/rpc';
import type { RpcSecurity, RpcServer } from '@synod/rpc';
import type { LogStore } from '@synod/storage';
import { services } from '@synod/wire';
import type { EventLog } from '../events/event-log.js';
import { EventWatch } from '../events/event-watch.js';
import type { Member } from '../options.js';
import { agentServiceHandlers } from '../services/agent-service.js';
import { clusterServiceHandlers } from '../services/cluster-service.js';
import { jobServiceHandlers } from '../services/job-service.js';
import { paxosServiceHandlers } from '../services/paxos-service.js';
import type { ServiceContext } from '../services/service-context.js';
import { workerServiceHandlers } from '../services/worker-service.js';
import type { History } from '../state/history.js';
import type { Agents } from './agents.js';
import type { Replication } from './replication.js';
import type { Transport } from './transport.js';

export interface ServerModules {
  readonly log: LogStore;
  readonly history: History;
  readonly members: readonly Member[];
  readonly address: string;
  readonly version: string;
  readonly security: RpcSecurity;
  readonly replication: Replication;
  readonly agents: Agents;
  readonly events: EventLog;
  readonly transport: Transport;
  readonly nodeStore: NodeStore;
  readonly nodesRenewed: (renewals: readonly { nodeId: string; incarnation: number }[]) => void;
  readonly findJob: (jobId: JobId) => Promise<JobRecord | undefined>;
  readonly logger: Logger;
}

/** The gRPC server of a coordinator with all its services; it listens when asked to. */
export function buildServer(modules: ServerModules): RpcServer {
  const { log, replication, agents } = modules;
  const server = createRpcServer({ security: modules.security, logger: modules.logger, describe: describeError });
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
        describe: describeError,
      }),
    )
    .addService(
      services.WorkerService,
      workerServiceHandlers({
        ...context,
        heardAgoMs: (workerId) => (replication.host.serving ? agents.liveness.silentForMs(workerId) : undefined),
      }),
    )
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
  const { host, proposals, board, health } = replication;
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
        stateHash: () => replication.state.stateHash(),
        own: () => ({
          role: board.current?.role ?? 'follower',
          leader: board.current?.leader,
          ballot: board.current?.ballot ?? ZERO_BALLOT,
          chosenThroughSlot: host.status().chosenThroughSlot,
          problem: health.current().reason,
        }),
        peers: modules.members.filter(({ id }) => id !== nodeId),
        client: (peer) => modules.transport.clusterClient(peer),
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
        heard: (workerId, incarnation) => {
          if (agents.liveness.heardFrom(workerId, incarnation)) agents.plannerLoop.wake();
        },
        gone: (workerId, incarnation) => {
          agents.liveness.disconnected(workerId, incarnation);
        },
        nodesRenewed: modules.nodesRenewed,
      }),
    );
}
