import { createReplica, formatBallot } from '@synod/consensus';
import type {
  DurableState,
  Message,
  NodeId,
  Proposal,
  Replica,
  ReplicaCounters,
  Slot,
  TransferOutcome,
} from '@synod/consensus';
import { NodeClock, PERFECT_DISK, PERFECT_LINK, SeededRandom, SimulatedNetwork, VirtualClock } from '@synod/testkit';
import type { MessageCodec } from '@synod/testkit';
import { Digest } from '../digest.js';
import { Counts } from '../events.js';
import type { Failure, RunReport } from '../world.js';
import { Checker } from './checker.js';
import { Clients } from './clients.js';
import { DurabilityChecker } from './durability.js';
import { checkOutcome } from './outcome.js';
import { Faults } from './faults/faults.js';
import { SimulatedHost } from './host.js';
import { CLUSTER_ID, GROUP_ID, learnerIds, voterIds } from './identity.js';
import { KeyValueMachine } from './key-value.js';
import type { StateMachineFactory } from './key-value.js';
import { jsonCodec, packetCodec } from './packet.js';
import type { Packet } from './packet.js';
import type { RunPlan } from './plan.js';
import { expectThat, Violation } from './violation.js';

/** What may be put in place of the usual parts, to see that the simulator notices. */
export interface RunModules {
  /** Wraps or replaces the replica of a node. */
  readonly wrapReplica?: (create: (durable: DurableState) => Replica, durable: DurableState, nodeId: NodeId) => Replica;
  readonly createMachine?: StateMachineFactory;
  readonly codec?: MessageCodec<Message>;
  /** Disks that lied come back after a power cut without what they had acknowledged: more than the protocol can stand. */
  readonly liarsReturn?: boolean;
}

/** After the last repair, the cluster has this long to converge and to have answered every client. */
const HEALING_LIMIT_MS = 20_000;
/** And then this long to answer once more. */
const SERVING_LIMIT_MS = 2_000;
/** Then flushes under way end, so that the last look is at what is durable. */
const SETTLING_MS = 50;
/** A learner that applied so much has been of use. */
const LEARNED_SLOTS = 50;

/** One run: everything about it follows from the plan. */
export class Run {
  private readonly clock = new VirtualClock();
  private readonly digest = new Digest();
  private readonly events = new Counts();
  private readonly faultCounts = new Counts();
  private readonly checker: Checker;
  private readonly durability: DurabilityChecker;
  private readonly network: SimulatedNetwork<Packet>;
  private readonly hosts: SimulatedHost[];
  private readonly byId: Map<string, SimulatedHost>;
  private readonly clients: Clients;
  private readonly faults: Faults;
  private readonly leaders = new Set<string>();
  private healedAfterMs = 0;

  constructor(
    private readonly plan: RunPlan,
    private readonly modules: RunModules,
  ) {
    const random = new SeededRandom(plan.seed).fork();
    this.checker = new Checker(plan.size, plan.options.maxOpenSlots);
    this.durability = new DurabilityChecker(this.checker, () => this.hosts);
    this.network = new SimulatedNetwork<Packet>(
      {
        timers: this.clock,
        nowMs: () => this.clock.nowMs,
        random: random.fork(),
        codec: packetCodec(modules.codec ?? jsonCodec),
        deliver: (_from, to, packet) => this.byId.get(to)?.receive(packet),
      },
      plan.link,
    );
    const voters = voterIds(plan.size);
    const learners = learnerIds(plan.learners);
    const ids = [...voters, ...learners];
    this.hosts = ids.map((nodeId, index) => this.createHost(nodeId, index, voters, learners, random.fork()));
    this.byId = new Map(this.hosts.map((host) => [host.nodeId, host]));
    const gateway = {
      nodeIds: ids,
      propose: (nodeId: NodeId, proposals: readonly Proposal[]) =>
        this.byId.get(nodeId)?.input({ type: 'propose', proposals }),
      read: (nodeId: NodeId, readId: number) => this.byId.get(nodeId)?.input({ type: 'read', readId }),
    };
    this.clients = new Clients(plan, this.clock, random.fork(), gateway, this.checker);
    this.faults = this.createFaults(random.fork());
  }

  execute(): RunReport {
    let failure: Failure | undefined;
    try {
      this.runThrough();
    } catch (error) {
      failure = { ...describe(error), atMs: Math.round(this.clock.nowMs) };
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
    expectThat(converged, 'convergence', this.describeHosts());
    this.serveOnceMore();
    this.clock.advance(SETTLING_MS);
    const replica = checkOutcome(this.checker, this.clients);
    for (const host of this.hosts) {
      if (!host.out) this.checker.onMachineDigest(host.nodeId, host.appliedSlot, replica.digestAt(host.appliedSlot));
      if (!host.voter && host.appliedSlot >= LEARNED_SLOTS) this.events.add('learnersCaughtUp');
    }
  }

  /** Everything is well: a command and a read of every key are answered. */
  private serveOnceMore(): void {
    const answered = this.clients.askOnceMore(this.servingHost()?.nodeId);
    const serves = this.clock.advanceUntil(answered, SERVING_LIMIT_MS);
    expectThat(serves, 'liveness', `no answer after healing; ${this.describeHosts()}`);
    const readAll = this.clients.readAll(() => this.servingHost()?.nodeId);
    const reads = this.clock.advanceUntil(readAll, SERVING_LIMIT_MS);
    expectThat(reads, 'liveness', `no read after healing; ${this.describeHosts()}`);
  }

  private servingHost(): SimulatedHost | undefined {
    return this.hosts.find(({ isServing }) => isServing);
  }

  private heal(): void {
    this.faults.heal();
    this.network.setFaults(PERFECT_LINK);
    this.network.mendAll();
    for (const host of this.hosts) {
      host.health.ailment = '';
      host.health.full = false;
      host.ownClock.wallOffsetMs = 0;
      host.disk.setFaults(PERFECT_DISK);
      host.disk.leaveRoom(Infinity);
      host.disk.lie(undefined);
      host.disk.resume();
      host.resume();
      host.start();
    }
  }

  private isConverged(): boolean {
    const { chosenThroughSlot } = this.checker;
    let serving = 0;
    for (const host of this.hosts) {
      if (host.out) continue;
      if (!host.genuine || !host.alive || host.appliedSlot !== chosenThroughSlot || host.isInstalling) return false;
      // What nobody has found yet, nobody can repair.
      for (const slot of host.log.foundDamaged) if (this.mustBeRepaired(host, slot)) return false;
      if (host.isServing) serving += 1;
    }
    return serving === 1 && this.clients.unanswered === 0;
  }

  /** Unless the image covers the record and all others have trimmed it: then the next trim takes it along. */
  private mustBeRepaired(host: SimulatedHost, slot: Slot): boolean {
    const others = this.hosts.filter((other) => other !== host && !other.out);
    return slot > host.goodImageSlot || others.some(({ log }) => log.trimmedThroughSlot < slot);
  }

  private createHost(
    nodeId: NodeId,
    index: number,
    members: readonly NodeId[],
    learners: readonly NodeId[],
    random: SeededRandom,
  ): SimulatedHost {
    const { plan, clock, checker, durability, events, modules } = this;
    const node = plan.nodes[index] ?? { priority: 0, clock: { rate: 1, wallOffsetMs: 0 } };
    const createGenuine = (storageId: string, durable: DurableState): Replica =>
      createReplica(
        {
          clusterId: CLUSTER_ID,
          groupId: GROUP_ID,
          nodeId,
          storageId,
          members,
          learners,
          priority: node.priority,
          options: plan.options,
        },
        durable,
      );
    return new SimulatedHost(nodeId, members.includes(nodeId), {
      plan,
      clock,
      ownClock: new NodeClock(clock, node.clock),
      random,
      checker,
      durability,
      events,
      createReplica: (_, storageId, durable) => {
        const create = (state: DurableState): Replica => createGenuine(storageId, state);
        return modules.wrapReplica?.(create, durable, nodeId) ?? create(durable);
      },
      createMachine: modules.createMachine ?? (() => new KeyValueMachine()),
      listener: {
        onPacket: (from, to, packet) => this.send(from, to, packet),
        onAnswered: (proposalIds, slot, replies) => {
          this.digest.number(slot).number(this.clock.nowMs * 1_000);
          this.clients.onAnswered(proposalIds, slot, replies);
        },
        onRefused: (proposalIds, reason, leader) => this.clients.onRefused(proposalIds, reason, leader),
        onReadReady: (readIds, slot, host) =>
          this.clients.onReadReady(readIds, slot, host.nodeId, (key) => host.read(key)),
        onReadsRefused: (readIds, leader) => this.clients.onReadsRefused(readIds, leader),
        onLeader: (ballot) => this.leaders.add(formatBallot(ballot)),
        onTransferEnded: (outcome) => this.events.add(TRANSFER_EVENTS[outcome]),
        onStopped: (node) => this.digest.text(node).number(this.clock.nowMs * 1_000),
      },
    });
  }

  private createFaults(random: SeededRandom): Faults {
    const { plan, clock, network, hosts, durability, faultCounts, events, modules } = this;
    return new Faults({
      plan,
      clock,
      random,
      hosts,
      network,
      durability,
      counts: faultCounts,
      events,
      surge: ({ nodeId }) => this.clients.surge(nodeId),
      liarsReturn: modules.liarsReturn ?? false,
    });
  }

  private send(from: NodeId, to: NodeId, packet: Packet): void {
    const encoded = this.network.send(from, to, packet);
    const type = packet.kind === 'core' ? packet.message.body.type : packet.body.type;
    this.digest
      .text(from)
      .text(to)
      .text(type)
      .number(encoded.length)
      .number(this.clock.nowMs * 1_000);
  }

  private describeHosts(): string {
    const hosts = this.hosts.map((host) => host.describe());
    return `chosen through ${this.checker.chosenThroughSlot}, unanswered ${this.clients.unanswered}; ${hosts.join('; ')}`;
  }

  private report(failure: Failure | undefined): RunReport {
    const { plan, clients, checker, hosts, events } = this;
    for (const host of hosts) host.retire();
    this.addUpEvents();
    this.digest
      .text(failure?.invariant ?? '')
      .number(checker.chosenThroughSlot)
      .number(clients.acknowledged.size);
    return {
      world: plan.world,
      seed: plan.seed,
      size: plan.size,
      failure,
      digest: this.digest.value(),
      simulatedMs: this.clock.nowMs,
      leaderChanges: Math.max(0, this.leaders.size - 1),
      acknowledged: clients.acknowledged.size,
      proposed: clients.proposed.size,
      retries: clients.retries,
      readsAnswered: clients.readsAnswered,
      chosenSlots: checker.chosenThroughSlot,
      latencyHistogram: clients.latencies.toArray(),
      healedAfterMs: this.healedAfterMs,
      faults: this.faultCounts.toRecord(),
      events: events.toRecord(),
    };
  }

  /** What replicas, disks, clients and the network counted themselves. */
  private addUpEvents(): void {
    const { events, faultCounts, hosts, network, clients } = this;
    for (const host of hosts) {
      for (const [name, count] of Object.entries(host.counters) as [keyof ReplicaCounters, number][]) {
        events.add(name, count);
      }
      events.add('damagedRecordsRepaired', host.log.repaired);
      events.add('lossyCrashes', host.disk.counts.lossyCrashes);
      events.add('failedFlushes', host.disk.counts.failedFlushes);
      events.add('lies', host.disk.counts.lies);
      events.add('liesFound', host.disk.counts.brokenPromises > 0 ? 1 : 0);
    }
    events.add('clientsGaveUp', clients.gaveUp);
    events.add('readsAnswered', clients.readsAnswered);
    events.add('leaderChanges', this.leaders.size - 1);
    for (const name of ['sent', 'delivered', 'cut', 'clogged'] as const)
      events.add(`messages ${name}`, network.counts[name]);
    faultCounts.add('loss', network.counts.dropped);
    faultCounts.add('duplication', network.counts.duplicated);
    faultCounts.add('reordering', network.counts.reordered);
    faultCounts.add('replay', network.counts.replayed);
    faultCounts.add('clockRate', this.plan.nodes.some(({ clock }) => clock.rate !== 1) ? 1 : 0);
  }
}

const TRANSFER_EVENTS: Readonly<Record<TransferOutcome, string>> = {
  transferred: 'transfersDone',
  timedOut: 'transfersTimedOut',
  notLeader: 'transfersRefused',
  unfitTarget: 'transfersRefused',
  busy: 'transfersRefused',
};

function describe(error: unknown): { readonly invariant: string; readonly detail: string } {
  if (error instanceof Violation) return { invariant: error.invariant, detail: error.detail };
  if (error instanceof Error) return { invariant: error.name, detail: error.stack ?? error.message };
  return { invariant: 'unknown', detail: String(error) };
}
