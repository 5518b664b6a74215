import { ZERO_BALLOT } from './ballot.js';
import { entrySizeBytes, equalEntries } from './entry.js';
import { formatBallot } from './ballot.js';
import type { DurableState, Effect, Input, LogWrite } from './io.js';
import type { Message, MessageBody } from './messages.js';
import { DEFAULT_REPLICA_OPTIONS } from './options.js';
import type { ReplicaOptions } from './options.js';
import { createReplica } from './replica.js';
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

/** A node's disk: what was flushed, and what is under way. */
export class TestDisk {
  promised: Ballot = ZERO_BALLOT;
  chosenThroughSlot: Slot = 0;
  readonly accepted = new Map<Slot, AcceptedEntry>();
  readonly unknownSlots = new Set<Slot>();
  trimmedThroughSlot: Slot = 0;
  pending: PendingPersist[] = [];

  apply(writes: readonly LogWrite[]): void {
    for (const write of writes) {
      if (write.kind === 'promised') this.promised = write.ballot;
      else if (write.kind === 'accepted') this.accepted.set(write.accepted.slot, write.accepted);
      else this.chosenThroughSlot = write.slot;
    }
  }

  load(): DurableState {
    const accepted = [...this.accepted.values()]
      .filter(({ slot }) => slot > this.chosenThroughSlot && !this.unknownSlots.has(slot))
      .sort((left, right) => left.slot - right.slot);
    return {
      promised: this.promised,
      chosenThroughSlot: this.chosenThroughSlot,
      accepted,
      unknownSlots: [...this.unknownSlots],
      trimmedThroughSlot: this.trimmedThroughSlot,
    };
  }

  entries(fromSlot: Slot, throughSlot: Slot, maxBytes: number): SlotEntry[] {
    const entries: SlotEntry[] = [];
    let bytes = 0;
    for (let slot = fromSlot; slot <= throughSlot && bytes < maxBytes; slot += 1) {
      const held = this.accepted.get(slot);
      if (held === undefined) break;
      entries.push({ slot, entry: held.entry });
      bytes += entrySizeBytes(held.entry);
    }
    return entries;
  }
}

export class TestNode {
  replica: Replica;
  readonly disk = new TestDisk();
  /** What this node's state machine has seen, by slot - 1. */
  applied: Entry[] = [];
  readonly effects: Effect[] = [];
  readonly answered: number[] = [];
  readonly refused: { readonly id: number; readonly reason: string }[] = [];
  readonly readsReady: { readonly id: number; readonly appliedSlot: Slot }[] = [];
  readonly readsRefused: number[] = [];
  alive = true;
  /** Flushes are done by hand while this is set. */
  holdFlushes = false;
  /** While false the node's host reports that it is not well. */
  healthy = true;
  fatal: string | undefined;

  constructor(
    readonly nodeId: NodeId,
    make: (disk: DurableState) => Replica,
    private readonly make_ = make,
  ) {
    this.replica = make(this.disk.load());
  }

  get status(): ReplicaStatus {
    return this.replica.status();
  }

  get texts(): string[] {
    return this.applied.map(text);
  }

  restart(): void {
    this.disk.pending = [];
    this.applied = this.applied.slice(0, this.disk.chosenThroughSlot);
    this.replica = this.make_(this.disk.load());
    this.alive = true;
  }
}

export interface ClusterOptions {
  readonly size?: number;
  readonly options?: Partial<ReplicaOptions>;
  readonly priorities?: Readonly<Record<NodeId, number>>;
  readonly wrap?: (replica: Replica, nodeId: NodeId) => Replica;
}

/**
 * Replicas joined by queues in memory: every message and flush waits until the test lets it go, and nothing depends on the
 * machine's time. Checks agreement, and one value per (slot, ballot), at every effect.
 */
export class TestCluster {
  readonly nodes = new Map<NodeId, TestNode>();
  readonly ids: NodeId[];
  readonly chosen = new Map<Slot, Entry>();
  nowMs = 0;
  messages: Message[] = [];
  /** Sees every effect before it is carried out. */
  onEffect: (nodeId: NodeId, effect: Effect) => void = () => undefined;
  /** Messages that match are lost. */
  drop: (message: Message) => boolean = () => false;
  delivered = 0;
  private readonly cut = new Set<string>();
  private readonly written = new Map<string, Entry>();
  private nextId = 0;

  constructor({ size = 3, options = {}, priorities = {}, wrap = (replica) => replica }: ClusterOptions = {}) {
    this.ids = Array.from({ length: size }, (_, index) => `c${index + 1}`);
    for (const nodeId of this.ids) {
      const make = (disk: DurableState): Replica =>
        wrap(
          createReplica(
            {
              clusterId: CLUSTER_ID,
              groupId: 0,
              nodeId,
              storageId: `disk-${nodeId}`,
              members: this.ids,
              priority: priorities[nodeId] ?? 0,
              options: { ...DEFAULT_REPLICA_OPTIONS, ...options },
            },
            disk,
          ),
          nodeId,
        );
      this.nodes.set(nodeId, new TestNode(nodeId, make));
    }
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
    const health = this.node(nodeId).healthy ? HEALTHY : { happy: false, reason: 'disk' };
    this.input(nodeId, { type: 'timerTick', nowMs: this.nowMs, wallMs: this.nowMs, health });
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
    const node = this.node(nodeId);
    node.alive = false;
    node.disk.pending = [];
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
        this.messages.push(effect.message);
        return;
      case 'apply':
        return this.applyAt(node, effect.slot, effect.entry, effect.proposalIds);
      case 'loadEntries': {
        const entries = node.disk.entries(effect.fromSlot, effect.throughSlot, effect.maxBytes);
        return this.input(node.nodeId, { type: 'entriesLoaded', token: effect.token, entries });
      }
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
        node.fatal = effect.reason;
        node.alive = false;
        return;
      case 'roleChanged':
        return;
    }
  }

  private applyAt(node: TestNode, slot: Slot, entry: Entry, proposalIds: readonly number[] | undefined): void {
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

  private checkWritten({ slot, ballot: at, entry }: AcceptedEntry): void {
    const key = `${slot}@${formatBallot(at)}`;
    const known = this.written.get(key);
    if (known !== undefined && !equalEntries(known, entry))
      throw new Error(`I3 ${key}: ${text(known)} and ${text(entry)}`);
    this.written.set(key, entry);
  }
}
