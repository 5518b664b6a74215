import type { Clock, Logger, Timers } from '@synod/base';
import { RequestRefusedError } from '@synod/contracts';
import type { NodeStore } from '@synod/discovery';
import type { RpcSecurity, RpcServer } from '@synod/rpc';
import { diskHealth } from '@synod/storage';
import { EventLog } from '../events/event-log.js';
import { DiskWatch } from '../replica/disk-watch.js';
import { replay } from '../replica/replay.js';
import { isFinal } from '../state/job-lookup.js';
import { buildAgents } from './agents.js';
import type { Agents } from './agents.js';
import type { Durable } from './durable.js';
import { buildNodeStore, join, ownNode, storesToJoin } from './nodes.js';
import type { ConsulSettings } from './nodes.js';
import { buildReplication } from './replication.js';
import type { Replication } from './replication.js';
import { buildServer } from './server.js';
import { buildTransport } from './transport.js';
import type { Transport } from './transport.js';

export interface CoordinatorModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly durable: Durable;
  readonly security: RpcSecurity;
  readonly consul: ConsulSettings;
  /** Where others reach it. */
  readonly address: string;
  readonly directory: string;
  readonly version: string;
  /** Ends the process at once. */
  readonly die: (reason: string) => void;
}

interface Parts {
  readonly replication: Replication;
  readonly agents: Agents;
  readonly transport: Transport;
  /** Where it makes itself known: the group's own store, and Consul. */
  readonly stores: readonly NodeStore[];
  readonly server: RpcServer;
  readonly disk: DiskWatch;
}

/** Calls under way get so long to end. */
const STOP_GRACE_MS = 500;

/** All parts of one coordinator, from its open data directory to its server. */
export class Coordinator {
  private readonly parts: Parts;
  private stopping: Promise<void> | undefined;

  constructor(private readonly modules: CoordinatorModules) {
    this.parts = buildParts(modules);
  }

  /** Resolves with the bound address when it listens; a leader is elected behind that. When it rejects, it has to be stopped. */
  async start(listen: string): Promise<string> {
    const { durable, logger, address, version } = this.modules;
    const { log, recovered, history, members } = durable;
    const { replication, agents, transport, stores, server, disk } = this.parts;
    await replay(
      log,
      recovered.chosenThroughSlot,
      (slot, entry) => {
        replication.state.apply(slot, entry);
      },
      () => history.written(),
    );
    await disk.start();
    const bound = await server.listen(listen);
    transport.start((peer) => {
      replication.host.peerDisconnected(peer);
    });
    replication.host.start();
    agents.heartbeats.start();
    history.start();
    join(stores, ownNode(log.identity.nodeId, address, log.incarnation, version), logger);
    logger.info({ address: bound, members, appliedSlot: replication.state.appliedSlot }, 'coordinator started');
    return bound;
  }

  /**
   * First no new work, then no calls, then nothing that proposes, then no replica; the log last, when nothing writes any more.
   * Also for one whose start failed; twice is fine.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    const { replication, agents, transport, stores, server, disk } = this.parts;
    const { log, history } = this.modules.durable;
    agents.plannerLoop.yield();
    agents.sessions.stop(new RequestRefusedError({ code: 'shuttingDown' }));
    try {
      await server.stop(STOP_GRACE_MS);
    } finally {
      replication.reads.stop();
      replication.gateway.stop();
      agents.heartbeats.stop();
      replication.link.stop();
      replication.host.stop();
      transport.stop();
      disk.stop();
      // What it still proposes is refused by now.
      const closing = [...stores.map((store) => store.close()), history.stop(), log.close()];
      for (const { reason, status } of (await Promise.allSettled(closing)) as { status: string; reason?: unknown }[]) {
        if (status === 'rejected') this.modules.logger.error({ error: reason }, 'a part did not stop in order');
      }
    }
  }
}

function buildParts(modules: CoordinatorModules): Parts {
  const { durable, security, directory, clock, timers, logger } = modules;
  const { log, recovered, history, members } = durable;
  const time = { clock, timers, logger };
  const { nodeId } = log.identity;
  const transport = buildTransport(members, nodeId, { ...time, security });
  const disk = new DiskWatch(directory, { timers, logger, diskHealth });
  const replication = buildReplication({
    ...time,
    log,
    recovered,
    members,
    diskHasRoom: () => disk.hasRoom,
    send: (message) => {
      transport.send(message);
    },
    openForward: (leader) => transport.openForward(leader),
    die: modules.die,
  });
  const events = new EventLog();
  replication.state.onApplied((applied) => {
    events.append(applied);
    history.retired(applied.retired.filter(isFinal));
  });
  const findJob = async (jobId: string) => replication.state.view.job(jobId) ?? (await history.find(jobId));
  const jobClient = (id: string) => transport.jobClient(id);
  const agents = buildAgents({ ...time, nodeId, incarnation: log.incarnation, replication, findJob, jobClient });
  const nodeStore = buildNodeStore(replication, time);
  const server = buildServer({
    ...modules,
    ...{ log, history, members, replication, agents, events, transport, nodeStore, findJob },
    nodesRenewed: (renewals) => {
      nodeStore.heard(renewals);
    },
  });
  const stores = storesToJoin(nodeStore, modules.consul, time);
  return { replication, agents, transport, stores, server, disk };
}
