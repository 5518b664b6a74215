import {
  AgentProcess,
  AttemptSpool,
  CoordinatorAddresses,
  GUARD_PROTOCOL_VERSION,
  HeartbeatClient,
  SessionClient,
  WorkerAgent,
} from '@synod/worker-agent';
import type { AgentMessage, GuardMessage, Orphan, ReportTarget } from '@synod/worker-agent';
import type { Ballot } from '@synod/consensus';
import { ballotFromWire } from '@synod/contracts';
import type { SeededRandom } from '@synod/testkit';
import type { WireHeartbeatRequestInput, WireHeartbeatResponse } from '@synod/wire';
import { ClientCall } from './calls.js';
import { METHODS } from './methods.js';
import { GuardProcess } from './guard-process.js';
import type { GuardProcessModules, LocalSocket } from './guard-process.js';
import { ProcessTable } from './process-table.js';
import type { ProcessListener } from './process-table.js';
import { SimulatedProcess } from './process.js';
import type { MachineClock } from './process.js';
import { SimulatedSpool, WorkerFiles } from './worker-files.js';

export interface WorkerModules extends Omit<GuardProcessModules, 'table' | 'files'> {
  readonly coordinators: readonly string[];
  readonly processes: ProcessListener;
  /** A heartbeat that was sent at this true time was acknowledged in the name of this leader. */
  readonly heard: (workerId: string, sentAtMs: number, leader: Ballot) => void;
}

export interface WorkerFacts {
  readonly workerId: string;
  readonly capacity: number;
  readonly labels: Readonly<Record<string, string>>;
}

const GUARD_WELCOME_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

interface RunningAgent {
  readonly process: SimulatedProcess;
  readonly agent: WorkerAgent;
  readonly session: SessionClient;
  readonly heartbeats: HeartbeatClient;
  socket: LocalSocket | undefined;
  /** It stops in order: it wants no other guard. */
  stopping: boolean;
}

/** How an agent that is asked to stop does it: as its option `--on-stop` says. */
export type AgentStop = 'drain' | 'keep';

/** A worker's machine: its agent, the guard, the processes of jobs, and a disk. Agent and guard run the product's own code. */
export class WorkerMachine {
  readonly files: WorkerFiles;
  readonly table: ProcessTable;
  guard: GuardProcess | undefined;
  /** When its guard went on after it was stopped; infinite while it is. What ran before is ended by it only then. */
  guardResumedAtMs = 0;
  private running: RunningAgent | undefined;
  private readonly random: SeededRandom;

  constructor(
    readonly facts: WorkerFacts,
    readonly clock: MachineClock,
    private readonly modules: WorkerModules,
  ) {
    this.files = new WorkerFiles(facts.workerId);
    this.random = modules.random.fork();
    this.table = new ProcessTable(facts.workerId, modules.time, modules.random.fork(), modules.processes);
  }

  get workerId(): string {
    return this.facts.workerId;
  }

  get agent(): SimulatedProcess | undefined {
    const process = this.running?.process;
    return process?.alive === true ? process : undefined;
  }

  get guardProcess(): SimulatedProcess | undefined {
    return this.guard?.process.alive === true ? this.guard.process : undefined;
  }

  /** Held attempts and reports that nobody has acknowledged. */
  get unsettled(): number {
    return this.running?.agent.held().length ?? 0;
  }

  startAgent(): void {
    if (this.agent !== undefined) return;
    const { time, logger, streams, coordinators } = this.modules;
    const process = new SimulatedProcess(`${this.workerId}-agent`, this.clock, time);
    this.files.incarnation = Math.max(this.clock.wallMs(), this.files.incarnation + 1);
    const worker = { workerId: this.workerId, incarnation: this.files.incarnation };
    const caller = { machine: this.workerId, process, streams };
    const addresses = new CoordinatorAddresses();
    addresses.set('options', coordinators);
    const spool = new SimulatedSpool(this.files.spooled, process, time, this.random.fork());
    const base = { clock: process.clock, timers: process, log: logger };
    const agent = new WorkerAgent(
      { workerId: this.workerId, capacity: this.facts.capacity },
      {
        ...{ ...base, files: this.files.attemptFiles(), spool: new AttemptSpool(spool, base) },
        guard: {
          isConnected: () => running.socket !== undefined,
          send: (message) => running.socket?.send(JSON.stringify(message)),
        },
        endOrphans: (orphans) => this.endOrphans(process, orphans),
        onDoubt: () => {
          this.modules.event('sessionRenewedInDoubt');
          session.renew();
        },
        onReports: () => session.flush(),
        onEnded: () => undefined,
      },
    );
    const heartbeats = new HeartbeatClient(worker, {
      ...{ ...base, coordinators: addresses, onHeard: (sentAtMs) => agent.heard(sentAtMs) },
      connect: (address) => ({ heartbeat: () => this.heartbeatCall(caller, address), close: () => undefined }),
    });
    const session = new SessionClient(
      { ...worker, ...this.facts, version: 'simulated', host: this.workerId },
      {
        ...{ ...base, random: this.random.fork(), coordinators: addresses, outbox: agent.outbox },
        connect: (address) => ({
          session: () => new ClientCall(caller, address, 'session', METHODS.session),
          close: () => undefined,
        }),
      },
      {
        held: () => agent.held(),
        welcomed: ({ clusterId, heartbeatIntervalMs, outdated, address }) => {
          agent.welcomed(clusterId, outdated);
          heartbeats.start(heartbeatIntervalMs, address);
        },
        assigned: (assignments) => agent.assigned(assignments),
        cancelled: (refs, withoutGrace) => agent.cancelled(refs, withoutGrace),
        tail: () => undefined,
        closed: () => undefined,
        outdated: () => this.modules.event('agentOutdated'),
      },
    );
    const running: RunningAgent = { process, agent, session, heartbeats, socket: undefined, stopping: false };
    this.running = running;
    agent.recover();
    this.obtainGuard(running, () => session.start());
  }

  /** SIGKILL. Its guard sees the socket close. */
  crashAgent(machineIsUp = true): void {
    const { running } = this;
    if (running === undefined || !running.process.alive) return;
    running.process.kill();
    this.modules.streams.processDied(running.process, machineIsUp);
    running.socket?.close();
    this.running = undefined;
  }

  /** SIGTERM, and a start of the next agent a while after the end. Resolves when it starts. */
  async restartAgent(onStop: AgentStop, stopTimeoutMs: number, downMs: number): Promise<void> {
    const { running } = this;
    if (running === undefined || !running.process.alive) return;
    await this.stopInOrder(running, onStop, stopTimeoutMs);
    if (this.running === running) this.crashAgent();
    await new Promise<void>((resolve) => this.modules.time.after(downMs, () => resolve()));
    this.startAgent();
  }

  /** The product's own order of things. */
  private stopInOrder(running: RunningAgent, onStop: AgentStop, stopTimeoutMs: number): Promise<void> {
    const { process, agent, session, heartbeats } = running;
    const nothing = { start: () => undefined, stop: () => Promise.resolve() };
    running.stopping = true;
    const worker = { ...this.facts, incarnation: this.files.incarnation, version: 'simulated' };
    const guard = {
      start: () => Promise.resolve(),
      stop: (how: 'leave' | 'retire') => this.leaveGuard(running, how),
    };
    return new AgentProcess(
      { onStop, stopTimeoutMs, worker },
      {
        ...{ agent, session, heartbeats, guard, timers: process, log: this.modules.logger },
        ...{ logs: { stop: () => undefined }, pruner: nothing, discovery: nothing, close: () => Promise.resolve() },
      },
    ).stop();
  }

  /** As `GuardLink` does. */
  private leaveGuard({ process, socket }: RunningAgent, how: 'leave' | 'retire'): Promise<void> {
    if (socket === undefined) return Promise.resolve();
    if (how === 'leave') {
      socket.close();
      return Promise.resolve();
    }
    socket.send(JSON.stringify({ type: 'retire' } satisfies AgentMessage));
    return new Promise((resolve) => {
      socket.onClose = () => resolve();
      process.after(GUARD_WELCOME_TIMEOUT_MS, () => resolve());
    });
  }

  /** All ends at once, and nobody is told. */
  powerOff(): void {
    this.table.powerOff();
    this.guard?.process.kill();
    if (this.guard !== undefined) this.modules.streams.processDied(this.guard.process, false);
    this.guard = undefined;
    this.crashAgent(false);
  }

  /** Connects to the guard that runs or starts one, as `GuardLink` does; calls `first` when one has welcomed the agent. */
  private obtainGuard(running: RunningAgent, first: () => void): void {
    const { process } = running;
    if (this.guardProcess === undefined) {
      process.after(this.random.between(20, 80), () => {
        if (this.guardProcess === undefined) this.startGuard();
        this.obtainGuard(running, first);
      });
      return;
    }
    const { guard } = this;
    const socket = guard?.connect(process);
    if (guard === undefined || socket === undefined) return;
    const cancel = process.after(GUARD_WELCOME_TIMEOUT_MS, () => {
      // It answers nothing: it is frozen, and replaced.
      this.modules.event('guardReplaced');
      guard.die();
    });
    socket.onMessage = (text) => {
      const message = JSON.parse(text) as GuardMessage;
      if (message.type === 'welcome') {
        cancel();
        running.socket = socket;
        if (message.attempts.some(({ ending }) => ending === null)) this.modules.event('agentAdoptedAttempts');
        void running.agent.guardWelcomed(message.attempts);
        first();
      } else if (message.type === 'started') running.agent.guardStarted(message.process);
      else if (message.type === 'ended') running.agent.guardEnded(message.key, message.ending);
    };
    socket.onClose = () => {
      cancel();
      const wasWelcomed = running.socket === socket;
      running.socket = undefined;
      if (running.stopping) return;
      this.obtainGuard(running, wasWelcomed ? () => undefined : first);
    };
    const { incarnation } = this.files;
    const hello = { version: GUARD_PROTOCOL_VERSION, workerId: this.workerId, incarnation, target: this.target() };
    socket.send(JSON.stringify({ type: 'hello', ...hello } satisfies AgentMessage));
  }

  private startGuard(): void {
    const process = new SimulatedProcess(`${this.workerId}-guard`, this.clock, this.modules.time);
    this.guard = new GuardProcess(process, { ...this.modules, files: this.files, table: this.table });
  }

  private target(): ReportTarget {
    const { labels, capacity } = this.facts;
    const worker = { labels, capacity, version: 'simulated', host: this.workerId };
    return { addresses: this.modules.coordinators, security: {}, worker };
  }

  /** As `orphans.ts`: kills what a dead guard left, until nothing of it is left. */
  private async endOrphans(process: SimulatedProcess, orphans: readonly Orphan[]): Promise<void> {
    const marks = new Set(orphans.map(({ jobId, fencingToken }) => `${jobId} ${fencingToken}`));
    this.modules.event('orphansEndedByAgent');
    for (;;) {
      const left = this.table.live.filter(({ jobId, fencingToken }) => marks.has(`${jobId} ${fencingToken}`));
      if (left.length === 0) return;
      for (const { pid } of left) this.table.signal(pid, 'SIGKILL');
      await new Promise<void>((resolve) => process.after(POLL_MS, () => resolve()));
    }
  }

  private heartbeatCall(caller: ConstructorParameters<typeof ClientCall>[0], address: string) {
    const call = new HeartbeatCall(caller, address);
    call.acknowledged = (sentAtMs, leader) => this.modules.heard(this.workerId, sentAtMs, leader);
    call.nowMs = () => this.modules.time.nowMs;
    return call;
  }
}

/** Notes by true time when each heartbeat was sent, so that the checker can tell whether its acknowledgement is a lie. */
class HeartbeatCall extends ClientCall<WireHeartbeatRequestInput, WireHeartbeatResponse> {
  acknowledged: (sentAtMs: number, leader: Ballot) => void = () => undefined;
  nowMs: () => number = () => 0;
  private readonly sentAtMs = new Map<number, number>();

  constructor(caller: ConstructorParameters<typeof ClientCall>[0], address: string) {
    super(caller, address, 'heartbeat', METHODS.heartbeat);
    this.on('data', ({ sequence, leader }: WireHeartbeatResponse) => {
      const sentAtMs = this.sentAtMs.get(Number(sequence));
      if (sentAtMs !== undefined && leader !== null) this.acknowledged(sentAtMs, ballotFromWire(leader));
    });
  }

  override write(request: WireHeartbeatRequestInput): boolean {
    this.sentAtMs.set(Number(request.sequence), this.nowMs());
    return super.write(request);
  }
}
