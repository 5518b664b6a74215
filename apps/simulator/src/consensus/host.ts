import { compareBallots } from '@synod/consensus';
import type {
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
  Role,
  Slot,
  TransferOutcome,
} from '@synod/consensus';
import { SimulatedDisk } from '@synod/testkit';
import type { NodeClock, SeededRandom, VirtualClock } from '@synod/testkit';
import type { CancelTimer } from '@synod/base';
import type { Counts } from '../events.js';
import type { Checker } from './checker.js';
import type { DurabilityChecker, DurableView } from './durability.js';
import { HostHealthMonitor } from './host-health.js';
import { SimulatedImageStore } from './image-store.js';
import type { SimulatedStateMachine, StateMachineFactory } from './key-value.js';
import { LogImage } from './log-image.js';
import type { Packet, SnapshotBody } from './packet.js';
import type { RunPlan } from './plan.js';
import { SnapshotTransfer } from './snapshot-transfer.js';
import { expectThat } from './violation.js';

/** Makes the replica of a node; tests put broken ones here. */
export type ReplicaFactory = (nodeId: NodeId, storageId: string, durable: DurableState) => Replica;

export interface HostListener {
  onPacket(from: NodeId, to: NodeId, packet: Packet): void;
  onAnswered(proposalIds: readonly number[], slot: Slot, replies: readonly string[]): void;
  onRefused(proposalIds: readonly number[], reason: RefusalReason, leader: NodeId | undefined): void;
  onReadReady(readIds: readonly number[], appliedSlot: Slot, host: SimulatedHost): void;
  onReadsRefused(readIds: readonly number[], leader: NodeId | undefined): void;
  onLeader(ballot: Ballot): void;
  onTransferEnded(outcome: TransferOutcome): void;
  onStopped(node: NodeId): void;
}

export interface HostModules {
  readonly plan: RunPlan;
  readonly clock: VirtualClock;
  readonly ownClock: NodeClock;
  readonly random: SeededRandom;
  readonly checker: Checker;
  readonly durability: DurabilityChecker;
  readonly events: Counts;
  readonly createReplica: ReplicaFactory;
  readonly createMachine: StateMachineFactory;
  readonly listener: HostListener;
}

/** One machine: a replica, its log, its image and its state machine; it can crash, restart, pause, be unwell and lose its disk. */
export class SimulatedHost implements DurableView {
  readonly log = new LogImage();
  readonly disk: SimulatedDisk<LogWrite>;
  readonly image: SimulatedImageStore;
  readonly health: HostHealthMonitor;
  readonly transfer: SnapshotTransfer;
  readonly counters: Partial<Record<keyof ReplicaCounters, number>> = {};
  readonly ownClock: NodeClock;
  alive = false;
  /** Refused under its node id, because its disk was lost: it stays out for the rest of the run (I10). */
  out = false;
  /** False from when its disk was lost: what it votes under its new storage id must not count. */
  genuine = true;
  incarnation = 0;
  role: Role = 'follower';
  serving = false;
  private storageGeneration = 1;
  private ballot: Ballot | undefined;
  private replica: Replica | undefined;
  private machine: SimulatedStateMachine;
  private applied: Slot = 0;
  private installing = false;
  private imageLost = false;
  private paused = false;
  private deferred: (() => void)[] = [];
  private stopTimers: CancelTimer[] = [];

  constructor(
    readonly nodeId: NodeId,
    readonly voter: boolean,
    private readonly modules: HostModules,
  ) {
    const { clock, random, plan, events } = modules;
    this.ownClock = modules.ownClock;
    this.health = new HostHealthMonitor(clock);
    this.disk = new SimulatedDisk<LogWrite>(
      { timers: clock, random, store: (writes) => this.store(writes) },
      plan.disk,
    );
    this.image = new SimulatedImageStore(clock, random.fork(), plan.image.maxFlushMs);
    this.machine = modules.createMachine();
    this.transfer = new SnapshotTransfer({
      clock,
      events,
      chunkBytes: plan.image.chunkBytes,
      send: (to, body) => this.sendSnapshot(to, body),
      image: () => (this.installing ? undefined : this.image.read()),
      received: (slot) => this.input({ type: 'snapshotReceived', slot }),
      failed: (peer) => this.input({ type: 'snapshotFailed', peer }),
    });
  }

  get storageId(): string {
    return `disk-${this.nodeId}-${this.storageGeneration}`;
  }

  get appliedSlot(): Slot {
    return this.applied;
  }

  get leads(): boolean {
    return this.alive && this.role === 'leader';
  }

  get isServing(): boolean {
    return this.alive && this.serving;
  }

  get isPaused(): boolean {
    return this.paused;
  }

  get goodImageSlot(): Slot {
    return this.image.isDamaged ? 0 : this.image.slot;
  }

  get impaired(): boolean {
    const { log } = this;
    if (!this.genuine || this.disk.hasLied || log.damaged.size > 0 || this.image.isDamaged) return true;
    return log.trimmedThroughSlot > this.goodImageSlot;
  }

  /** The image is further than what the log itself knows chosen, as after an installed snapshot. */
  get imageIsAhead(): boolean {
    return !this.installing && this.image.slot > this.log.chosenThroughSlot;
  }

  get isInstalling(): boolean {
    return this.installing;
  }

  /** The state machine's content, for reads that consensus allowed. */
  read(key: string): string {
    return this.machine.read(key);
  }

  /** Boots from the disk: the image, and what the log knows chosen above it. */
  start(): void {
    if (this.alive || this.out) return;
    const { checker, clock, plan, events } = this.modules;
    this.incarnation += 1;
    const damaged = this.image.isDamaged;
    const image = this.image.read();
    const imageSlot = image?.slot ?? 0;
    const { durable, replay } = this.log.load(imageSlot);
    if (damaged) events.add('imagesFoundDamaged');
    this.imageLost = this.log.trimmedThroughSlot > imageSlot;
    if (this.imageLost) events.add('imagesLost');
    checker.onStart(this.nodeId, this.log, imageSlot, replay);
    this.machine = this.modules.createMachine();
    if (image !== undefined) this.machine.restore(image.content);
    for (const { slot, entry } of replay) this.machine.apply(slot, entry);
    this.applied = durable.chosenThroughSlot;
    if (this.applied > 0) checker.onMachineDigest(this.nodeId, this.applied, this.machine.digest());
    this.replica = this.modules.createReplica(this.nodeId, this.storageId, durable);
    this.alive = true;
    this.tick();
    this.stopTimers = [clock.every(plan.tickMs, () => this.tick())];
    if (plan.image.intervalMs !== undefined) {
      this.stopTimers.push(clock.every(plan.image.intervalMs, () => this.flushImage()));
    }
  }

  /** The process ends: loses memory and what isn't flushed. */
  crash(): void {
    if (!this.alive) return;
    this.stop();
    this.disk.crash();
  }

  /** The machine loses power. A disk that lied is lost with what it had acknowledged; true when so. */
  cutPower(forgets: boolean): boolean {
    if (this.alive) this.stop();
    const lost = this.disk.cutPower() > 0;
    if (lost && !forgets) this.loseDisk();
    return lost;
  }

  /** The disk is gone. Whoever sets up an empty one in its place under the same node id will be refused. */
  loseDisk(): void {
    this.crash();
    this.log.lose();
    this.image.drop();
    this.genuine = false;
    this.storageGeneration += 1;
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

  receive(packet: Packet): void {
    if (packet.kind === 'core') return this.input({ type: 'message', message: packet.message });
    this.whenRunning(() => this.transfer.receive(packet.from, packet.body));
  }

  /** Gives the replica an input, or later if the process is paused. */
  input(input: Input): void {
    this.whenRunning(() => {
      this.observe(input);
      const effects = this.replica?.step(input) ?? [];
      this.observeSilence(input, effects);
      for (const effect of effects) if (this.alive) this.carryOut(effect);
    });
  }

  /** Adds what the replica counted to the host's totals. */
  retire(): void {
    const counters = this.replica?.status().counters;
    if (counters === undefined) return;
    for (const [name, count] of Object.entries(counters) as [keyof ReplicaCounters, number][]) {
      this.counters[name] = (this.counters[name] ?? 0) + count;
    }
  }

  describe(): string {
    const state = this.out ? ' out' : this.alive ? '' : ' down';
    const status = this.replica?.status();
    const needs = status?.needsSnapshot === true ? ' needs a snapshot' : '';
    return `${this.nodeId} applied ${this.applied} trimmed ${this.log.trimmedThroughSlot} image ${this.image.slot} ${this.role}${state}${needs}`;
  }

  private stop(): void {
    this.retire();
    this.alive = false;
    this.paused = false;
    this.role = 'follower';
    this.serving = false;
    this.installing = false;
    this.deferred = [];
    this.replica = undefined;
    for (const cancel of this.stopTimers) cancel();
    this.image.crash();
    this.transfer.crash();
    this.health.crash();
    this.modules.listener.onStopped(this.nodeId);
  }

  private whenRunning(work: () => void): void {
    if (!this.alive) return;
    if (this.paused) {
      this.deferred.push(() => this.whenRunning(work));
      return;
    }
    work();
  }

  private tick(): void {
    const { ownClock } = this.modules;
    // A paused process doesn't tick, and doesn't make up for the ticks it missed.
    if (this.paused) return;
    const health: HostHealth = this.health.tell();
    this.input({ type: 'timerTick', nowMs: ownClock.monotonicMs(), wallMs: ownClock.wallMs(), health });
  }

  /** Counts moments that a campaign must have seen. */
  private observe(input: Input): void {
    const { events, checker } = this.modules;
    if (input.type === 'message' && input.message.body.type === 'prepare' && this.installing) {
      events.add('preparesDuringInstall');
    }
    const deposed = this.role === 'leader' && this.ballot !== undefined && checker.isDeposed(this.ballot);
    if (input.type === 'read' && deposed) events.add('deposedLeadersAsked');
  }

  /** A full disk: what would have to be written isn't answered. */
  private observeSilence(input: Input, effects: readonly Effect[]): void {
    if (!this.health.toldFull || input.type !== 'message') return;
    const { type } = input.message.body;
    if ((type === 'accept' || type === 'prepare') && !effects.some(({ type: kind }) => kind === 'persist')) {
      this.modules.events.add('fullDisksSilent');
    }
  }

  private carryOut(effect: Effect): void {
    const { checker, listener, events } = this.modules;
    switch (effect.type) {
      case 'persist':
        return this.persist(effect.token, effect.writes);
      case 'send':
        return this.send(effect.message);
      case 'apply':
        return this.apply(effect);
      case 'loadEntries':
        return this.load(effect);
      case 'proposalsRefused':
        return listener.onRefused(effect.proposalIds, effect.reason, effect.leader);
      case 'readReady':
        expectThat(!this.installing, 'linearizable read', `${this.nodeId} reads while it installs a snapshot`);
        checker.onReadable(this.nodeId, this.applied, effect.appliedSlot);
        return listener.onReadReady(effect.readIds, effect.appliedSlot, this);
      case 'readsRefused':
        return listener.onReadsRefused(effect.readIds, effect.leader);
      case 'roleChanged':
        return this.changeRole(effect);
      case 'fetchSnapshot':
        events.add('snapshotsAsked');
        return this.transfer.fetch(effect.peer, effect.aboveSlot);
      case 'installSnapshot':
        return this.install(effect.slot);
      case 'discardSnapshot':
        events.add('snapshotsDiscarded');
        this.transfer.take(effect.slot);
        return;
      case 'transferEnded':
        return listener.onTransferEnded(effect.outcome);
      case 'fatal':
        if (effect.code === 'storageIdRefused') {
          expectThat(!this.genuine, 'I10', `${this.nodeId} is refused, and never lost its disk`);
          events.add('reusedIdsRefused');
          this.out = true;
        }
        return this.crash();
    }
  }

  private send(message: Message): void {
    const { checker, listener, events } = this.modules;
    checker.onSend(this.nodeId, this.incarnation, this.log, message);
    if (message.body.type === 'rejected') events.add('storageIdsRejected');
    listener.onPacket(this.nodeId, message.header.to, { kind: 'core', message });
  }

  private sendSnapshot(to: NodeId, body: SnapshotBody): void {
    this.modules.listener.onPacket(this.nodeId, to, { kind: 'snapshot', from: this.nodeId, to, body });
  }

  private apply({ slot, entry, proposalIds }: Extract<Effect, { type: 'apply' }>): void {
    const { checker, listener } = this.modules;
    expectThat(!this.installing, 'I5', `${this.nodeId} applies ${slot} while it installs a snapshot`);
    checker.onApply(this.nodeId, this.log, this.applied, slot, entry);
    this.applied = slot;
    const replies = this.machine.apply(slot, entry);
    checker.onMachineDigest(this.nodeId, slot, this.machine.digest());
    if (proposalIds !== undefined) listener.onAnswered(proposalIds, slot, replies);
  }

  private changeRole({ role, ballot, serving }: Extract<Effect, { type: 'roleChanged' }>): void {
    const { checker, listener, events } = this.modules;
    if (this.role === 'leader' && role === 'follower') {
      const { unfitReason } = this.replica?.status() ?? {};
      if (unfitReason === 'clock') events.add('clockUnfitLeadersGaveWay');
    }
    const newLeader =
      role === 'leader' &&
      (this.role !== 'leader' || this.ballot === undefined || compareBallots(ballot, this.ballot) !== 0);
    this.role = role;
    this.ballot = ballot;
    this.serving = serving;
    if (!newLeader) return;
    checker.onLeader(ballot);
    listener.onLeader(ballot);
  }

  private persist(token: number, writes: readonly LogWrite[]): void {
    const { incarnation } = this;
    const { checker, durability } = this.modules;
    for (const write of writes) {
      const grows = write.kind === 'promised' || write.kind === 'accepted';
      expectThat(!(grows && this.health.toldFull), 'P15', `${this.nodeId} writes ${write.kind} to a full disk`);
      if (!this.genuine) continue;
      checker.onWrite(this.nodeId, write);
      if (write.kind === 'trimmed') {
        durability.onTrim(this.nodeId, this.log.trimmedThroughSlot + 1, write.throughSlot, this.image.slot);
      }
    }
    this.health.flushBegins(token);
    this.disk.persist(writes, (ok) => {
      if (this.incarnation !== incarnation) return;
      this.health.flushEnds(token);
      this.input({ type: 'storageDone', token, ok });
    });
  }

  private store(writes: readonly LogWrite[]): () => void {
    const undo = writes.map((write) => this.log.store(write));
    // Learners have no vote; and what a node writes under a storage id that isn't its first must not count for anything.
    if (this.genuine && this.voter) for (const write of writes) this.modules.checker.onFlushed(this.nodeId, write);
    return () => {
      for (const takeBack of undo.reverse()) takeBack();
    };
  }

  private load(effect: Extract<Effect, { type: 'loadEntries' }>): void {
    const { incarnation } = this;
    const { clock, events, random } = this.modules;
    clock.after(random.chance(0.2) ? random.between(3, 100) : random.between(0.2, 3), () => {
      if (this.incarnation !== incarnation) return;
      if (effect.fromSlot <= this.log.trimmedThroughSlot) events.add('loadsOvertakenByTrim');
      const { entries, damagedSlot } = this.log.entries(effect.fromSlot, effect.throughSlot, effect.maxBytes);
      if (damagedSlot !== undefined) events.add('loadsFoundDamage');
      this.input({ type: 'entriesLoaded', token: effect.token, entries, damagedSlot });
    });
  }

  /** Write-behind: the applied state as it is now becomes durable in a while. */
  private flushImage(): void {
    if (!this.alive || this.paused || this.installing || this.health.toldFull) return;
    if (this.applied <= this.image.newestSlot) return;
    const { durability, events, random, plan } = this.modules;
    const slot = this.applied;
    const { incarnation } = this;
    this.image.write(slot, this.machine.snapshot(), () => {
      if (this.incarnation !== incarnation) return;
      durability.onImage(this.nodeId, slot, this.applied, this.image.read()?.hash ?? '');
      events.add('imagesFlushed');
      this.input({ type: 'imageFlushed', slot });
      const { trimKeepSlots, asksTooMuch } = plan.image;
      if (trimKeepSlots === undefined || !this.alive) return;
      const throughSlot = asksTooMuch && random.chance(0.3) ? this.applied : slot - trimKeepSlots;
      if (throughSlot > this.log.trimmedThroughSlot) this.input({ type: 'trim', throughSlot });
    });
  }

  /** The snapshot replaces image and state; until that is durable the image is the one before, and nothing is applied. */
  private install(slot: Slot): void {
    const snapshot = this.transfer.take(slot);
    expectThat(snapshot !== undefined, 'I5', `${this.nodeId} installs a snapshot at ${slot} that it doesn't have`);
    const { checker, durability, events, createMachine } = this.modules;
    const { incarnation } = this;
    this.installing = true;
    this.image.replace(slot, snapshot.content, () => {
      if (this.incarnation !== incarnation) return;
      this.whenRunning(() => {
        const before = this.applied;
        this.installing = false;
        this.machine = createMachine();
        this.machine.restore(snapshot.content);
        checker.onInstalled(this.nodeId, before, slot, this.machine.digest());
        this.applied = slot;
        durability.onImage(this.nodeId, slot, slot, snapshot.hash);
        events.add('snapshotsInstalled');
        if (this.imageLost) events.add('lostImagesReplaced');
        this.imageLost = false;
        this.input({ type: 'snapshotInstalled', slot });
      });
    });
  }
}
