import type { Logger } from '@synod/base';
import { rpcSecurity } from '@synod/config';
import { RequestRefusedError } from '@synod/contracts';
import { createLogger, systemClock, systemTimers } from '@synod/observability';
import type { RunningApp } from '@synod/observability';
import type { RpcServer } from '@synod/rpc';
import { DiskWatch } from './replica/disk-watch.js';
import { checkAdvertised, checkStore, COORDINATOR_OPTIONS, initialMembers } from './options.js';
import { EventLog } from './events/event-log.js';
import { replay } from './replica/replay.js';
import { isFinal } from './state/job-lookup.js';
import { VERSION } from './version.js';
import { buildAgents } from './wiring/agents.js';
import { openDurable } from './wiring/durable.js';
import type { Durable } from './wiring/durable.js';
import { buildNodeStore, join, ownNode, storesToJoin } from './wiring/nodes.js';
import { buildReplication } from './wiring/replication.js';
import { buildServer } from './wiring/server.js';
import { buildTransport } from './wiring/transport.js';

type Options = ReturnType<typeof COORDINATOR_OPTIONS.parse>;

/** Starts a coordinator; resolves when it listens. A leader is elected behind that. */
export async function bootstrap(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const options = COORDINATOR_OPTIONS.parse([...argv], env);
  const members = initialMembers(options.initialMembers, options.id);
  const address = options.advertise ?? options.listen;
  checkAdvertised(members ?? [], address);
  checkStore(options);
  const logger = createLogger({ name: 'coordinator', level: options.logLevel, fields: { node: options.id } });
  const durable = await openDurable(
    {
      directory: options.data,
      id: options.id,
      address,
      clusterName: options.clusterName,
      initialMembers: members,
    },
    { clock: systemClock, timers: systemTimers, logger },
  );
  try {
    return await assemble(options, address, durable, logger);
  } catch (error) {
    await durable.history.stop();
    await durable.log.close();
    throw error;
  }
}

async function assemble(options: Options, address: string, durable: Durable, logger: Logger): Promise<RunningApp> {
  const { log, recovered, history, members } = durable;
  const time = { clock: systemClock, timers: systemTimers, logger };
  const security = rpcSecurity(options);
  const transport = buildTransport(members, options.id, { ...time, security });
  const disk = new DiskWatch(options.data, time);
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
    die: () => process.kill(process.pid, 'SIGKILL'),
  });
  const events = new EventLog();
  replication.state.onApplied((applied) => {
    events.append(applied);
    history.retired(applied.retired.filter(isFinal));
  });
  const findJob = async (jobId: string) => replication.state.view.job(jobId) ?? (await history.find(jobId));
  const agents = buildAgents({
    ...time,
    nodeId: options.id,
    incarnation: log.incarnation,
    replication,
    events,
    findJob,
    jobClient: (id) => transport.jobClient(id),
  });
  const nodeStore = buildNodeStore(replication, time);
  const server = buildServer({
    log,
    history,
    members,
    address,
    version: VERSION,
    security,
    replication,
    agents,
    events,
    transport,
    nodeStore,
    nodesRenewed: (renewals) => {
      nodeStore.heard(renewals);
    },
    findJob,
    logger,
  });
  await replay(log, recovered.chosenThroughSlot, (slot, entry) => {
    replication.state.apply(slot, entry);
  });
  const bound = await server.listen(options.listen);
  await disk.start();
  transport.start((peer) => {
    replication.host.peerDisconnected(peer);
  });
  replication.host.start();
  agents.heartbeats.start();
  history.start();
  const stores = storesToJoin(nodeStore, options, time);
  join(stores, ownNode(options.id, address, log.incarnation, VERSION), logger);
  logger.info({ address: bound, members, appliedSlot: replication.state.appliedSlot }, 'coordinator started');
  const stop = async (): Promise<void> => {
    await stopServing(server, agents.sessions, stores);
    replication.gateway.stop();
    replication.host.stop();
    replication.link.stop();
    agents.plannerLoop.yield();
    agents.heartbeats.stop();
    transport.stop();
    disk.stop();
    await history.stop();
    await log.close();
  };
  return { id: options.id, address: bound, stop };
}

/** Calls under way get so long to end. */
const STOP_GRACE_MS = 500;

async function stopServing(
  server: RpcServer,
  sessions: { stop(error: unknown): void },
  stores: readonly { close(): Promise<void> }[],
): Promise<void> {
  sessions.stop(new RequestRefusedError({ code: 'shuttingDown' }));
  await Promise.all(stores.map((store) => store.close()));
  await server.stop(STOP_GRACE_MS);
}
