import { ZERO_BALLOT } from '@synod/consensus';
import type {
  AcceptedEntry,
  Ballot,
  DurableState,
  Effect,
  HostHealth,
  Input,
  LogWrite,
  Message,
  NodeId,
  RefusalReason,
  Replica,
  ReplicaCounters,
  Slot,
} from '@synod/consensus';
import { SimulatedDisk } from '@synod/testkit';
import type { DiskFaults, SeededRandom, VirtualClock } from '@synod/testkit';
import type { CancelTimer, Clock } from '@synod/base';
import type { Checker } from './checker.js';
import type { SimulatedStateMachine, StateMachineFactory } from './state-machine.js';

/** Makes the replica of a node; tests put broken ones here. */
export type ReplicaFactory = (nodeId: NodeId, durable: DurableState) => Replica;

export interface HostListener {
  onSend(from: NodeId, message: Message): void;
  onAnswered(proposalIds: readonly number[], slot: Slot): void;
  onRefused(proposalIds: readonly number[], reason: RefusalReason, leader: NodeId | undefined): void;
  onReadReady(readIds: readonly number[], appliedSlot: Slot, node: NodeId): void;
  onReadsRefused(readIds: readonly number[], leader: NodeId | undefined): void;
  onLeader(ballot: Ballot): void;
  onStopped(node: NodeId): void;
}

export interface HostModules {
  readonly clock: VirtualClock;
  readonly ownClock: Clock;
  readonly random: SeededRandom;
  readonly checker: Checker;
  readonly createReplica: ReplicaFactory;
  readonly createMachine: StateMachineFactory;
  readonly listener: HostListener;
}

const HEALTHY: HostHealth = { happy: true, reason: '' };
const UNHEALTHY: HostHealth = { happy: false, reason: 'disk' };

/** What survives a crash. */
class LogImage {
  promised: Ballot = ZERO_BALLOT;
  chosenThroughSlot: Slot = 0;
  readonly accepted = new Map<Slot, AcceptedEntry>();

  store(write: LogWrite): void {
    if (write.kind === 'promised') this.promised = write.ballot;
    else if (write.kind === 'accepted') this.accepted.set(write.accepted.slot, write.accepted);
    else this.chosenThroughSlot = write.slot;
  }

  load(): DurableState {
    const accepted = [...this.accepted.values()].filter(({ slot }) => slot > this.chosenThroughSlot);
    accepted.sort((left, right) => left.slot - right.slot);
    return { promised: this.promised, chosenThroughSlot: this.chosenThroughSlot, accepted };
  }
}

/** One machine: a replica, its disk and its state machine; it can crash, restart, pause, and be unwell. */
export class SimulatedHost {
  readonly image = new LogImage();
  readonly disk: SimulatedDisk<LogWrite>;
  readonly counters: Partial<Record<keyof ReplicaCounters, number>> = {};
  alive = false;
  healthy = true;
  incarnation = 0;
  private replica: Replica | undefined;
  private machine: SimulatedStateMachine;
  private applied: Slot = 0;
  private paused = false;
  private deferred: (() => void)[] = [];
  private stopTicks: CancelTimer = () => undefined;

  constructor(
    readonly nodeId: NodeId,
    private readonly tickMs: number,
    diskFaults: DiskFaults,
    private readonly modules: HostModules,
  ) {
    const { clock, random, checker } = modules;
    const store = (writes: readonly LogWrite[]): void => {
      for (const write of writes) {
        this.image.store(write);
        checker.onFlushed(nodeId, write);
      }
    };
    this.disk = new SimulatedDisk<LogWrite>({ timers: clock, random, store }, diskFaults);
    this.machine = modules.createMachine();
  }

  get appliedSlot(): Slot {
    return this.applied;
  }

  get serving(): boolean {
    return this.alive && this.replica?.status().serving === true;
  }

  get leads(): boolean {
    return this.alive && this.replica?.status().role === 'leader';
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** Boots from the disk; the state machine replays what the disk knows chosen. */
  start(): void {
    if (this.alive) return;
    this.incarnation += 1;
    this.modules.checker.onStart(this.nodeId, this.image);
    this.machine = this.modules.createMachine();
    const durable = this.image.load();
    for (let slot = 1; slot <= durable.chosenThroughSlot; slot += 1) {
      const held = this.image.accepted.get(slot);
      if (held !== undefined) this.machine.apply(slot, held.entry);
    }
    this.applied = durable.chosenThroughSlot;
    this.replica = this.modules.createReplica(this.nodeId, durable);
    this.alive = true;
    this.tick();
    this.stopTicks = this.modules.clock.every(this.tickMs, () => this.tick());
  }

  /** Loses memory and what isn't flushed. */
  crash(): void {
    if (!this.alive) return;
    this.retire();
    this.alive = false;
    this.paused = false;
    this.deferred = [];
    this.replica = undefined;
    this.stopTicks();
    this.disk.crash();
    this.modules.listener.onStopped(this.nodeId);
  }

  pause(): void {
    this.paused = this.alive;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    const { incarnation } = this;
    for (const work of this.deferred.splice(0)) if (this.incarnation === incarnation) work();
  }

  /** Gives the replica an input, or later if the process is paused. */
  input(input: Input): void {
    if (!this.alive) return;
    if (this.paused) {
      this.deferred.push(() => this.input(input));
      return;
    }
    const effects = this.replica?.step(input) ?? [];
    for (const effect of effects) if (this.alive) this.carryOut(effect);
  }

  /** Adds what the replica counted to the host's totals. */
  retire(): void {
    const counters = this.replica?.status().counters;
    if (counters === undefined) return;
    for (const [name, count] of Object.entries(counters) as [keyof ReplicaCounters, number][]) {
      this.counters[name] = (this.counters[name] ?? 0) + count;
    }
  }

  private tick(): void {
    const { ownClock } = this.modules;
    // A paused process doesn't tick, and doesn't make up for the ticks it missed.
    if (this.paused) return;
    this.input({
      type: 'timerTick',
      nowMs: ownClock.monotonicMs(),
      wallMs: ownClock.wallMs(),
      health: this.healthy ? HEALTHY : UNHEALTHY,
    });
  }

  private carryOut(effect: Effect): void {
    const { checker, listener } = this.modules;
    switch (effect.type) {
      case 'persist':
        return this.persist(effect.token, effect.writes);
      case 'send':
        checker.onSend(this.nodeId, this.incarnation, this.image, effect.message);
        return listener.onSend(this.nodeId, effect.message);
      case 'apply':
        checker.onApply(this.nodeId, this.image, this.applied, effect.slot, effect.entry);
        this.applied = effect.slot;
        this.machine.apply(effect.slot, effect.entry);
        checker.onMachineDigest(this.nodeId, effect.slot, this.machine.digest());
        if (effect.proposalIds !== undefined) listener.onAnswered(effect.proposalIds, effect.slot);
        return;
      case 'loadEntries':
        return this.load(effect);
      case 'proposalsRefused':
        return listener.onRefused(effect.proposalIds, effect.reason, effect.leader);
      case 'readReady':
        return listener.onReadReady(effect.readIds, effect.appliedSlot, this.nodeId);
      case 'readsRefused':
        return listener.onReadsRefused(effect.readIds, effect.leader);
      case 'roleChanged':
        if (effect.role === 'leader' && !effect.serving) listener.onLeader(effect.ballot);
        return;
      case 'fatal':
        return this.crash();
    }
  }

  private persist(token: number, writes: readonly LogWrite[]): void {
    const { incarnation } = this;
    for (const write of writes) this.modules.checker.onWrite(this.nodeId, write);
    this.disk.persist(writes, (ok) => {
      if (this.incarnation === incarnation) this.input({ type: 'storageDone', token, ok });
    });
  }

  private load(effect: Extract<Effect, { type: 'loadEntries' }>): void {
    const { incarnation } = this;
    this.modules.clock.after(0.3, () => {
      if (this.incarnation !== incarnation) return;
      const entries = [];
      let bytes = 0;
      for (let slot = effect.fromSlot; slot <= effect.throughSlot && bytes < effect.maxBytes; slot += 1) {
        const held = this.image.accepted.get(slot);
        if (held === undefined) break;
        entries.push({ slot, entry: held.entry });
        bytes += held.entry.kind === 'noop' ? 1 : held.entry.commands.reduce((sum, { length }) => sum + length, 0);
      }
      this.input({ type: 'entriesLoaded', token: effect.token, entries });
    });
  }
}
