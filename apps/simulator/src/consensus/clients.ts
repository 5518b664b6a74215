import type { NodeId, Proposal, RefusalReason, Slot } from '@synod/consensus';
import type { Operation, SeededRandom, VirtualClock } from '@synod/testkit';
import { LatencyHistogram } from '../campaign/latency.js';
import type { Checker } from './checker.js';
import { commandName, encodeCommand } from './key-value.js';
import type { KvInput } from './key-value.js';
import type { RunPlan } from './plan.js';

/** What clients may do with a node. */
export interface Gateway {
  readonly nodeIds: readonly NodeId[];
  propose(nodeId: NodeId, proposals: readonly Proposal[]): void;
  read(nodeId: NodeId, readId: number): void;
}

/** What one client saw of one operation. Times are positions in the order of all calls and returns, so none are equal. */
export interface SeenOperation {
  /** Name of the command in the log; undefined for a read. */
  readonly name: string | undefined;
  readonly input: KvInput;
  readonly calledAt: number;
  output: string | undefined;
  returnedAt: number | undefined;
  /** Of a read that was answered. */
  appliedSlot: Slot;
}

interface Pending {
  readonly clientId: number;
  readonly sequence: number;
  readonly command: Uint8Array;
  readonly seen: SeenOperation;
  readonly askedAtMs: number;
  /** The attempt under way; answers to older ones count too. */
  proposalId: number;
  over: boolean;
}

/** One attempt at a command; only the newest of each is followed up. */
interface Attempt {
  readonly pending: Pending;
  readonly proposalId: number;
}

interface PendingRead {
  readonly clientId: number;
  readonly acknowledgedBefore: Slot;
  readonly seen: SeenOperation;
}

interface ClientState {
  sequence: number;
  leader: NodeId | undefined;
  readonly outstanding: Set<Pending>;
}

const RETRY_AFTER_MS = 400;
const SURGE_COMMANDS = 60;
/** The client that speaks only when it is told. */
const SURGE_CLIENT = 0;

/**
 * Clients that each send a burst of commands to a few keys, or a read, wait for the answers, think, and go on. A command without an
 * answer is sent again, to another node, so it may be in the log more than once; sessions let it be done once. Some give up after
 * a time-out and never learn what became of their command.
 */
export class Clients {
  readonly latencies = new LatencyHistogram();
  /** Acknowledged commands by name, with the slot that was told. */
  readonly acknowledged = new Map<string, Slot>();
  readonly proposed = new Set<string>();
  readonly history: SeenOperation[] = [];
  retries = 0;
  gaveUp = 0;
  readsAnswered = 0;
  private readonly byProposal = new Map<number, Pending>();
  private readonly reads = new Map<number, PendingRead>();
  private readonly clients = new Map<number, ClientState>();
  private lastId = 0;
  private moment = 0;
  private stopped = false;

  constructor(
    private readonly plan: RunPlan,
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly gateway: Gateway,
    private readonly checker: Checker,
  ) {}

  start(): void {
    for (let clientId = 1; clientId <= this.plan.clients; clientId += 1) {
      this.clock.after(this.random.between(0, 500), () => this.act(clientId));
    }
  }

  /** No new commands; those that wait are sent again until they are answered. */
  stop(): void {
    this.stopped = true;
  }

  get unanswered(): number {
    let count = 0;
    for (const { outstanding } of this.clients.values()) count += outstanding.size;
    return count;
  }

  /** One more command on each key, to a node that serves; gives a test for their answers. */
  askOnceMore(nodeId: NodeId | undefined): () => boolean {
    this.client(SURGE_CLIENT).leader = nodeId;
    const waiting: (() => boolean)[] = [];
    for (let index = 0; index < this.plan.keys; index += 1) {
      const pending = this.newPending(SURGE_CLIENT, { kind: 'append', key: `k${index}`, value: 'end' });
      this.send(SURGE_CLIENT, [pending]);
      waiting.push(() => pending.seen.returnedAt !== undefined);
    }
    return () => waiting.every((answered) => answered());
  }

  /** Reads every key at the node that serves then, again until it is answered; gives a test for the answers. */
  readAll(serving: () => NodeId | undefined): () => boolean {
    const keys = Array.from({ length: this.plan.keys }, (_, index) => `k${index}`);
    let current: SeenOperation | undefined;
    const next = (): boolean => {
      if (current?.returnedAt !== undefined) keys.shift();
      const [key] = keys;
      if (key === undefined) return true;
      const waits = current !== undefined && [...this.reads.values()].some(({ seen }) => seen === current);
      const nodeId = waits ? undefined : serving();
      if (nodeId !== undefined) current = this.read(SURGE_CLIENT, key, nodeId);
      return false;
    };
    return next;
  }

  /** Many commands for one node at once, as if many clients had come; they are sent again like all others. */
  surge(nodeId: NodeId): void {
    if (this.stopped) return;
    this.client(SURGE_CLIENT).leader = nodeId;
    const burst = Array.from({ length: SURGE_COMMANDS }, () => this.newPending(SURGE_CLIENT, this.nextInput()));
    this.send(SURGE_CLIENT, burst);
  }

  onAnswered(proposalIds: readonly number[], slot: Slot, replies: readonly string[]): void {
    this.checker.onAcknowledged(slot);
    proposalIds.forEach((proposalId, index) => {
      const pending = this.byProposal.get(proposalId);
      if (pending === undefined || pending.over) return;
      const { seen } = pending;
      seen.output = replies[index] ?? '';
      seen.returnedAt = this.nextMoment();
      this.acknowledged.set(commandName({ client: pending.clientId, sequence: pending.sequence }), slot);
      this.latencies.record(this.clock.nowMs - pending.askedAtMs);
      this.finish(pending);
    });
  }

  /** What was refused together is sent again together. */
  onRefused(proposalIds: readonly number[], _reason: RefusalReason, leader: NodeId | undefined): void {
    const byClient = new Map<number, Attempt[]>();
    for (const proposalId of proposalIds) {
      const pending = this.byProposal.get(proposalId);
      if (pending === undefined || pending.over || pending.proposalId !== proposalId) continue;
      const attempts = byClient.get(pending.clientId) ?? [];
      attempts.push({ pending, proposalId });
      byClient.set(pending.clientId, attempts);
    }
    // Where nobody knows a leader, there is nothing to be won by asking at once.
    const [minMs, maxMs] = leader === undefined ? [20, 100] : [1, 20];
    for (const [clientId, attempts] of byClient) {
      this.redirect(clientId, leader);
      this.clock.after(this.random.between(minMs, maxMs), () => this.retry(clientId, attempts));
    }
  }

  onReadReady(readIds: readonly number[], appliedSlot: Slot, node: NodeId, valueOf: (key: string) => string): void {
    for (const readId of readIds) {
      const read = this.reads.get(readId);
      if (read === undefined) continue;
      this.reads.delete(readId);
      this.readsAnswered += 1;
      this.checker.onRead(node, read.acknowledgedBefore, appliedSlot);
      read.seen.output = valueOf(read.seen.input.key);
      read.seen.returnedAt = this.nextMoment();
      read.seen.appliedSlot = appliedSlot;
      this.think(read.clientId);
    }
  }

  onReadsRefused(readIds: readonly number[], leader: NodeId | undefined): void {
    for (const readId of readIds) this.giveUpRead(readId, leader);
  }

  /** What the linearizability checker is given. Reads without an answer say nothing. `orderOf` tells when a command took effect. */
  operations(orderOf: (name: string) => number, orderOfSlot: (slot: Slot) => number): Operation<KvInput, string>[] {
    return this.history
      .filter(({ name, returnedAt }) => name !== undefined || returnedAt !== undefined)
      .map(({ name, input, output, calledAt, returnedAt, appliedSlot }) => ({
        input,
        output,
        calledAt,
        returnedAt,
        hint: name === undefined ? orderOfSlot(appliedSlot) : orderOf(name),
      }));
  }

  private act(clientId: number): void {
    if (this.stopped) return;
    if (this.random.chance(this.plan.readRate)) return this.readSomewhere(clientId);
    const count = this.random.integer(1, this.plan.maxBurst);
    const burst = Array.from({ length: count }, () => this.newPending(clientId, this.nextInput()));
    this.send(clientId, burst);
  }

  private nextInput(): KvInput {
    const { random, plan } = this;
    const key = `k${random.integer(0, plan.keys - 1)}`;
    const value = `${this.moment}`;
    switch (random.integer(0, 4)) {
      case 0:
        return { kind: 'put', key, value };
      case 1:
        return { kind: 'get', key };
      case 2:
        return { kind: 'cas', key, expected: this.lastSeen(key), value };
      default:
        return { kind: 'append', key, value };
    }
  }

  /** A value that some client saw a moment ago, so that a swap has a chance. */
  private lastSeen(key: string): string {
    for (let index = this.history.length - 1; index >= Math.max(0, this.history.length - 30); index -= 1) {
      const seen = this.history[index];
      if (seen?.input.key === key && seen.returnedAt !== undefined && seen.input.kind !== 'cas')
        return seen.output ?? '';
    }
    return '';
  }

  private newPending(clientId: number, input: KvInput): Pending {
    const client = this.client(clientId);
    client.sequence += 1;
    const { sequence } = client;
    const lowest = Math.min(sequence, ...[...client.outstanding].map((pending) => pending.sequence));
    const paddingBytes = (sequence * 7 + clientId) % (this.plan.paddingBytes + 1);
    const command = encodeCommand({ client: clientId, sequence, lowest, input }, paddingBytes);
    const name = commandName({ client: clientId, sequence });
    const seen = this.record(name, input);
    const pending = { clientId, sequence, command, seen, askedAtMs: this.clock.nowMs, proposalId: 0, over: false };
    this.proposed.add(name);
    client.outstanding.add(pending);
    return pending;
  }

  private record(name: string | undefined, input: KvInput): SeenOperation {
    const calledAt = this.nextMoment();
    const seen = { name, input, calledAt, output: undefined, returnedAt: undefined, appliedSlot: 0 };
    this.history.push(seen);
    return seen;
  }

  private readSomewhere(clientId: number): void {
    const { random, gateway } = this;
    // Readers are often where the leader was, or never: that is where a stale read would show.
    const target = random.chance(0.5) ? random.pick(gateway.nodeIds) : this.target(clientId);
    this.read(clientId, `k${random.integer(0, this.plan.keys - 1)}`, target);
  }

  private read(clientId: number, key: string, target: NodeId): SeenOperation {
    this.lastId += 1;
    const readId = this.lastId;
    const seen = this.record(undefined, { kind: 'get', key });
    this.reads.set(readId, { clientId, acknowledgedBefore: this.checker.acknowledgedThroughSlot, seen });
    this.clock.after(RETRY_AFTER_MS, () => this.giveUpRead(readId, undefined));
    this.gateway.read(target, readId);
    return seen;
  }

  private giveUpRead(readId: number, leader: NodeId | undefined): void {
    const read = this.reads.get(readId);
    if (read === undefined) return;
    this.reads.delete(readId);
    this.redirect(read.clientId, leader);
    this.think(read.clientId);
  }

  private send(clientId: number, burst: readonly Pending[]): void {
    const attempts = burst.map((pending): Attempt => {
      this.lastId += 1;
      pending.proposalId = this.lastId;
      this.byProposal.set(this.lastId, pending);
      return { pending, proposalId: this.lastId };
    });
    this.clock.after(RETRY_AFTER_MS, () => this.timeOut(clientId, attempts));
    const proposals = attempts.map(({ pending, proposalId }) => ({ proposalId, command: pending.command }));
    this.gateway.propose(this.target(clientId), proposals);
  }

  private timeOut(clientId: number, attempts: readonly Attempt[]): void {
    const late = attempts.filter(isCurrent);
    if (late.length === 0) return;
    this.redirect(clientId, undefined);
    if (!this.stopped && this.random.chance(this.plan.giveUpRate)) {
      this.gaveUp += late.length;
      for (const { pending } of late) this.finish(pending);
    } else this.retry(clientId, late);
  }

  private retry(clientId: number, attempts: readonly Attempt[]): void {
    const again = attempts.filter(isCurrent).map(({ pending }) => pending);
    if (again.length === 0) return;
    this.retries += again.length;
    this.send(clientId, again);
  }

  private finish(pending: Pending): void {
    pending.over = true;
    const { outstanding } = this.client(pending.clientId);
    outstanding.delete(pending);
    if (outstanding.size === 0) this.think(pending.clientId);
  }

  private redirect(clientId: number, leader: NodeId | undefined): void {
    this.client(clientId).leader = leader ?? this.random.pick(this.gateway.nodeIds);
  }

  private target(clientId: number): NodeId {
    return this.client(clientId).leader ?? this.random.pick(this.gateway.nodeIds);
  }

  private think(clientId: number): void {
    if (clientId === SURGE_CLIENT) return;
    this.clock.after(this.random.between(0, 2 * this.plan.meanThinkMs), () => this.act(clientId));
  }

  private client(clientId: number): ClientState {
    let state = this.clients.get(clientId);
    if (state === undefined) {
      state = { sequence: 0, leader: undefined, outstanding: new Set() };
      this.clients.set(clientId, state);
    }
    return state;
  }

  private nextMoment(): number {
    this.moment += 1;
    return this.moment;
  }
}

function isCurrent({ pending, proposalId }: Attempt): boolean {
  return !pending.over && pending.proposalId === proposalId;
}
