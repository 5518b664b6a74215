import { availableParallelism, freemem, hostname, loadavg } from 'node:os';
import type { Logger } from '@synod/base';
import { rpcSecurity } from '@synod/config';
import { createLogger, systemClock, systemRandom, systemTimers, type RunningApp } from '@synod/observability';
import { connect, type RpcSecurity } from '@synod/rpc';
import { lockDirectory, openSpool } from '@synod/storage';
import { services, type WireWorkerLoadInput } from '@synod/wire';
import { AgentProcess } from './agent/agent-process.js';
import { AttemptFiles } from './agent/attempt-files.js';
import { CoordinatorAddresses } from './agent/coordinators.js';
import { Discovery, openNodeStore } from './agent/discovery.js';
import { GuardLink } from './agent/guard-link.js';
import { HeartbeatClient } from './agent/heartbeat-client.js';
import { nextIncarnation } from './agent/identity.js';
import { LogPusher } from './agent/log-pusher.js';
import { endOrphans } from './agent/orphans.js';
import { Pruner } from './agent/pruner.js';
import { SessionClient, type SessionListener } from './agent/session-client.js';
import { AttemptSpool } from './agent/spool-records.js';
import type { WorkerRules } from './agent/start-order.js';
import { WorkerAgent, type WorkerAgentModules } from './agent/worker-agent.js';
import { agentOptions, givenCoordinators, type AgentOptions } from './options.js';
import { dataDirectory, makeDataDirectory, type DataDirectory } from './shared/data-directory.js';
import type { ReportTarget } from './shared/guard-protocol.js';
import { hostClock } from './shared/platform.js';

const VERSION = '0.1.0';

export interface AgentEnvironment {
  /** Aborts when the process is told to stop before the agent is usable. */
  readonly signal: AbortSignal;
  /** Script of the guard. */
  readonly guardEntry: string;
}

/** Starts a worker agent; resolves when its first session stands. */
export async function bootstrap(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { signal, guardEntry }: AgentEnvironment,
): Promise<RunningApp> {
  const options = agentOptions.parse(argv, env);
  const log = createLogger({ name: 'worker-agent', level: options.logLevel, fields: { workerId: options.id } });
  const directory = dataDirectory(options.data);
  makeDataDirectory(directory);
  const lock = lockDirectory(directory.root);
  try {
    const incarnation = nextIncarnation(directory, options.id, systemClock.wallMs());
    const spool = await openSpool({ directory: directory.root, lock });
    log.info({ incarnation, options: agentOptions.describe(options) }, 'starting');
    const app = assemble({
      options,
      log,
      directory,
      incarnation,
      guardEntry,
      spool: new AttemptSpool(spool, { log }),
      close: async () => {
        await spool.close();
        lock.release();
      },
    });
    await app.start(signal);
    return { id: options.id, stop: () => app.stop() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Given {
  readonly options: AgentOptions;
  readonly log: Logger;
  readonly directory: DataDirectory;
  readonly incarnation: number;
  readonly guardEntry: string;
  readonly spool: AttemptSpool;
  readonly close: () => Promise<void>;
}

const clock = hostClock;
const timers = systemTimers;

/** Makes the parts and ties them together; starts nothing. */
function assemble({ options, log, directory, incarnation, guardEntry, spool, close }: Given): AgentProcess {
  const security = rpcSecurity(options);
  const worker = { workerId: options.id, incarnation };
  const { labels = {}, capacity } = options;
  const facts = { labels, capacity, version: VERSION, host: hostname() };
  const target = (): ReportTarget => ({ addresses: coordinators.all, security: { ...security }, worker: facts });
  const files = new AttemptFiles(directory);
  const coordinators = knownCoordinators(options, security);
  const agent = new WorkerAgent(
    { workerId: options.id, capacity: options.capacity, rules: rulesOf(options) },
    {
      clock,
      log,
      files,
      spool,
      guard: guardPort(() => guard),
      endOrphans: (orphans) => endOrphans(orphans, { log }),
      onDoubt: () => session.renew(),
      onReports: () => session.flush(),
      onEnded: () => pruner.attemptEnded(),
    },
  );
  const guard = new GuardLink(
    {
      ...worker,
      directory,
      guardEntry,
      guard: { streamBytes: options.outputBytes, orphanGraceMs: options.restartGrace, cgroup: options.cgroup },
      target: target(),
    },
    { timers, log },
    {
      welcomed: (attempts) => void agent.guardWelcomed(attempts),
      started: (process) => agent.guardStarted(process),
      ended: (key, ending) => agent.guardEnded(key, ending),
    },
  );
  coordinators.onChange(() => guard.setTarget(target()));
  const heartbeats = new HeartbeatClient(worker, {
    ...{ clock, timers, log, coordinators, onHeard: (sentAtMs: number) => agent.heard(sentAtMs) },
    load: () => loadOf(agent),
    connect: (address) => connect(services.AgentService, address, security, { ownConnection: true }),
  });
  const logs = new LogPusher(security, { timers, log, directory, isActive: (key) => agent.isActive(key) });
  const kept = { maxCount: options.keepAttempts, maxBytes: options.keepBytes };
  const pruner = new Pruner(kept, { timers, log, directory, files, isHeld: (key) => agent.isHeld(key) });
  const session = new SessionClient(
    { ...worker, ...facts },
    {
      ...{ timers, random: systemRandom, log, coordinators, outbox: agent.outbox },
      connect: (address) => connect(services.AgentService, address, security),
      runsHttp: () => guard.supports('http'),
    },
    sessionListener(agent, logs, {
      welcomed: (interval, at) => app.welcomed(interval, at),
      outdated: () => app.outdated(),
    }),
  );
  const modules = { clock: systemClock, timers, random: systemRandom, logger: log };
  const discovery = new Discovery({ store: openNodeStore(options.id, options, security, modules), coordinators, log });
  const app: AgentProcess = new AgentProcess(
    {
      onStop: options.onStop,
      stopTimeoutMs: options.stopTimeout,
      worker: { ...worker, labels, capacity, version: VERSION },
    },
    { agent, guard, session, heartbeats, logs, pruner, discovery, timers, log, close },
  );
  return app;
}

/** The agent is made before its link to the guard. */
function guardPort(link: () => GuardLink): WorkerAgentModules['guard'] {
  return {
    isConnected: () => link().connected,
    send: (message) => link().send(message),
    supports: (feature) => link().supports(feature),
  };
}

function loadOf(agent: WorkerAgent): WireWorkerLoadInput {
  const loadPerProcessor = (loadavg()[0] ?? 0) / availableParallelism();
  return { running: agent.running, loadPerProcessor, freeMemoryBytes: freemem() };
}

function rulesOf({ allowCommands, httpPrivateRedirects, httpForbidPrivate }: AgentOptions): WorkerRules {
  const http = { privateRedirects: httpPrivateRedirects, forbidPrivate: httpForbidPrivate };
  return { http, ...(allowCommands === undefined ? {} : { allowCommands }) };
}

function knownCoordinators(options: AgentOptions, security: RpcSecurity): CoordinatorAddresses {
  const given = givenCoordinators(options);
  // An address that must not or can't be called is said at once, not with each try.
  for (const address of given) connect(services.AgentService, address, security).close();
  const coordinators = new CoordinatorAddresses();
  coordinators.set('options', given);
  return coordinators;
}

function sessionListener(
  agent: WorkerAgent,
  logs: LogPusher,
  app: { welcomed(heartbeatIntervalMs: number, address: string): void; outdated(): void },
): SessionListener {
  return {
    held: () => agent.held(),
    welcomed: ({ clusterId, heartbeatIntervalMs, outdated, address }) => {
      agent.welcomed(clusterId, outdated);
      app.welcomed(heartbeatIntervalMs, address);
    },
    assigned: (assignments) => agent.assigned(assignments),
    cancelled: (refs, withoutGrace) => agent.cancelled(refs, withoutGrace),
    evicted: (refs) => agent.evicted(refs),
    tail: (request, address) => logs.push(request, address),
    closed: () => logs.stop(),
    outdated: () => app.outdated(),
  };
}
