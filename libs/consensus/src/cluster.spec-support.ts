import { ZERO_BALLOT } from './ballot.js';
import { entrySizeBytes, equalEntries } from './entry.js';
import { formatBallot } from './ballot.js';
import type { DurableState, Effect, Input, LogWrite } from './io.js';
import type { Message, MessageBody } from './messages.js';
import { DEFAULT_REPLICA_OPTIONS } from './options.js';
import type { ReplicaOptions } from './options.js';
import { createReplica } from './replica.js';
import type { ReplicaCounters } from './counters.js';
import type { Replica } from './replica.js';
import type { ReplicaStatus } from './status.js';
import type { AcceptedEntry, Ballot, Entry, NodeId, Slot, SlotEntry } from './types.js';

export const CLUSTER_ID = 'test';
export const HEALTHY = { happy: true, reason: '' };

/** Text of a command, or of an entry: `noop`, `x`, `x+y`. */
export function text(entry: Entry): string {
  if (entry.kind === 'noop') return 'noop';
  return entry.commands.map((command) => new TextDecoder().decode(command)).join('+');
}

export function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function commands(...values: string[]): Entry {
  return { kind: 'commands', commands: values.map(bytes) };
}

export function ballot(round: number, nodeId: NodeId, priority = 0): Ballot {
  return { round, priority, nodeId };
}

export function emptyDisk(): DurableState {
  return { promised: ZERO_BALLOT, chosenThroughSlot: 0, accepted: [] };
}

interface PendingPersist {
  readonly token: number;
  readonly writes: readonly LogWrite[];
}

/** Applied state through a slot: the entries themselves, as the test's state machine keeps them all. */
export interface TestImage {
  readonly slot: Slot;
  readonly entries: readonly Entry[];
}

export const NO_IMAGE: TestImage = { slot: 0, entries: [] };

/** A node's disk: what was flushed, and what is under way. Log and image are two environments, flushed each for itself. */
export class TestDisk {
  promised: Ballot = ZERO_BALLOT;
  chosenThroughSlot: Slot = 0;
  readonly accepted = new Map<Slot, AcceptedEntry>();
  /** Slots whose record can't be read; writing a slot again repairs it. */
  readonly unknownSlots = new Set<Slot>();
  trimmedThroughSlot: Slot = 0;
  image: TestImage = NO_IMAGE;
  readonly peers = new Map<NodeId, string>();
  pending: PendingPersist[] = [];

  apply(writes: readonly LogWrite[]): void {
    for (const write of writes) {
      if (write.kind === 'promised') this.promised = write.ballot;
      else if (write.kind === 'accepted') this.accept(write.accepted);
      else if (write.kind === 'trimmed') this.trim(write.throughSlot);
      else if (write.kind === 'peer') this.peers.set(write.nodeId, write.storageId);
      else this.chosenThroughSlot = write.slot;
    }
  }

  /** How far a host can bring its state machine at start: the image, and the log above it as far as it is chosen and readable. */
  get replayableThrough(): Slot {
    if (this.image.slot < this.trimmedThroughSlot) return this.image.slot;
    let slot = this.image.slot;
    while (slot < this.chosenThroughSlot && this.isReadable(slot + 1)) slot += 1;
    return slot;
  }

  load(): DurableState {
    const chosenThroughSlot = this.replayableThrough;
    const from = Math.max(chosenThroughSlot, this.trimmedThroughSlot);
    const damaged = [...this.unknownSlots].sort((left, right) => left - right);
    const accepted = [...this.accepted.values()]
      .filter(({ slot }) => slot > from && !this.unknownSlots.has(slot))
      .sort((left, right) => left.slot - right.slot);
    return {
      promised: this.promised,
      chosenThroughSlot,
      imageSlot: this.image.slot,
      logChosenThroughSlot: this.chosenThroughSlot,
      accepted,
      unknownSlots: damaged.filter((slot) => slot > from),
      damagedSlots: damaged.filter((slot) => slot > this.trimmedThroughSlot && slot <= from),
      trimmedThroughSlot: this.trimmedThroughSlot,
      peers: new Map(this.peers),
    };
  }

  /** What a host reads for `loadEntries`: nothing past a damaged or missing record. */
  entries(
    fromSlot: Slot,
    throughSlot: Slot,
    maxBytes: number,
  ): { entries: SlotEntry[]; damagedSlot: Slot | undefined } {
    const entries: SlotEntry[] = [];
    let bytes = 0;
    for (let slot = fromSlot; slot <= throughSlot && bytes < maxBytes; slot += 1) {
      if (slot <= this.trimmedThroughSlot) break;
      if (this.unknownSlots.has(slot)) return { entries, damagedSlot: entries.length === 0 ? slot : undefined };
      const held = this.accepted.get(slot);
      if (held === undefined) break;
      entries.push({ slot, entry: held.entry });
      bytes += entrySizeBytes(held.entry);
    }
    return { entries, damagedSlot: undefined };
  }

  private isReadable(slot: Slot): boolean {
    return this.accepted.has(slot) && !this.unknownSlots.has(slot);
  }

  private accept(accepted: AcceptedEntry): void {
    if (accepted.slot <= this.trimmedThroughSlot) throw new Error(`slot ${accepted.slot} is accepted below the trim`);
    this.accepted.set(accepted.slot, accepted);
    this.unknownSlots.delete(accepted.slot);
  }

  private trim(throughSlot: Slot): void {
    if (throughSlot > this.image.slot) throw new Error(`I7 trim ${throughSlot} above the image at ${this.image.slot}`);
    this.trimmedThroughSlot = Math.max(this.trimmedThroughSlot, throughSlot);
    for (const slot of [...this.accepted.keys()]) if (slot <= throughSlot) this.accepted.delete(slot);
    for (const slot of [...this.unknownSlots]) if (slot <= throughSlot) this.unknownSlots.delete(slot);
  }
}

export class TestNode {
  replica: Replica;
  readonly disk: TestDisk;
  /** What this node's state machine has seen, by slot - 1. */
  applied: Entry[] = [];
  readonly effects: Effect[] = [];
  readonly answered: number[] = [];
  readonly refused: { readonly id: number; readonly reason: string }[] = [];
  readonly readsReady: { readonly id: number; readonly appliedSlot: Slot }[] = [];
  readonly readsRefused: number[] = [];
  readonly transfers: { readonly id: number; readonly outcome: string }[] = [];
  alive = true;
  /** Flushes are done by hand while this is set. */
  holdFlushes = false;
  /** While false the node's host reports that it is not well. */
  healthy = true;
  /** While false the node's disk has no room. */
  mayWrite = true;
  /** What its wall clock is off by. */
  wallOffsetMs = 0;
  /** The snapshot that it asked for, which is on its way. */
  fetching: Extract<Effect, { type: 'fetchSnapshot' }> | undefined;
  /** A snapshot that has arrived. */
  received: TestImage | undefined;
  /** Asked to install `received`. */
  installing = false;
  fatal: string | undefined;
  /** What earlier incarnations counted. */
  private readonly counted = new Map<keyof ReplicaCounters, number>();

  constructor(
    readonly nodeId: NodeId,
    private readonly make: (disk: DurableState) => Replica,
    peers: ReadonlyMap<NodeId, string> = new Map(),
  ) {
    this.disk = new TestDisk();
    for (const [peer, storageId] of peers) this.disk.peers.set(peer, storageId);
    this.replica = make(this.disk.load());
  }

  get status(): ReplicaStatus {
    return this.replica.status();
  }

  get texts(): string[] {
    return this.applied.map(text);
  }

  /** What this node has counted in all its incarnations. */
  count(name: keyof ReplicaCounters): number {
    return (this.counted.get(name) ?? 0) + (this.alive ? this.status.counters[name] : 0);
  }

  restart(): void {
    const { disk } = this;
    this.stop();
    const replayed: Entry[] = [];
    for (let slot = disk.image.slot + 1; slot <= disk.replayableThrough; slot += 1) {
      const held = disk.accepted.get(slot);
      if (held !== undefined) replayed.push(held.entry);
    }
    this.applied = [...disk.image.entries, ...replayed];
    this.replica = this.make(disk.load());
    this.alive = true;
  }

  /** Loses what is only in memory. An image that is being replaced is gone, as an interrupted replacement leaves none. */
  stop(): void {
    if (this.alive) {
      for (const [name, count] of Object.entries(this.status.counters) as [keyof ReplicaCounters, number][])
        this.counted.set(name, (this.counted.get(name) ?? 0) + count);
    }
    this.alive = false;
    this.disk.pending = [];
    if (this.installing) this.disk.image = NO_IMAGE;
    this.installing = false;
    this.fetching = undefined;
    this.received = undefined;
  }
}

export interface ClusterOptions {
  readonly size?: number;
  readonly options?: Partial<ReplicaOptions>;
  readonly priorities?: Readonly<Record<NodeId, number>>;
  readonly wrap?: (replica: Replica, nodeId: NodeId) => Replica;
  /** Learners beside the voters, named l1, l2, ... */
  readonly learners?: number;
  /** True: no node has heard of another's storage id yet. Else they met long ago. */
  readonly strangers?: boolean;
}

/**
 * Replicas joined by queues in memory: every message and flush waits until the test lets it go, and nothing depends on the
 * machine's time. Checks agreement, and one value per (slot, ballot), at every effect.
 */
export class TestCluster {
  readonly nodes = new Map<NodeId, TestNode>();
  /** Voters and learners. */
  readonly ids: NodeId[];
  readonly voters: NodeId[];
  readonly chosen = new Map<Slot, Entry>();
  nowMs = 0;
  messages: Message[] = [];
  /** Sees every effect before it is carried out. */
  onEffect: (nodeId: NodeId, effect: Effect) => void = () => undefined;
  /** Messages that match are lost. */
  drop: (message: Message) => boolean = () => false;
  delivered = 0;
  /** Snapshots are carried and installed by hand while this is set. */
  holdSnapshots = false;
  private readonly cut = new Set<string>();
  private readonly written = new Map<string, Entry>();
  private nextId = 0;

  constructor(given: ClusterOptions = {}) {
    const { size = 3, options = {}, priorities = {}, wrap = (replica) => replica, learners = 0 } = given;
    this.voters = Array.from({ length: size }, (_, index) => `c${index + 1}`);
    const learnerIds = Array.from({ length: learners }, (_, index) => `l${index + 1}`);
    this.ids = [...this.voters, ...learnerIds];
    for (const nodeId of this.ids) {
      const config = {
        clusterId: CLUSTER_ID,
        groupId: 0,
        nodeId,
        storageId: `disk-${nodeId}`,
        members: this.voters,
        learners: learnerIds,
        priority: priorities[nodeId] ?? 0,
        options: { ...DEFAULT_REPLICA_OPTIONS, ...options },
      };
      const make = (disk: DurableState): Replica => wrap(createReplica(config, disk), nodeId);
      const met = given.strangers === true ? [] : this.ids.filter((id) => id !== nodeId);
      this.nodes.set(nodeId, new TestNode(nodeId, make, new Map(met.map((id) => [id, `disk-${id}`]))));
    }
  }

  count(name: keyof ReplicaCounters): number {
    return [...this.nodes.values()].reduce((sum, node) => sum + node.count(name), 0);
  }

  node(nodeId: NodeId): TestNode {
    const node = this.nodes.get(nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    return node;
  }

  get alive(): TestNode[] {
    return [...this.nodes.values()].filter(({ alive }) => alive);
  }

  /** The serving leader of the highest ballot. */
  get leader(): TestNode {
    const leader = this.findLeader();
    if (leader === undefined) throw new Error('no leader serves');
    return leader;
  }

  findLeader(): TestNode | undefined {
    return this.alive
      .filter(({ status }) => status.serving)
      .sort((left, right) => right.status.ballot.round - left.status.ballot.round)[0];
  }

  input(nodeId: NodeId, input: Input): void {
    const node = this.node(nodeId);
    if (!node.alive) return;
    for (const effect of node.replica.step(input)) this.carryOut(node, effect);
  }

  /** Proposes commands at a node; gives the id of the first. */
  propose(nodeId: NodeId, ...values: string[]): number {
    const firstId = this.nextId + 1;
    const proposals = values.map((value) => {
      this.nextId += 1;
      return { proposalId: this.nextId, command: bytes(value) };
    });
    this.input(nodeId, { type: 'propose', proposals });
    return firstId;
  }

  read(nodeId: NodeId): number {
    this.nextId += 1;
    this.input(nodeId, { type: 'read', readId: this.nextId });
    return this.nextId;
  }

  tickOne(nodeId: NodeId): void {
    const { healthy, mayWrite, wallOffsetMs } = this.node(nodeId);
    const health = healthy ? { ...HEALTHY, mayWrite } : { happy: false, reason: 'disk', mayWrite };
    this.input(nodeId, { type: 'timerTick', nowMs: this.nowMs, wallMs: this.nowMs + wallOffsetMs, health });
  }

  /** Lets time pass in ticks of 10 ms, and everything on its way arrive after each. */
  run(durationMs: number): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) {
      this.nowMs += 10;
      for (const nodeId of this.ids) this.tickOne(nodeId);
      this.settle();
    }
  }

  runUntil(condition: () => boolean, limitMs = 10_000): void {
    for (const endMs = this.nowMs + limitMs; !condition();) {
      if (this.nowMs >= endMs) throw new Error(`not reached within ${limitMs} ms`);
      this.run(10);
    }
  }

  /** Runs until a leader serves. */
  start(): TestNode {
    this.runUntil(() => this.findLeader() !== undefined);
    return this.leader;
  }

  /** Delivers messages and finishes flushes until nothing is on its way. */
  settle(): void {
    for (let work = true; work;) {
      work = false;
      for (const node of this.nodes.values()) if (this.flush(node.nodeId)) work = true;
      if (!this.holdSnapshots) for (const { nodeId } of this.nodes.values()) if (this.moveSnapshot(nodeId)) work = true;
      const batch = this.messages;
      this.messages = [];
      for (const message of batch) {
        work = true;
        this.deliver(message);
      }
    }
  }

  /** Finishes all flushes of a node unless they are held; true when there was one. */
  flush(nodeId: NodeId, evenIfHeld = false): boolean {
    const node = this.node(nodeId);
    if (!node.alive || (node.holdFlushes && !evenIfHeld)) return false;
    const pending = node.disk.pending;
    node.disk.pending = [];
    for (const { token, writes } of pending) {
      node.disk.apply(writes);
      this.input(nodeId, { type: 'storageDone', token, ok: true });
    }
    return pending.length > 0;
  }

  /** The host makes an image of the state as it is now, or at a slot below. */
  flushImage(nodeId: NodeId, slot = this.node(nodeId).applied.length): void {
    const node = this.node(nodeId);
    if (!node.alive || node.installing || slot <= node.disk.image.slot || slot > node.applied.length) return;
    node.disk.image = { slot, entries: node.applied.slice(0, slot) };
    this.input(nodeId, { type: 'imageFlushed', slot });
  }

  trim(nodeId: NodeId, throughSlot: Slot): void {
    this.input(nodeId, { type: 'trim', throughSlot });
  }

  /** Image and trim through what is applied, at each of these nodes. */
  trimAll(...nodeIds: NodeId[]): void {
    for (const nodeId of nodeIds) {
      this.flushImage(nodeId);
      this.trim(nodeId, this.node(nodeId).applied.length);
      this.flush(nodeId);
    }
  }

  /** The next step of a node's snapshot: it arrives or fails, or is installed. True when there was one. */
  moveSnapshot(nodeId: NodeId): boolean {
    const node = this.node(nodeId);
    if (!node.alive) return false;
    if (node.installing) {
      this.install(node);
      return true;
    }
    if (node.fetching === undefined) return false;
    const { peer, aboveSlot } = node.fetching;
    node.fetching = undefined;
    const holder = this.node(peer);
    const cut = this.cut.has(`${peer}>${nodeId}`) || this.cut.has(`${nodeId}>${peer}`);
    const { image } = holder.disk;
    if (!holder.alive || holder.installing || cut || image.slot <= aboveSlot) {
      this.input(nodeId, { type: 'snapshotFailed', peer });
    } else {
      node.received = image;
      this.input(nodeId, { type: 'snapshotReceived', slot: image.slot });
    }
    return true;
  }

  /** State machine and image become those of the snapshot; `tell`: the process lives long enough to say so. */
  install(node: TestNode, tell = true): void {
    if (!node.installing || node.received === undefined) throw new Error(`${node.nodeId} installs nothing`);
    const image = node.received;
    node.disk.image = image;
    node.applied = [...image.entries];
    node.installing = false;
    node.received = undefined;
    if (tell) this.input(node.nodeId, { type: 'snapshotInstalled', slot: image.slot });
  }

  deliver(message: Message): void {
    const { from, to } = message.header;
    if (this.cut.has(`${from}>${to}`) || this.drop(message)) return;
    this.delivered += 1;
    this.input(to, { type: 'message', message });
  }

  /** Hands a message to a node as if `from` had sent it. */
  inject(from: NodeId, to: NodeId, body: MessageBody): void {
    const header = { formatVersion: 1, clusterId: CLUSTER_ID, groupId: 0, from, to, storageId: `disk-${from}` };
    this.input(to, { type: 'message', message: { header, body } });
  }

  /** Cuts one direction of a link. */
  cutOneWay(from: NodeId, to: NodeId): void {
    this.cut.add(`${from}>${to}`);
  }

  cutLink(left: NodeId, right: NodeId): void {
    this.cutOneWay(left, right);
    this.cutOneWay(right, left);
  }

  isolate(nodeId: NodeId): void {
    for (const other of this.ids) if (other !== nodeId) this.cutLink(nodeId, other);
  }

  heal(): void {
    this.cut.clear();
  }

  /** Unflushed writes are lost; messages already sent stay on their way. */
  crash(nodeId: NodeId): void {
    this.node(nodeId).stop();
  }

  /** A crash that peers notice at once, as TCP resets tell. */
  kill(nodeId: NodeId): void {
    this.crash(nodeId);
    for (const peer of this.ids) if (peer !== nodeId) this.input(peer, { type: 'peerDisconnected', peer: nodeId });
  }

  restart(nodeId: NodeId): void {
    this.node(nodeId).restart();
  }

  /** Slots, from 1, with what each holds; for comparing nodes. */
  logs(): string[] {
    return this.alive.map(({ texts }) => texts.join(' '));
  }

  private carryOut(node: TestNode, effect: Effect): void {
    node.effects.push(effect);
    this.onEffect(node.nodeId, effect);
    switch (effect.type) {
      case 'persist':
        for (const write of effect.writes) if (write.kind === 'accepted') this.checkWritten(write.accepted);
        node.disk.pending.push({ token: effect.token, writes: effect.writes });
        return;
      case 'send':
        this.checkServed(effect.message);
        this.messages.push(effect.message);
        return;
      case 'apply':
        return this.applyAt(node, effect.slot, effect.entry, effect.proposalIds);
      case 'loadEntries': {
        if (effect.fromSlot <= node.replica.status().trimmedThroughSlot) throw new Error('asked for a trimmed slot');
        const read = node.disk.entries(effect.fromSlot, effect.throughSlot, effect.maxBytes);
        return this.input(node.nodeId, { type: 'entriesLoaded', token: effect.token, ...read });
      }
      case 'fetchSnapshot':
        if (node.fetching !== undefined || node.installing) throw new Error('one snapshot at a time');
        node.fetching = effect;
        return;
      case 'installSnapshot':
        if (node.received?.slot !== effect.slot) throw new Error(`snapshot ${effect.slot} is not here`);
        node.installing = true;
        return;
      case 'discardSnapshot':
        node.received = undefined;
        return;
      case 'transferEnded':
        node.transfers.push({ id: effect.transferId, outcome: effect.outcome });
        return;
      case 'proposalsRefused':
        for (const id of effect.proposalIds) node.refused.push({ id, reason: effect.reason });
        return;
      case 'readReady':
        for (const id of effect.readIds) node.readsReady.push({ id, appliedSlot: effect.appliedSlot });
        return;
      case 'readsRefused':
        node.readsRefused.push(...effect.readIds);
        return;
      case 'fatal':
        node.fatal = effect.code;
        node.stop();
        return;
      case 'roleChanged':
        return;
    }
  }

  private applyAt(node: TestNode, slot: Slot, entry: Entry, proposalIds: readonly number[] | undefined): void {
    if (node.installing) throw new Error(`P10 ${node.nodeId} applies ${slot} while it installs a snapshot`);
    if (slot !== node.applied.length + 1)
      throw new Error(`I5 ${node.nodeId} applied ${slot} after ${node.applied.length}`);
    const known = this.chosen.get(slot);
    if (known !== undefined && !equalEntries(known, entry)) {
      throw new Error(`agreement: slot ${slot} is ${text(known)} and at ${node.nodeId} ${text(entry)}`);
    }
    this.chosen.set(slot, entry);
    node.applied.push(entry);
    node.answered.push(...(proposalIds ?? []));
  }

  /** Nobody serves, or recovers from, anything but what was chosen. */
  private checkServed({ header, body }: Message): void {
    if (body.type !== 'fetched') return;
    for (const { slot, entry } of body.entries) {
      const known = this.chosen.get(slot);
      if (known !== undefined && !equalEntries(known, entry))
        throw new Error(`${header.from} serves ${text(entry)} in slot ${slot}, where ${text(known)} was chosen`);
    }
  }

  private checkWritten({ slot, ballot: at, entry }: AcceptedEntry): void {
    const key = `${slot}@${formatBallot(at)}`;
    const known = this.written.get(key);
    if (known !== undefined && !equalEntries(known, entry))
      throw new Error(`I3 ${key}: ${text(known)} and ${text(entry)}`);
    this.written.set(key, entry);
  }
}
