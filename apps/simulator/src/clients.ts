import type { NodeId, Proposal, RefusalReason, Slot } from '@synod/consensus';
import type { SeededRandom, VirtualClock } from '@synod/testkit';
import type { Checker } from './checker.js';
import type { RunPlan } from './plan.js';
import type { Workload } from './state-machine.js';

/** What clients may do with a node. */
export interface Gateway {
  readonly nodeIds: readonly NodeId[];
  propose(nodeId: NodeId, proposals: readonly Proposal[]): void;
  read(nodeId: NodeId, readId: number): void;
}

interface Pending {
  readonly clientId: number;
  readonly name: string;
  readonly command: Uint8Array;
  readonly askedAtMs: number;
  /** The attempt under way; answers to older ones count too. */
  proposalId: number;
  answered: boolean;
}

interface PendingRead {
  readonly clientId: number;
  readonly acknowledgedBefore: Slot;
}

const RETRY_AFTER_MS = 400;
const SURGE_COMMANDS = 60;

/**
 * Clients that each send a burst of unique commands, or a read, wait for the answers, think, and go on; a command without an
 * answer is sent again, to another node, so it may end up in the log more than once.
 */
export class Clients {
  readonly latenciesMs: number[] = [];
  readonly acknowledged = new Map<string, Slot>();
  readonly proposed = new Set<string>();
  retries = 0;
  readsAnswered = 0;
  private readonly byProposal = new Map<number, Pending>();
  private readonly reads = new Map<number, PendingRead>();
  private readonly outstanding = new Map<number, Set<Pending>>();
  private readonly leaders = new Map<number, NodeId>();
  private readonly sequences = new Map<number, number>();
  private lastId = 0;
  private stopped = false;

  constructor(
    private readonly plan: RunPlan,
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly gateway: Gateway,
    private readonly workload: Workload,
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
    for (const pending of this.outstanding.values()) count += pending.size;
    return count;
  }

  /** One more command, after the faults; gives a test for its answer. */
  proposeOnce(): () => boolean {
    const pending = this.newPending(0);
    this.attempt(pending);
    return () => pending.answered;
  }

  /** Many commands for one node at once, as if many clients had come; they are sent again like all others. */
  surge(nodeId: NodeId): void {
    if (this.stopped) return;
    this.leaders.set(0, nodeId);
    for (let count = 0; count < SURGE_COMMANDS; count += 1) this.attempt(this.newPending(0));
  }

  onAnswered(proposalIds: readonly number[], slot: Slot): void {
    this.checker.onAcknowledged(slot);
    for (const proposalId of proposalIds) {
      const pending = this.byProposal.get(proposalId);
      if (pending === undefined || pending.answered) continue;
      pending.answered = true;
      this.acknowledged.set(pending.name, slot);
      this.latenciesMs.push(this.clock.nowMs - pending.askedAtMs);
      const mine = this.outstanding.get(pending.clientId);
      mine?.delete(pending);
      if (mine?.size === 0) this.think(pending.clientId);
    }
  }

  onRefused(proposalIds: readonly number[], _reason: RefusalReason, leader: NodeId | undefined): void {
    for (const proposalId of proposalIds) {
      const pending = this.byProposal.get(proposalId);
      if (pending === undefined || pending.answered || pending.proposalId !== proposalId) continue;
      this.redirect(pending.clientId, leader);
      this.clock.after(this.random.between(1, 30), () => this.retry(pending, proposalId));
    }
  }

  onReadReady(readIds: readonly number[], appliedSlot: Slot, node: NodeId): void {
    for (const readId of readIds) {
      const read = this.reads.get(readId);
      if (read === undefined) continue;
      this.reads.delete(readId);
      this.readsAnswered += 1;
      this.checker.onRead(node, read.acknowledgedBefore, appliedSlot);
      this.think(read.clientId);
    }
  }

  onReadsRefused(readIds: readonly number[], leader: NodeId | undefined): void {
    for (const readId of readIds) this.giveUpRead(readId, leader);
  }

  private act(clientId: number): void {
    if (this.stopped) return;
    if (this.random.chance(this.plan.readRate)) return this.read(clientId);
    const count = this.random.integer(1, this.plan.maxBurst);
    const burst = Array.from({ length: count }, () => this.newPending(clientId));
    this.send(clientId, burst);
  }

  private newPending(clientId: number): Pending {
    const sequence = (this.sequences.get(clientId) ?? 0) + 1;
    this.sequences.set(clientId, sequence);
    const command = this.workload.command(clientId, sequence);
    const name = new TextDecoder().decode(command);
    const pending = { clientId, name, command, askedAtMs: this.clock.nowMs, proposalId: 0, answered: false };
    this.proposed.add(name);
    let mine = this.outstanding.get(clientId);
    if (mine === undefined) {
      mine = new Set();
      this.outstanding.set(clientId, mine);
    }
    mine.add(pending);
    return pending;
  }

  private read(clientId: number): void {
    this.lastId += 1;
    const readId = this.lastId;
    this.reads.set(readId, { clientId, acknowledgedBefore: this.checker.acknowledgedThroughSlot });
    this.clock.after(RETRY_AFTER_MS, () => this.giveUpRead(readId, undefined));
    // Readers are often where the leader was, or never: that is where a stale read would show.
    const target = this.random.chance(0.5) ? this.random.pick(this.gateway.nodeIds) : this.target(clientId);
    this.gateway.read(target, readId);
  }

  private giveUpRead(readId: number, leader: NodeId | undefined): void {
    const read = this.reads.get(readId);
    if (read === undefined) return;
    this.reads.delete(readId);
    this.redirect(read.clientId, leader);
    this.think(read.clientId);
  }

  private attempt(pending: Pending): void {
    this.send(pending.clientId, [pending]);
  }

  private send(clientId: number, burst: readonly Pending[]): void {
    const proposals = burst.map((pending) => {
      this.lastId += 1;
      const proposalId = this.lastId;
      pending.proposalId = proposalId;
      this.byProposal.set(proposalId, pending);
      this.clock.after(RETRY_AFTER_MS, () => {
        if (pending.proposalId === proposalId && !pending.answered) this.redirect(clientId, undefined);
        this.retry(pending, proposalId);
      });
      return { proposalId, command: pending.command };
    });
    this.gateway.propose(this.target(clientId), proposals);
  }

  private retry(pending: Pending, proposalId: number): void {
    if (pending.answered || pending.proposalId !== proposalId) return;
    this.retries += 1;
    this.attempt(pending);
  }

  private redirect(clientId: number, leader: NodeId | undefined): void {
    this.leaders.set(clientId, leader ?? this.random.pick(this.gateway.nodeIds));
  }

  private target(clientId: number): NodeId {
    return this.leaders.get(clientId) ?? this.random.pick(this.gateway.nodeIds);
  }

  private think(clientId: number): void {
    // Client 0 speaks only when it is told.
    if (clientId === 0) return;
    this.clock.after(this.random.between(0, 2 * this.plan.meanThinkMs), () => this.act(clientId));
  }
}
