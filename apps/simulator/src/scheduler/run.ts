import type { Logger } from '@synod/base';
import type { Message, NodeId } from '@synod/consensus';
import { decodePaxosMessage, encodePaxosMessage } from '@synod/contracts';
import { FINAL_JOB_STATES } from '@synod/jobs';
import { PERFECT_LINK, SeededRandom, SimulatedNetwork, VirtualClock } from '@synod/testkit';
import { services } from '@synod/wire';
import { Guard } from '@synod/worker-agent';
import type { GuardModules } from '@synod/worker-agent';
import { Violation } from '../consensus/violation.js';
import { Counts } from '../events.js';
import type { Failure, RunReport } from '../world.js';
import { SchedulerChecker } from './checker.js';
import { SchedulerClients } from './clients.js';
import { SimulatedCoordinator } from './coordinator.js';
import type { CoordinatorObserver, CoordinatorParts } from './coordinator.js';
import { SchedulerFaults } from './faults.js';
import { Links } from './links.js';
import { CoordinatorDisk } from './memory-log.js';
import type { SchedulerPlan } from './plan.js';
import { MachineClock, SimulatedProcess } from './process.js';
import { Streams } from './streams.js';
import { Watchers } from './watchers.js';
import { WorkerMachine } from './worker-machine.js';

/** Broken parts in place of real ones: what tests of the simulation put to see that it notices. */
export interface SchedulerModules {
  readonly alterCoordinator?: (parts: CoordinatorParts) => void;
  readonly createGuard?: (options: ConstructorParameters<typeof Guard>[0], modules: GuardModules) => Guard;
}

/** After the last repair: for all jobs to end, and all replicas to be equal. */
const HEALING_LIMIT_MS = 60_000;
/** A supervisor starts a coordinator again that ended itself. */
const RESTART_MS = 400;
/** The whole state is looked at each so many slots, and more seldom when it holds more than so many jobs. */
const INVARIANTS_EACH_SLOTS = 64;
const USUAL_JOBS = 500;
/** Without a leader for so long, what runs and ends well has survived an outage of the control plane. */
const OUTAGE_MS = 1_000;
const SAMPLE_MS = 100;

const { requestSerialize, requestDeserialize } = services.PaxosService.service.Exchange;

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

/** Everything that waits for nothing but promises and immediates happens before the next event. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** One run of the whole scheduler; all of it follows from the plan. */
export class SchedulerRun {
  readonly time = new VirtualClock();
  readonly events = new Counts();
  readonly struck = new Counts();
  readonly checker: SchedulerChecker;
  readonly coordinators: readonly SimulatedCoordinator[];
  readonly workers: readonly WorkerMachine[];
  private readonly workersById: ReadonlyMap<string, WorkerMachine>;
  readonly clients: SchedulerClients;
  private readonly links: Links<Message>;
  private readonly streams: Streams;
  private readonly faults: SchedulerFaults;
  private readonly watchers: Watchers;
  private readonly random: SeededRandom;
  private failure: Failure | undefined;
  private healedAfterMs = 0;
  private leaderlessSinceMs: number | undefined;

  constructor(
    readonly plan: SchedulerPlan,
    private readonly modules: SchedulerModules,
  ) {
    this.random = new SeededRandom(plan.seed).fork();
    const { time, random } = this;
    const event = (name: string, count?: number): void => this.events.add(name, count);
    this.checker = new SchedulerChecker({
      nowMs: () => time.nowMs,
      guardResumedAtMs: (workerId) => this.worker(workerId)?.guardResumedAtMs ?? 0,
      capacity: (workerId) => this.worker(workerId)?.facts.capacity ?? 0,
      isFrozen: (workerId) => this.worker(workerId)?.table.frozen ?? false,
      event,
      learned: (applied) => this.watchers.learn(applied),
    });
    this.links = new Links(
      new SimulatedNetwork<Message>(
        {
          timers: time,
          nowMs: () => time.nowMs,
          random: random.fork(),
          codec: {
            encode: (message) => requestSerialize({ messages: [encodePaxosMessage(message)] }),
            decode: (bytes) => {
              const [wire] = requestDeserialize(Buffer.from(bytes)).messages;
              if (wire === undefined) throw new Violation('what is sent arrives whole', 'an empty request');
              return decodePaxosMessage(wire);
            },
          },
          deliver: (_from, to, message) => this.coordinator(to)?.receive(message),
        },
        plan.link,
      ),
    );
    this.streams = new Streams({ time, random: random.fork(), links: this.links, delays: plan.stream });
    const ids = plan.coordinators.map((_, index) => `c${index + 1}`);
    this.coordinators = ids.map((nodeId, index) => this.createCoordinator(nodeId, index, ids));
    this.workers = plan.workers.map((_, index) => this.createWorker(index, ids, event));
    this.workersById = new Map(this.workers.map((worker) => [worker.workerId, worker]));
    this.clients = new SchedulerClients({
      ...{ plan, time, random: random.fork(), streams: this.streams, checker: this.checker, coordinators: ids, event },
      failed: (error) => this.fail(error),
    });
    const machine = 'clients';
    const watching = new SimulatedProcess(machine, new MachineClock(time, 1, 0), time);
    this.watchers = new Watchers({
      ...{ caller: { machine, process: watching, streams: this.streams }, coordinators: ids, event },
      wait: (delayMs) => new Promise((resolve) => watching.after(delayMs, resolve)),
      go: (work) => void work.catch((error: unknown) => this.fail(error)),
    });
    this.faults = new SchedulerFaults({
      ...{ plan, time, coordinators: this.coordinators, workers: this.workers, links: this.links, struck: this.struck },
      crash: (node) => this.crash(node),
    });
  }

  async execute(): Promise<RunReport> {
    // A rejection that nobody handles ends the process of a real coordinator; here it ends the run.
    const unhandled = (error: unknown): void => this.fail(error);
    process.on('unhandledRejection', unhandled);
    try {
      await this.runThrough();
    } catch (error) {
      this.fail(error);
    } finally {
      await settled();
      process.off('unhandledRejection', unhandled);
    }
    return this.report();
  }

  private async runThrough(): Promise<void> {
    for (const node of this.coordinators) node.start();
    for (const worker of this.workers) worker.startAgent();
    this.time.every(SAMPLE_MS, () => this.sample());
    this.clients.start();
    this.watchers.start();
    this.faults.start();
    this.restartAgents();
    await this.pass(() => false, this.plan.faultPhaseMs);
    this.countNoise();
    this.clients.stop();
    this.heal();
    const healedAtMs = this.time.nowMs;
    const converged = await this.pass(() => this.isConverged(), HEALING_LIMIT_MS);
    this.healedAfterMs = this.time.nowMs - healedAtMs;
    this.events.add('nominalTimeDecided', this.checker.schedules.decided);
    this.checker.expect(converged, 'after the last repair every job ends', () => this.describe());
    this.checkEnd();
  }

  private restartAgents(): void {
    const { rollingRestart: plan } = this.plan;
    if (plan === undefined) return;
    const { onStop, fromMs, everyMs, stopTimeoutMs, downMs } = plan;
    this.workers.forEach((worker, index) => {
      this.time.after(fromMs + index * everyMs, () => {
        worker.restartAgent(onStop, stopTimeoutMs, downMs).then(
          () => this.events.add('agentRestartedInOrder'),
          (error: unknown) => this.fail(error),
        );
      });
    });
  }

  private countNoise(): void {
    const { dropped, duplicated, reordered, replayed } = this.links.counts;
    const { coordinators, workers } = this.plan;
    const drifting = [...coordinators, ...workers.map(({ clock }) => clock)].filter(({ rate }) => rate !== 1);
    this.struck.add('loss', dropped);
    this.struck.add('duplication', duplicated);
    this.struck.add('reordering', reordered);
    this.struck.add('replay', replayed);
    this.struck.add('clockRate', drifting.length);
  }

  /** Runs events until the condition holds; false when that takes longer than the limit. */
  private async pass(condition: () => boolean, limitMs: number): Promise<boolean> {
    let late = false;
    const cancel = this.time.after(limitMs, () => (late = true));
    await settled();
    while (!late && this.failure === undefined) {
      if (condition()) {
        cancel();
        return true;
      }
      this.time.step();
      await settled();
    }
    return condition();
  }

  private heal(): void {
    this.faults.heal();
    this.links.network.setFaults(PERFECT_LINK);
    for (const node of this.coordinators) node.start();
    for (const worker of this.workers) worker.startAgent();
  }

  private isConverged(): boolean {
    if (!this.clients.schedulesRest || !this.watchers.caughtUp) return false;
    const { highestSlot, liveProcesses, openJobs } = this.checker;
    if (this.clients.unanswered > 0 || liveProcesses > 0 || openJobs > 0) return false;
    if (!this.coordinators.every(({ appliedSlot }) => appliedSlot === highestSlot)) return false;
    if (this.coordinators.filter(({ serving }) => serving).length !== 1) return false;
    return this.workers.every(({ unsettled }) => unsettled === 0);
  }

  private checkEnd(): void {
    const { checker, clients } = this;
    for (const jobId of clients.acknowledged) {
      const state = checker.jobs.get(jobId)?.state;
      const ended = state !== undefined && FINAL_JOB_STATES.has(state as never);
      checker.expect(ended, 'no acknowledged job is lost', () => `${jobId} is ${state}`);
      for (const node of this.coordinators) {
        const seen = node.machine?.job(jobId)?.state;
        checker.expect(seen === state, 'no acknowledged job is lost', () => `${jobId} is ${seen} at ${node.nodeId}`);
      }
    }
    for (const { nodeId, machine } of this.coordinators) {
      machine?.checkInvariants();
      const fresh = machine?.recomputeStateHash() === machine?.stateHash();
      checker.expect(fresh, 'the state hash is of the state', () => nodeId);
    }
    checker.expect(checker.schedules.decided > 0, 'schedules fire', () => 'none did');
    const leaked = (): string => `${checker.queues.runningCount} held`;
    checker.expect(checker.queues.runningCount === 0, 'no limit of a queue leaks', leaked);
    checker.expect(clients.acknowledged.size > 0, 'a run acknowledges jobs', () => 'none');
  }

  private sample(): void {
    const now = this.time.nowMs;
    if (this.coordinators.some((node) => node.serving && node.running)) {
      const sinceMs = this.leaderlessSinceMs;
      this.leaderlessSinceMs = undefined;
      if (sinceMs === undefined || now - sinceMs < OUTAGE_MS) return;
      this.events.add('controlPlaneOutage');
      for (const { table } of this.workers) {
        const survived = table.live.filter(({ startedAtMs }) => startedAtMs < sinceMs);
        this.events.add('attemptSurvivedOutage', survived.length);
      }
    } else this.leaderlessSinceMs ??= now;
  }

  private createCoordinator(nodeId: NodeId, index: number, ids: readonly NodeId[]): SimulatedCoordinator {
    const { time, random, plan } = this;
    const { rate, wallOffsetMs } = plan.coordinators[index] ?? { rate: 1, wallOffsetMs: 0 };
    const disk = new CoordinatorDisk(time, random.fork());
    disk.maxFlushMs = plan.maxFlushMs;
    return new SimulatedCoordinator(nodeId, ids, new MachineClock(time, rate, wallOffsetMs), disk, plan, {
      ...{ time, logger: quiet, streams: this.streams, observer: this.observer() },
      send: (from, message) => {
        const bytes = this.links.network.send(from, message.header.to, message);
        this.checker.digest.number(bytes.length).number(time.nowMs * 1_000);
      },
      alter: this.modules.alterCoordinator ?? (() => undefined),
    });
  }

  private observer(): CoordinatorObserver {
    const { checker, events, time, plan } = this;
    const invariantsEachSlots = INVARIANTS_EACH_SLOTS * Math.ceil(plan.jobs / USUAL_JOBS);
    return {
      event: (name) => events.add(name),
      booted: ({ nodeId }) => checker.started(nodeId, 0),
      restored: ({ nodeId, machine, started }, slot) => {
        if (!started) events.add('restoredFromImage');
        this.checked(() => checker.restored(nodeId, slot, machine?.stateHash() ?? ''));
      },
      applied: (node, applied, envelopes) => {
        const { machine } = node;
        if (machine === undefined) return;
        this.checked(() => {
          checker.applied(node.nodeId, node.incarnation, applied, envelopes, machine.stateHash());
          if (applied.slot % invariantsEachSlots === 0) machine.checkInvariants();
        });
      },
      serving: (_node, ballot) => checker.serving(ballot),
      readRefused: () => events.add('roundOfDeposedLeaderFailed'),
      died: (node, reason, expected) => {
        this.checked(() =>
          checker.expect(expected, 'no coordinator ends itself without cause', () => `${node.nodeId}: ${reason}`),
        );
        events.add('endedItselfAfterFailedFlush');
        this.notice(node);
        time.after(RESTART_MS, () => node.start());
      },
    };
  }

  private createWorker(index: number, ids: readonly string[], event: (name: string) => void): WorkerMachine {
    const { time, random, plan, checker } = this;
    const { capacity = 1, labels = {}, clock = { rate: 1, wallOffsetMs: 0 } } = plan.workers[index] ?? {};
    return new WorkerMachine(
      { workerId: `w${index + 1}`, capacity, labels },
      new MachineClock(time, clock.rate, clock.wallOffsetMs),
      {
        ...{ time, random: random.fork(), logger: quiet, streams: this.streams, coordinators: ids, event },
        orphanGraceMs: plan.orphanGraceMs,
        createGuard: this.modules.createGuard ?? ((options, modules) => new Guard(options, modules)),
        processes: {
          started: (started) => this.checked(() => checker.processStarted(started)),
          ended: (ended) => checker.processEnded(ended),
        },
        heard: (workerId, sentAtMs, leader) => this.checked(() => checker.heard(workerId, sentAtMs, leader)),
      },
    );
  }

  private crash(node: SimulatedCoordinator): void {
    node.crash();
    this.notice(node);
  }

  /** Some of the others notice a crash as broken connections, a moment later. */
  private notice(lost: SimulatedCoordinator): void {
    for (const node of this.coordinators) {
      if (node === lost || !this.random.chance(this.plan.noticedRate)) continue;
      this.time.after(this.random.between(0.5, 15), () => node.peerDisconnected(lost.nodeId));
    }
  }

  private coordinator(nodeId: string): SimulatedCoordinator | undefined {
    return this.coordinators.find((node) => node.nodeId === nodeId);
  }

  private worker(workerId: string): WorkerMachine | undefined {
    return this.workersById.get(workerId);
  }

  /** A violation ends the run; it must not be thrown into the product's code, which would take it for its own. */
  private checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { ...describeError(error), atMs: this.time.nowMs };
  }

  private describe(): string {
    const open = [...this.checker.jobs.values()].filter(({ state }) => !FINAL_JOB_STATES.has(state as never));
    const some = open.slice(0, 5).map(({ jobId, state, activeWorker }) => `${jobId} ${state} ${activeWorker ?? ''}`);
    const nodes = this.coordinators.map((it) => `${it.nodeId} ${it.appliedSlot}${it.serving ? ' serves' : ''}`);
    const workers = this.workers.map(({ workerId, unsettled }) => `${workerId} holds ${unsettled}`);
    const facts = `${open.length} open (${some.join(', ')}), ${this.clients.unanswered} unanswered`;
    return `${facts}, ${this.checker.liveProcesses} live, slot ${this.checker.highestSlot}, ${nodes.join(', ')}, ${workers.join(', ')}, ${this.watchers.describe()}`;
  }

  private report(): RunReport {
    const { plan, checker, clients, time } = this;
    return {
      world: plan.world,
      seed: plan.seed,
      size: plan.coordinators.length,
      failure: this.failure,
      digest: checker.digest.value(),
      simulatedMs: time.nowMs,
      leaderChanges: checker.reigns,
      acknowledged: checker.acknowledgedCommands.size,
      proposed: checker.acknowledgedCommands.size,
      retries: clients.retries,
      readsAnswered: clients.reads,
      chosenSlots: checker.highestSlot,
      latencyHistogram: clients.latencies.toArray(),
      healedAfterMs: this.healedAfterMs,
      faults: this.struck.toRecord(),
      events: this.events.toRecord(),
    };
  }
}

function describeError(error: unknown): { readonly invariant: string; readonly detail: string } {
  if (error instanceof Violation) return { invariant: error.invariant, detail: error.detail };
  if (error instanceof Error) return { invariant: error.name, detail: error.stack ?? error.message };
  return { invariant: 'unknown', detail: String(error) };
}
