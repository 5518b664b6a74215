import { Metadata } from '@grpc/grpc-js';
import type { Clock, Logger, Timers } from '@synod/base';
import { equalBallots } from '@synod/consensus';
import type { Ballot } from '@synod/consensus';
import { ballotFromWire, heartbeatFromWire } from '@synod/contracts';
import type { Command, JobId, JobRecord } from '@synod/jobs';
import { messagesOf, unavailable } from '@synod/rpc';
import { Planner } from '@synod/scheduling';
import type { services } from '@synod/wire';
import { AgentSessions } from '../agents/agent-sessions.js';
import { HeardWorkers } from '../agents/heard-workers.js';
import { HeartbeatHub } from '../agents/heartbeat-hub.js';
import { WorkerLiveness } from '../agents/worker-liveness.js';
import { JobChanges } from '../events/job-changes.js';
import { LinkBroken } from '../leader/leader-link.js';
import { LostDeclarer } from '../leader/lost-declarer.js';
import { PlannerLoop } from '../leader/planner-loop.js';
import { ScheduleLoop } from '../leader/schedule-loop.js';
import { SpeedObserver } from '../leader/speed-observer.js';
import { TimeKeeper } from '../leader/time-keeper.js';
import { WorkerEvictor } from '../leader/worker-evictor.js';
import { JobLogs } from '../logs/job-logs.js';
import type { LogArchive } from '../logs/log-archive.js';
import { LogKeeper } from '../logs/log-keeper.js';
import { LogTails } from '../logs/log-tails.js';
import { RELAYED_KEY } from '../services/job-service.js';
import type { Replication } from './replication.js';

export interface AgentsModules {
  readonly nodeId: string;
  readonly incarnation: number;
  readonly replication: Replication;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly findJob: (jobId: JobId) => Promise<JobRecord | undefined>;
  /** Logs that outlive their workers; undefined when none are kept. */
  readonly logArchive?: LogArchive | undefined;
  /** All members, this one included. */
  readonly memberIds?: readonly string[];
  readonly jobClient: (coordinatorId: string) => InstanceType<(typeof services)['JobService']> | undefined;
}

export interface Agents {
  readonly liveness: WorkerLiveness;
  readonly heardWorkers: HeardWorkers;
  readonly heartbeats: HeartbeatHub;
  readonly sessions: AgentSessions;
  readonly tails: LogTails;
  readonly jobLogs: JobLogs;
  /** Undefined when no logs are kept. */
  readonly logKeeper: LogKeeper | undefined;
  readonly plannerLoop: PlannerLoop;
  readonly timeKeeper: TimeKeeper;
  readonly scheduleLoop: ScheduleLoop;
}

/** All that has to do with workers: their sessions, heartbeats and logs, and on the leader the planner. */
export function buildAgents(modules: AgentsModules): Agents {
  const { nodeId, replication, clock, timers, logger } = modules;
  const { view } = replication.state;
  const liveness = new WorkerLiveness(clock);
  const propose = (command: Command) => replication.propose(command, { sheddable: false, once: true });
  const declarer = new LostDeclarer({ liveness, view, logger, propose, confirm: () => replication.host.read() });
  const evictor = new WorkerEvictor({ view, clock, logger, propose });
  const speeds = new SpeedObserver({ view, clock, logger });
  const planner = new Planner({ speeds });
  const plannerLoop = new PlannerLoop({ planner, liveness, declarer, evictor, view, clock, timers, propose });
  const stamps = { view, clock: replication.stampClock, timers, logger, propose };
  const timeKeeper = new TimeKeeper(stamps);
  const scheduleLoop = new ScheduleLoop(stamps);
  const heartbeats = buildHeartbeats(modules, liveness, plannerLoop);
  const heardWorkers = new HeardWorkers({
    ...{ view, liveness, timers },
    serving: () => replication.host.serving,
    askLeader: (workerId) => replication.link.workersHeard(workerId),
  });
  const sessions = new AgentSessions({
    coordinatorId: nodeId,
    view,
    disconnected: (workerId, incarnation) => {
      heartbeats.disconnected(workerId, incarnation);
    },
  });
  const tails = new LogTails(`${nodeId}-${String(modules.incarnation)}`, timers);
  const jobChanges = new JobChanges(timers);
  const jobLogs = buildJobLogs(modules, sessions, tails, jobChanges);
  const session = (workerId: string) => sessions.session(workerId);
  const { logArchive: archive } = modules;
  const logKeeper = archive === undefined ? undefined : new LogKeeper({ archive, tails, session, timers, logger });
  replication.state.onApplied((applied) => {
    // Opening a session is a sign of life, too.
    for (const event of applied.events) {
      if (event.type === 'workerChanged' && event.state === 'online')
        liveness.heardFrom(event.workerId, event.incarnation);
    }
    if (replication.host.serving) speeds.applied(applied);
    sessions.applied(applied);
    jobChanges.applied(applied);
    logKeeper?.applied(applied);
    plannerLoop.wake();
    timeKeeper.wake();
    scheduleLoop.applied(applied);
  });
  replication.state.onReplaced(() => {
    sessions.replaced();
    jobChanges.replaced();
  });
  replication.board.onChange(({ serving }) => {
    for (const part of [plannerLoop, timeKeeper, scheduleLoop]) {
      if (serving) part.lead();
      else part.yield();
    }
    if (!serving) speeds.reset();
  });
  const leaderParts = { plannerLoop, timeKeeper, scheduleLoop };
  return { liveness, heardWorkers, heartbeats, sessions, tails, jobLogs, logKeeper, ...leaderParts };
}

function buildHeartbeats(modules: AgentsModules, liveness: WorkerLiveness, plannerLoop: PlannerLoop): HeartbeatHub {
  const { host, link } = modules.replication;
  return new HeartbeatHub({
    timers: modules.timers,
    serving: () => host.serving,
    heard: (workerId, incarnation, load) => {
      if (liveness.heardFrom(workerId, incarnation, load)) plannerLoop.wake();
    },
    gone: (workerId, incarnation) => {
      liveness.disconnected(workerId, incarnation);
    },
    confirmHere: async (): Promise<Ballot> => {
      const before = host.leadership;
      await host.read();
      const after = host.leadership;
      if (before === undefined || after === undefined || !equalBallots(after.ballot, before.ballot)) {
        throw new LinkBroken('leadership changed');
      }
      return before.ballot;
    },
    confirmAtLeader: async (marks, gone) => {
      const response = await link.relayHeartbeats([...marks], [...gone]);
      const confirmed = response.heartbeatsConfirmed;
      if (!confirmed?.leader) throw new LinkBroken('the leader did not confirm');
      return { covered: confirmed.heartbeats.map(heartbeatFromWire), ballot: ballotFromWire(confirmed.leader) };
    },
  });
}

function buildJobLogs(
  modules: AgentsModules,
  sessions: AgentSessions,
  tails: LogTails,
  jobChanges: JobChanges,
): JobLogs {
  return new JobLogs({
    coordinatorId: modules.nodeId,
    tails,
    archive: modules.logArchive,
    others: (modules.memberIds ?? []).filter((id) => id !== modules.nodeId),
    findJob: modules.findJob,
    session: (workerId) => sessions.session(workerId),
    coordinatorOf: (workerId) => modules.replication.state.view.worker(workerId)?.coordinatorId,
    relay: async function* (coordinatorId, tail, signal) {
      const client = modules.jobClient(coordinatorId);
      if (client === undefined) throw unavailable('COORDINATOR_UNKNOWN', `coordinator ${coordinatorId} is no member`);
      const metadata = new Metadata();
      metadata.set(RELAYED_KEY, '1');
      const call = client.getJobLogs(
        { ...tail, stdoutPosition: String(tail.stdoutPosition), stderrPosition: String(tail.stderrPosition) },
        metadata,
      );
      const cancel = (): void => {
        call.cancel();
      };
      signal.addEventListener('abort', cancel);
      try {
        yield* messagesOf(call);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    jobChanged: (jobId, signal, orAfterMs) => jobChanges.next(jobId, signal, orAfterMs),
  });
}
