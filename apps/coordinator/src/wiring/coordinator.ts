import type { Clock, Logger, Timers } from '@synod/base';
import { RequestRefusedError } from '@synod/contracts';
import type { NodeStore } from '@synod/discovery';
import type { RpcSecurity, RpcServer } from '@synod/rpc';
import { diskHealth, makeBallastIfRoom } from '@synod/storage';
import { EventLog } from '../events/event-log.js';
import { DiskWatch } from '../replica/disk-watch.js';
import type { TrimOptions } from '../replica/trim-policy.js';
import type { DeathCause } from '../replica/replica-host.js';
import { isFinal } from '../state/job-lookup.js';
import { recoverState } from '../state/load-state.js';
import { buildAgents } from './agents.js';
import type { Agents } from './agents.js';
import { buildCatchUp, restoreModules } from './catch-up.js';
import type { CatchUp } from './catch-up.js';
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
  /** The highest feature level that this member says it supports. */
  readonly featureLevel: number;
  /** How much of the log is kept for members that lag. */
  readonly trim?: TrimOptions | undefined;
  /** Ends the process at once. */
  readonly die: (reason: string, cause: DeathCause) => void;
}

interface Parts {
  readonly replication: Replication;
  readonly agents: Agents;
  readonly catchUp: CatchUp;
  readonly transport: Transport;
  /** Where it makes itself known: the group's own store, and Consul. */
  readonly stores: readonly NodeStore[];
  readonly server: RpcServer;
  readonly disk: DiskWatch;
}

/** Calls under way get so long to end. */
const STOP_GRACE_MS = 500;
/** A leader that stops hands over first, and waits for that so long at most. */
const HAND_OVER_MS = 2_000;

/** All parts of one coordinator, from its open data directory to its server. */
export class Coordinator {
  private readonly parts: Parts;
  private stopping: Promise<void> | undefined;

  constructor(private readonly modules: CoordinatorModules) {
    this.parts = buildParts(modules);
  }

  /** Resolves with the bound address when it listens; a leader is elected behind that. When it rejects, it has to be stopped. */
  async start(listen: string): Promise<string> {
    const { durable, logger, address, version, clock, featureLevel } = this.modules;
    const { log, image, history, logArchive, members } = durable;
    const { replication, agents, catchUp, transport, stores, server, disk } = this.parts;
    await disk.start();
    await catchUp.gap.start();
    const recovered = await recoverState({
      ...{ log, image, logger, state: replication.state, ...restoreModules(clock, featureLevel) },
      written: async () => {
        await Promise.all([history.written(), replication.imageWriter.written()]);
      },
    });
    const bound = await server.listen(listen);
    transport.start((peer) => {
      replication.host.peerDisconnected(peer);
    });
    replication.start(recovered);
    agents.heartbeats.start();
    history.start();
    logArchive?.start();
    join(stores, ownNode(log.identity.nodeId, address, log.incarnation, version), logger);
    logger.info({ address: bound, members, appliedSlot: replication.state.appliedSlot }, 'coordinator started');
    return bound;
  }

  /**
   * First another leader, then no new work, then no calls, then nothing that proposes, then no replica; the log last, when nothing writes any more.
   * Also for one whose start failed; twice is fine.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    const { replication, agents, catchUp, transport, stores, server, disk } = this.parts;
    const { log, image, snapshots, history, logArchive } = this.modules.durable;
    await this.handOver();
    agents.plannerLoop.yield();
    agents.logKeeper?.stop();
    agents.timeKeeper.yield();
    agents.scheduleLoop.yield();
    agents.sessions.stop(new RequestRefusedError({ code: 'shuttingDown' }));
    try {
      await server.stop(STOP_GRACE_MS);
    } finally {
      replication.reads.stop();
      replication.gateway.stop();
      agents.heartbeats.stop();
      replication.featureLevels.yield();
      replication.comparison.stop();
      replication.link.stop();
      catchUp.fetcher.stop();
      catchUp.gap.stop();
      replication.host.stop();
      transport.stop();
      disk.stop();
      // What it still proposes is refused by now.
      await this.closeAll(stores.map((store) => store.close()));
      await this.closeAll([replication.imageWriter.stop()]);
      await this.closeAll([snapshots.close()]);
      await this.closeAll([image.close(), history.stop(), ...(logArchive ? [logArchive.stop()] : []), log.close()]);
    }
  }

  /** A leader that stops costs no election time-out: another takes over while this one still answers. */
  private async handOver(): Promise<void> {
    const { host } = this.parts.replication;
    if (!host.serving || this.modules.durable.members.length === 1) return;
    const { timers, logger } = this.modules;
    const tooLong = new Promise<'timedOut'>((resolve) => {
      timers.after(HAND_OVER_MS, () => {
        resolve('timedOut');
      });
    });
    const outcome = await Promise.race([host.transferLeadership(undefined), tooLong]);
    logger.info({ outcome }, 'this leader stops and asked another member to take over');
  }

  private async closeAll(closing: readonly Promise<void>[]): Promise<void> {
    for (const { reason, status } of (await Promise.allSettled(closing)) as { status: string; reason?: unknown }[]) {
      if (status === 'rejected') this.modules.logger.error({ error: reason }, 'a part did not stop in order');
    }
  }
}

function buildParts(modules: CoordinatorModules): Parts {
  const { durable, security, directory, clock, timers, logger, featureLevel, die } = modules;
  const { log, image, history, logArchive, members } = durable;
  const time = { clock, timers, logger };
  const { nodeId } = log.identity;
  const transport = buildTransport(members, nodeId, { ...time, security });
  const disk = new DiskWatch(directory, { timers, logger, diskHealth, makeBallast: makeBallastIfRoom });
  const replication = buildReplication({
    ...time,
    ...{ log, image, members, featureLevel, die, trim: modules.trim },
    diskLevel: () => disk.level,
    historyWritten: () => history.written(),
    send: (message) => {
      transport.send(message);
    },
    openForward: (leader) => transport.openForward(leader),
    snapshots: {
      fetch: (peer, aboveSlot) => {
        catchUp.fetcher.fetch(peer, aboveSlot);
      },
      install: (slot) => {
        catchUp.fetcher.install(slot);
      },
      discard: (slot) => {
        catchUp.fetcher.discard(slot);
      },
    },
    servedSlots: () => catchUp.server.servedSlots(),
  });
  const diskHasRoom = () => disk.level === 'ok';
  const catchUp = buildCatchUp({ ...time, durable, replication, transport, featureLevel, diskHasRoom, die });
  const events = new EventLog();
  replication.state.onApplied((applied) => {
    events.append(applied);
    history.retired(applied.retired.filter(isFinal));
  });
  replication.state.onReplaced((slot) => {
    events.skipTo(slot);
  });
  const findJob = async (jobId: string) =>
    replication.state.view.job(jobId) ?? (await history.find(jobId)) ?? (await catchUp.gap.find(jobId));
  const jobClient = (id: string) => transport.jobClient(id);
  const agents = buildAgents({
    ...time,
    ...{ nodeId, incarnation: log.incarnation, replication, findJob, jobClient },
    ...{ logArchive, memberIds: members.map(({ id }) => id) },
  });
  const nodeStore = buildNodeStore(replication, time);
  const server = buildServer({
    ...modules,
    ...{ log, history, members, replication, agents, catchUp, disk, events, transport, nodeStore, findJob },
    nodesRenewed: (renewals) => {
      nodeStore.heard(renewals);
    },
  });
  const stores = storesToJoin(nodeStore, modules.consul, time);
  return { replication, agents, catchUp, transport, stores, server, disk };
}
