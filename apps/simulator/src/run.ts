import { createReplica, formatBallot } from '@synod/consensus';
import type { DurableState, Message, NodeId, Proposal, Replica, ReplicaCounters } from '@synod/consensus';
import { PERFECT_DISK, PERFECT_LINK, SeededRandom, SimulatedNetwork, VirtualClock } from '@synod/testkit';
import type { MessageCodec, NetworkCounts } from '@synod/testkit';
import { Checker, Violation } from './checker.js';
import { Clients } from './clients.js';
import { jsonCodec } from './codec.js';
import { Digest } from './digest.js';
import { Faults } from './faults.js';
import { SimulatedHost } from './host.js';
import { planRun } from './plan.js';
import type { FaultKind, RunPlan } from './plan.js';
import { LogMachine, TaggedCommands } from './state-machine.js';
import type { StateMachineFactory, Workload } from './state-machine.js';

/** What may be put in place of the usual parts: broken replicas, another state machine, the real codec. */
export interface RunModules {
  /** Wraps or replaces the replica of a node. */
  readonly wrapReplica?: (create: (durable: DurableState) => Replica, durable: DurableState, nodeId: NodeId) => Replica;
  readonly createMachine?: StateMachineFactory;
  readonly workload?: (plan: RunPlan) => Workload;
  readonly codec?: MessageCodec<Message>;
}

export interface RunReport {
  readonly seed: number;
  readonly size: number;
  readonly failure: { readonly invariant: string; readonly detail: string } | undefined;
  readonly digest: string;
  readonly simulatedMs: number;
  readonly leaderChanges: number;
  readonly acknowledged: number;
  readonly proposed: number;
  readonly retries: number;
  readonly readsAnswered: number;
  readonly chosenSlots: number;
  readonly latenciesMs: readonly number[];
  readonly healedAfterMs: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly network: Readonly<NetworkCounts>;
  readonly disks: { readonly flushes: number; readonly failedFlushes: number; readonly lossyCrashes: number };
  readonly counters: Readonly<Partial<Record<keyof ReplicaCounters, number>>>;
}

/** After the last repair, the cluster has this long to converge and to have answered every client. */
const HEALING_LIMIT_MS = 20_000;
/** And then this long to answer one more command. */
const SERVING_LIMIT_MS = 2_000;

/** One seeded run: everything about it follows from the seed. */
export function simulate(seed: number, modules: RunModules = {}): RunReport {
  return new Run(planRun(seed), modules).execute();
}

class Run {
  private readonly clock = new VirtualClock();
  private readonly digest = new Digest();
  private readonly checker: Checker;
  private readonly network: SimulatedNetwork<Message>;
  private readonly hosts: SimulatedHost[];
  private readonly clients: Clients;
  private readonly faults: Faults<Message>;
  private readonly leaders = new Set<string>();
  private healedAfterMs = 0;

  constructor(
    private readonly plan: RunPlan,
    private readonly modules: RunModules,
  ) {
    const random = new SeededRandom(plan.seed).fork();
    this.checker = new Checker(plan.size, plan.options.maxOpenSlots);
    this.network = new SimulatedNetwork<Message>(
      {
        timers: this.clock,
        nowMs: () => this.clock.nowMs,
        random: random.fork(),
        codec: modules.codec ?? jsonCodec,
        deliver: (_from, to, message) => this.host(to)?.input({ type: 'message', message }),
      },
      plan.link,
    );
    const ids = Array.from({ length: plan.size }, (_, index) => `c${index + 1}`);
    this.hosts = ids.map((nodeId, index) => this.createHost(nodeId, index, ids, random.fork()));
    const gateway = {
      nodeIds: ids,
      propose: (nodeId: NodeId, proposals: readonly Proposal[]) =>
        this.host(nodeId)?.input({ type: 'propose', proposals }),
      read: (nodeId: NodeId, readId: number) => this.host(nodeId)?.input({ type: 'read', readId }),
    };
    const workload = modules.workload?.(plan) ?? new TaggedCommands(plan.paddingBytes);
    this.clients = new Clients(plan, this.clock, random.fork(), gateway, workload, this.checker);
    const { clock, network, hosts } = this;
    this.faults = new Faults({
      plan,
      clock,
      random: random.fork(),
      hosts,
      network,
      surge: (nodeId) => this.clients.surge(nodeId),
    });
  }

  execute(): RunReport {
    let failure: RunReport['failure'];
    try {
      this.runThrough();
    } catch (error) {
      failure = describe(error);
    }
    return this.report(failure);
  }

  private runThrough(): void {
    for (const host of this.hosts) host.start();
    this.clients.start();
    this.faults.start();
    this.clock.advance(this.plan.faultPhaseMs);
    this.clients.stop();
    this.heal();
    const healedAtMs = this.clock.nowMs;
    const converged = this.clock.advanceUntil(() => this.isConverged(), HEALING_LIMIT_MS);
    this.healedAfterMs = this.clock.nowMs - healedAtMs;
    this.checker.expect(converged, 'convergence', this.describeHosts());
    const answered = this.clients.proposeOnce();
    const serves = this.clock.advanceUntil(answered, SERVING_LIMIT_MS);
    this.checker.expect(serves, 'liveness', `no answer after healing; ${this.describeHosts()}`);
    this.checkAnswers();
  }

  private heal(): void {
    this.faults.heal();
    this.network.setFaults(PERFECT_LINK);
    this.network.mendAll();
    for (const host of this.hosts) {
      host.healthy = true;
      host.disk.setFaults(PERFECT_DISK);
      host.disk.resume();
      host.resume();
      host.start();
    }
  }

  private isConverged(): boolean {
    if (this.clients.unanswered > 0) return false;
    const { chosenThroughSlot } = this.checker;
    if (!this.hosts.every(({ alive, appliedSlot }) => alive && appliedSlot === chosenThroughSlot)) return false;
    return this.hosts.filter(({ serving }) => serving).length === 1;
  }

  /** Every acknowledged command is in the log, and nothing is in the log that no client sent. */
  private checkAnswers(): void {
    const logged = new Set<string>();
    for (let slot = 1; slot <= this.checker.chosenThroughSlot; slot += 1) {
      const entry = this.checker.entryAt(slot);
      if (entry?.kind !== 'commands') continue;
      for (const command of entry.commands) {
        const name = new TextDecoder().decode(command);
        this.checker.expect(this.clients.proposed.has(name), 'no phantom', `slot ${slot} holds ${name}`);
        logged.add(name);
      }
    }
    for (const [name, slot] of this.clients.acknowledged) {
      this.checker.expect(logged.has(name), 'nothing acknowledged is lost', `${name}, said to be in slot ${slot}`);
    }
    this.checker.expect(this.clients.acknowledged.size > 0, 'a run acknowledges commands', 'none');
    this.checker.expect(this.leaders.size > 1, 'a run changes its leader', `${this.leaders.size} leaders`);
  }

  private createHost(nodeId: NodeId, index: number, members: readonly NodeId[], random: SeededRandom): SimulatedHost {
    const { plan, clock, checker } = this;
    const config = {
      clusterId: 'simulated',
      groupId: 0,
      nodeId,
      storageId: `disk-${nodeId}`,
      members,
      priority: plan.priorities[index] ?? 0,
      options: plan.options,
    };
    const create = (durable: DurableState): Replica => createReplica(config, durable);
    return new SimulatedHost(nodeId, plan.tickMs, plan.disk, {
      clock,
      ownClock: clock.skewed(plan.clocks[index] ?? { rate: 1, wallOffsetMs: 0 }),
      random,
      checker,
      createReplica: (_, durable) => this.modules.wrapReplica?.(create, durable, nodeId) ?? create(durable),
      createMachine: this.modules.createMachine ?? (() => new LogMachine()),
      listener: {
        onSend: (from, message) => this.send(from, message),
        onAnswered: (proposalIds, slot) => {
          this.digest.number(slot).number(this.clock.nowMs * 1_000);
          this.clients.onAnswered(proposalIds, slot);
        },
        onRefused: (proposalIds, reason, leader) => this.clients.onRefused(proposalIds, reason, leader),
        onReadReady: (readIds, appliedSlot, node) => this.clients.onReadReady(readIds, appliedSlot, node),
        onReadsRefused: (readIds, leader) => this.clients.onReadsRefused(readIds, leader),
        onLeader: (ballot) => this.leaders.add(formatBallot(ballot)),
        onStopped: (node) => this.digest.text(node).number(this.clock.nowMs * 1_000),
      },
    });
  }

  private send(from: NodeId, message: Message): void {
    const { to } = message.header;
    const encoded = this.network.send(from, to, message);
    this.digest
      .text(from)
      .text(to)
      .text(message.body.type)
      .number(encoded.length)
      .number(this.clock.nowMs * 1_000);
  }

  private host(nodeId: NodeId): SimulatedHost | undefined {
    return this.hosts.find((host) => host.nodeId === nodeId);
  }

  private describeHosts(): string {
    const hosts = this.hosts.map((host) => `${host.nodeId} applied ${host.appliedSlot}${host.leads ? ' leads' : ''}`);
    return `chosen through ${this.checker.chosenThroughSlot}, unanswered ${this.clients.unanswered}, ${hosts.join(', ')}`;
  }

  private report(failure: RunReport['failure']): RunReport {
    const { plan, clients, checker, hosts } = this;
    for (const host of hosts) host.retire();
    const counters: Partial<Record<keyof ReplicaCounters, number>> = {};
    for (const host of hosts) {
      for (const [name, count] of Object.entries(host.counters) as [keyof ReplicaCounters, number][]) {
        counters[name] = (counters[name] ?? 0) + count;
      }
    }
    return {
      seed: plan.seed,
      size: plan.size,
      failure,
      digest: this.digest.value(),
      simulatedMs: this.clock.nowMs,
      leaderChanges: this.leaders.size,
      acknowledged: clients.acknowledged.size,
      proposed: clients.proposed.size,
      retries: clients.retries,
      readsAnswered: clients.readsAnswered,
      chosenSlots: checker.chosenThroughSlot,
      latenciesMs: clients.latenciesMs,
      healedAfterMs: this.healedAfterMs,
      faults: this.faults.counts,
      network: this.network.counts,
      disks: {
        flushes: sum(hosts.map(({ disk }) => disk.counts.flushes)),
        failedFlushes: sum(hosts.map(({ disk }) => disk.counts.failedFlushes)),
        lossyCrashes: sum(hosts.map(({ disk }) => disk.counts.lossyCrashes)),
      },
      counters,
    };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function describe(error: unknown): { readonly invariant: string; readonly detail: string } {
  if (error instanceof Violation) return { invariant: error.invariant, detail: error.detail };
  if (error instanceof Error) return { invariant: error.name, detail: error.stack ?? error.message };
  return { invariant: 'unknown', detail: String(error) };
}
