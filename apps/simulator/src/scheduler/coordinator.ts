import {
  AgentSession,
  answerForwarded,
  buildAgents,
  buildCatchUp,
  buildReplication,
  EventLog,
  EventWatch,
  History,
  recoverState,
  restoreModules,
  serveHistory,
} from '@synod/coordinator';
import type { Agents, CatchUp, Replication } from '@synod/coordinator';
import type { Logger } from '@synod/base';
import { equalBallots, ZERO_BALLOT } from '@synod/consensus';
import type { Ballot, Message, NodeId } from '@synod/consensus';
import {
  ballotToWire,
  heartbeatFromWire,
  jobIdFromWire,
  jobToWire,
  RequestRefusedError,
  submitJobsFromWire,
  watchEventsFromWire,
} from '@synod/contracts';
import { MAX_FEATURE_LEVEL } from '@synod/jobs';
import type { AppliedEntry, CheckedJobsStateMachine, Command, CommandEnvelope, CommandReply } from '@synod/jobs';
import type { VirtualClock } from '@synod/testkit';
import type { WireWatchEventsRequest } from '@synod/wire';
import { administer } from './administration.js';
import { expectNotRefused, statusOf, unary } from './answers.js';
import { ClientCall, serverStreamCall } from './calls.js';
import type { MethodCodec } from './calls.js';
import type { CoordinatorDisk } from './memory-log.js';
import { METHODS } from './methods.js';
import type { SchedulerPlan } from './plan.js';
import { SimulatedProcess } from './process.js';
import type { MachineClock } from './process.js';
import { SimulatedSnapshots } from './snapshots.js';
import type { CallEnd, Streams } from './streams.js';

/** What the world hears of its coordinators. */
export interface CoordinatorObserver {
  event(name: string): void;
  /** Its state is that of an image or a snapshot now. */
  restored(node: SimulatedCoordinator, slot: number): void;
  /** A process begins, with an empty state. */
  booted(node: SimulatedCoordinator): void;
  applied(node: SimulatedCoordinator, applied: AppliedEntry, envelopes: readonly CommandEnvelope[]): void;
  serving(node: SimulatedCoordinator, ballot: Ballot): void;
  readRefused(node: SimulatedCoordinator): void;
  /** It ended itself; `expected` when a flush had failed. */
  died(node: SimulatedCoordinator, reason: string, expected: boolean): void;
}

export interface CoordinatorModules {
  readonly time: VirtualClock;
  readonly logger: Logger;
  readonly streams: Streams;
  readonly observer: CoordinatorObserver;
  readonly send: (from: NodeId, message: Message) => void;
  /** Puts a broken part in place, in tests of the simulation. */
  readonly alter: (parts: CoordinatorParts) => void;
}

/** The real parts of one coordinator process. */
export interface CoordinatorParts {
  readonly nodeId: NodeId;
  readonly replication: Replication;
  readonly agents: Agents;
  readonly catchUp: CatchUp;
  readonly history: History;
  readonly events: EventLog;
}

const CLUSTER_ID = 'simulated';
const FEATURE_LEVEL = MAX_FEATURE_LEVEL;
const TRIM_INTERVAL_MS = 1_000;
const CHUNK_MS = 1;

/** A caller that has no deadline of its own is given up on by the coordinator after so long. */
const PATIENCE_MS = 2_900;

/** The machine of one coordinator and the process on it: the product's own code, over a simulated disk, clock and network. */
export class SimulatedCoordinator {
  process: SimulatedProcess | undefined;
  parts: CoordinatorParts | undefined;
  incarnation = 0;
  /** Its replica runs; before that it restores and replays. */
  started = false;

  constructor(
    readonly nodeId: NodeId,
    readonly members: readonly NodeId[],
    readonly clock: MachineClock,
    readonly disk: CoordinatorDisk,
    /** Of the log, below the image, and of the events. */
    private readonly kept: Pick<SchedulerPlan, 'keptSlots' | 'keptEvents'>,
    private readonly modules: CoordinatorModules,
  ) {}

  get alive(): boolean {
    return this.process?.alive === true;
  }

  get running(): boolean {
    return this.process?.running === true;
  }

  get serving(): boolean {
    return this.alive && this.parts?.replication.host.serving === true;
  }

  get appliedSlot(): number {
    return this.alive ? (this.parts?.replication.state.appliedSlot ?? 0) : 0;
  }

  get machine(): CheckedJobsStateMachine | undefined {
    return this.alive ? (this.parts?.replication.state.current as CheckedJobsStateMachine | undefined) : undefined;
  }

  start(): void {
    if (this.alive) return;
    const process = new SimulatedProcess(this.nodeId, this.clock, this.modules.time);
    this.process = process;
    this.started = false;
    void this.boot(process);
  }

  /** SIGKILL, or the end of the machine. */
  crash(machineIsUp = true): void {
    const { process, parts } = this;
    if (process === undefined || !process.alive) return;
    process.kill();
    this.disk.crash();
    this.modules.streams.processDied(process, machineIsUp);
    // Nothing of it can act any more; this only lets go of what it still waits for.
    parts?.agents.plannerLoop.yield();
    parts?.agents.timeKeeper.yield();
    parts?.agents.scheduleLoop.yield();
    parts?.replication.host.stop();
    this.parts = undefined;
  }

  receive(message: Message): void {
    this.process?.enter(() => this.parts?.replication.host.receive(message));
  }

  peerDisconnected(peer: NodeId): void {
    this.process?.enter(() => this.parts?.replication.host.peerDisconnected(peer));
  }

  private async boot(process: SimulatedProcess): Promise<void> {
    try {
      await this.bootUp(process);
    } catch (error) {
      // What a killed process had begun fails in its own memory.
      if (process.alive) throw error;
    }
  }

  private async bootUp(process: SimulatedProcess): Promise<void> {
    const { disk, modules, nodeId } = this;
    const members = this.members.map((id) => ({ id, address: '' }));
    const failing = { flush: false };
    const onFatal = (): void => {
      failing.flush = true;
      this.die(process, 'a flush failed', true);
    };
    const identity = { formatVersion: 1, clusterId: CLUSTER_ID, groupId: 0, nodeId, storageId: `disk-${nodeId}` };
    const log = await disk.openLog(process, () => ({ ...identity, initialMembers: members }), onFatal);
    if (!process.alive) return;
    this.incarnation = log.incarnation;
    const image = disk.openImage(process, onFatal);
    const die = (reason: string): void => this.die(process, reason, failing.flush);
    const parts = this.build(process, { log, image, members, die });
    const { replication, agents, catchUp } = parts;
    modules.alter(parts);
    this.parts = parts;
    modules.observer.booted(this);
    await catchUp.gap.start();
    const written = async (): Promise<void> => replication.imageWriter.written();
    const restoring = restoreModules(process.clock, FEATURE_LEVEL);
    const { state } = replication;
    const recovered = await recoverState({ ...restoring, log, image, state, written, logger: modules.logger });
    if (!process.alive) return;
    modules.streams.listen(nodeId, { process, accept: (method, end) => this.accept(process, parts, method, end) });
    process.enter(() => {
      this.started = true;
      replication.start(recovered);
      agents.heartbeats.start();
    });
    this.trim(process, replication);
  }

  private build(
    process: SimulatedProcess,
    given: Pick<Parameters<typeof buildReplication>[0], 'log' | 'image' | 'members' | 'die'>,
  ): CoordinatorParts {
    const { disk, modules, nodeId } = this;
    const { log, image, members, die } = given;
    const { observer, streams } = modules;
    const time = { clock: process.clock, timers: process, logger: modules.logger };
    const limits = { maxRecords: 1_000_000, keptForMs: 1e12 };
    const history = new History(disk.history as never, { ...time, limits });
    const snapshots = new SimulatedSnapshots(disk.snapshots, image, CLUSTER_ID);
    const caller = { machine: nodeId, process, streams };
    const replication: Replication = buildReplication({
      ...{ ...time, ...given, featureLevel: FEATURE_LEVEL },
      diskLevel: () => disk.level,
      historyWritten: () => history.written(),
      send: (message) => {
        if (process.alive) modules.send(nodeId, message);
      },
      openForward: (leader) => new ClientCall(caller, leader, 'forward', METHODS.forward),
      snapshots: {
        fetch: (peer, aboveSlot) => {
          observer.event('snapshotFetched');
          catchUp.fetcher.fetch(peer, aboveSlot);
        },
        install: (slot) => {
          observer.event('snapshotInstalled');
          catchUp.fetcher.install(slot);
        },
        discard: (slot) => catchUp.fetcher.discard(slot),
      },
      servedSlots: () => catchUp.server.servedSlots(),
    });
    const note = { load: () => Promise.resolve(disk.gap as never), save: (gap: unknown) => saved(disk, gap) };
    const catchUp: CatchUp = buildCatchUp({
      ...{ ...time, featureLevel: FEATURE_LEVEL, replication, die },
      durable: { log, image, history, snapshots, members, gapNote: note },
      transport: {
        fetchSnapshot: (peer, request, signal) =>
          serverStreamCall(caller, peer, 'fetchSnapshot', METHODS.fetchSnapshot, request, signal),
        fetchHistory: (peer, request) => serverStreamCall(caller, peer, 'fetchHistory', METHODS.fetchHistory, request),
      },
      diskHasRoom: () => disk.level === 'ok',
    });
    replication.state.onApplied((entry) => history.retired(entry.retired));
    this.observe(process, replication);
    const agents = buildAgents({
      ...{ ...time, nodeId, incarnation: log.incarnation, replication },
      findJob: (jobId) => Promise.resolve(replication.state.view.job(jobId)),
      jobClient: () => undefined,
    });
    const events = new EventLog(this.kept.keptEvents);
    replication.state.onApplied((applied) => events.append(applied));
    replication.state.onReplaced((slot) => events.skipTo(slot));
    return { nodeId, replication, agents, catchUp, history, events };
  }

  /** More eagerly than the product does, so that a run of some hundred slots has members that need a snapshot. */
  private trim(process: SimulatedProcess, { host }: Replication): void {
    process.every(TRIM_INTERVAL_MS, () => {
      const imageSlot = host.status()?.imageSlot ?? 0;
      const through = imageSlot - this.kept.keptSlots;
      if (through > 0) host.trim(through);
    });
  }

  private observe(process: SimulatedProcess, replication: Replication): void {
    const { observer } = this.modules;
    const { host, board, state } = replication;
    const read = host.read.bind(host);
    host.read = () => {
      const led = host.serving;
      const answer = read();
      answer.catch(() => {
        if (led && process.alive) observer.readRefused(this);
      });
      return answer;
    };
    state.onApplied((applied, envelopes) => {
      if (process.alive) observer.applied(this, applied, envelopes);
    });
    state.onReplaced((slot) => {
      if (process.alive) observer.restored(this, slot);
    });
    let served = ZERO_BALLOT;
    board.onChange(({ serving, ballot }) => {
      if (!process.alive || !serving || equalBallots(served, ballot)) return;
      served = ballot;
      observer.serving(this, ballot);
    });
  }

  private die(process: SimulatedProcess, reason: string, expected: boolean): void {
    if (!process.alive) return;
    this.crash();
    this.modules.observer.died(this, reason, expected);
  }

  private accept(process: SimulatedProcess, parts: CoordinatorParts, method: string, end: CallEnd): void {
    const { replication } = parts;
    switch (method) {
      case 'session':
        return this.session(parts, end);
      case 'heartbeat':
        return heartbeats(parts, end);
      case 'forward':
        return this.forward(parts, end);
      case 'fetchSnapshot':
        return answerStream(process, end, METHODS.fetchSnapshot, (request) =>
          parts.catchUp.server.serve(request.nodeId, request),
        );
      case 'fetchHistory':
        return answerStream(process, end, METHODS.fetchHistory, ({ jobId, beforeJobId, finishedFromMs }) =>
          historyParts(parts, { jobId, beforeJobId, finishedFromMs: Number(finishedFromMs) }),
        );
      case 'guardEnded':
        return unary(end, METHODS.guardEnded, async ({ workerId, incarnation }) => {
          const worker = heartbeatFromWire({ workerId, incarnation, sequence: '0' });
          const body = { workerId: worker.workerId, incarnation: worker.incarnation, cause: 'guardEnded' } as const;
          await this.propose(parts, { type: 'closeWorker', ...body });
          return {};
        });
      case 'submit':
        return unary(end, METHODS.submit, async (request) => {
          const options = { sheddable: true, timeoutMs: PATIENCE_MS };
          const reply = expectNotRefused(await replication.propose(submitJobsFromWire(request), options));
          if (reply.type !== 'jobsSubmitted') throw new TypeError(reply.type);
          return { jobIds: [...reply.jobIds], replayed: reply.replayed };
        });
      case 'getJob':
        return unary(end, METHODS.getJob, async (request) => {
          const jobId = jobIdFromWire(request);
          await replication.reads.pass(PATIENCE_MS);
          const job = replication.state.view.job(jobId);
          if (job === undefined) throw new RequestRefusedError({ code: 'jobUnknown', jobId });
          return { job: jobToWire(job) };
        });
      case 'watchEvents':
        return answerStream(process, end, METHODS.watchEvents, (request) => watched(parts, request, end));
      default:
        if (administer(method, end, (command) => this.propose(parts, command))) return;
        throw new Error(`no method ${method} in ${process.name}`);
    }
  }

  private propose({ replication }: CoordinatorParts, command: Command): Promise<CommandReply> {
    return replication.propose(command, { sheddable: false, timeoutMs: PATIENCE_MS });
  }

  /** As `services/agent-service.ts` drives a session: one message at a time. */
  private session({ replication, agents }: CoordinatorParts, end: CallEnd): void {
    const session = new AgentSession(
      {
        unsent: 0,
        write: (response) => {
          end.send(METHODS.session.responseSerialize(response));
          return true;
        },
        end: () => end.close(),
        fail: (error) => end.close(statusOf(error)),
      },
      {
        coordinatorId: this.nodeId,
        clusterId: CLUSTER_ID,
        view: replication.state.view,
        logger: this.modules.logger,
        propose: (command, timeoutMs) => replication.propose(command, { sheddable: false, timeoutMs }),
        opened: (opened) => agents.sessions.opened(opened),
      },
    );
    let turn = Promise.resolve();
    const over = (): void => agents.sessions.closed(session);
    end.listener = {
      data: (bytes) => {
        const request = METHODS.session.requestDeserialize(Buffer.from(bytes));
        turn = turn
          .then(() => session.receive(request))
          .catch((error: unknown) => {
            session.end(error);
            over();
          });
      },
      closed: over,
    };
  }

  private forward({ replication, agents }: CoordinatorParts, end: CallEnd): void {
    const { host, proposals, board } = replication;
    const { liveness, plannerLoop } = agents;
    const modules = {
      serving: () => host.serving,
      ballot: () => board.current?.ballot ?? ZERO_BALLOT,
      leader: () => board.current?.leader,
      proposals,
      read: () => host.read(),
      heard: (workerId: string, incarnation: number) => {
        if (liveness.heardFrom(workerId, incarnation)) plannerLoop.wake();
      },
      gone: (workerId: string, incarnation: number) => liveness.disconnected(workerId, incarnation),
      compareStates: replication.comparison.report.bind(replication.comparison),
      workersHeard: agents.heardWorkers.known.bind(agents.heardWorkers),
      nodesRenewed: () => undefined,
    };
    end.listener = {
      data: (bytes) => {
        const request = METHODS.forward.requestDeserialize(Buffer.from(bytes));
        void answerForwarded(modules, request).then((response) =>
          end.send(METHODS.forward.responseSerialize(response)),
        );
      },
      closed: () => undefined,
    };
  }
}

function heartbeats({ agents }: CoordinatorParts, end: CallEnd): void {
  end.listener = {
    data: (bytes) => {
      const mark = heartbeatFromWire(METHODS.heartbeat.requestDeserialize(Buffer.from(bytes)));
      agents.heartbeats.received(mark, (heard, ballot) => {
        const response = { sequence: String(heard.sequence), leader: ballotToWire(ballot) };
        end.send(METHODS.heartbeat.responseSerialize(response));
      });
    },
    closed: () => undefined,
  };
}

function saved(disk: CoordinatorDisk, gap: unknown): Promise<void> {
  disk.gap = gap;
  return Promise.resolve();
}

async function* historyParts({ history, catchUp }: CoordinatorParts, query: Parameters<typeof serveHistory>[2]) {
  for await (const { records, throughJobId } of serveHistory(history, () => catchUp.gap.isOpen, query)) {
    yield { records: records as Buffer[], throughJobId };
  }
}

/** As `services/job-service.ts` does: a watch from now stands behind everything that was acknowledged before it was asked for. */
async function* watched({ replication, events }: CoordinatorParts, request: WireWatchEventsRequest, end: CallEnd) {
  const query = watchEventsFromWire(request);
  await replication.reads.pass(PATIENCE_MS);
  const over = new AbortController();
  end.listener = { data: () => undefined, closed: () => over.abort() };
  yield* new EventWatch(events).watch(query, over.signal);
}

function answerStream<Request, ResponseInput>(
  process: SimulatedProcess,
  end: CallEnd,
  codec: Pick<MethodCodec<Request, unknown, unknown, ResponseInput>, 'requestDeserialize' | 'responseSerialize'>,
  answer: (request: Request) => AsyncIterable<ResponseInput>,
): void {
  const run = async (request: Request): Promise<void> => {
    try {
      for await (const response of answer(request)) {
        if (!end.open || !process.alive) return;
        end.send(codec.responseSerialize(response));
        // The transport takes its time: a transfer may break between any two messages.
        await new Promise<void>((resolve) => process.after(CHUNK_MS, () => resolve()));
      }
      end.close();
    } catch (error) {
      end.close(statusOf(error));
    }
  };
  end.listener = {
    data: (bytes) => void run(codec.requestDeserialize(Buffer.from(bytes))),
    closed: () => undefined,
  };
}
