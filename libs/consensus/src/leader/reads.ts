import type { Environment } from '../environment.js';
import type { Ballot, NodeId, Slot } from '../types.js';

interface ConfirmRound {
  readonly number: number;
  readonly readIds: readonly number[];
  readonly readIndex: Slot;
  votes: number;
  voters: number;
  sentAtMs: number;
}

interface ConfirmedReads {
  readonly readIds: readonly number[];
  readonly readIndex: Slot;
}

/**
 * Linearizable reads by read-index (Ongaro, "Consensus: Bridging Theory and Practice", section 6.4, for ballots).
 *
 * A read waits for three things. First, this leader knows every slot chosen before it led: all that phase 1 recovered is
 * chosen at its ballot. The first slot of its ballot isn't enough, as values acknowledged by the leader before may sit above
 * it. Second, a phase-2 quorum says, in a round sent after the read arrived, that it has promised no higher ballot: so no later
 * leader had finished phase 1 when the read arrived, and nothing is chosen that this leader couldn't know (P7). Third, what
 * was chosen at the start of that round is applied here.
 *
 * Rounds are numbered by position and never reused; one runs at a time and carries all reads that gathered meanwhile.
 */
export class Reads {
  private waiting: number[] = [];
  private round: ConfirmRound | undefined;
  private readonly confirmed: ConfirmedReads[] = [];
  private rounds = 0;
  private confirmedCount = 0;

  constructor(
    private readonly env: Environment,
    private readonly ballot: Ballot,
  ) {}

  get length(): number {
    return this.waiting.length + (this.round?.readIds.length ?? 0) + this.confirmedCount;
  }

  /** Takes a read; false when too many wait already. */
  push(readId: number): boolean {
    if (this.length >= this.env.options.maxQueuedReads) return false;
    this.waiting.push(readId);
    return true;
  }

  onConfirmed(from: NodeId, confirmRound: number): void {
    const index = this.env.membership.indexOf(from);
    if (index !== undefined && this.round?.number === confirmRound) this.vote(this.round, index);
  }

  /** Starts the next round if one may start, and releases what is applied. */
  settle(everythingRecoveredIsChosen: boolean, chosenThroughSlot: Slot, appliedSlot: Slot): void {
    if (everythingRecoveredIsChosen && this.round === undefined && this.waiting.length > 0)
      this.start(chosenThroughSlot);
    for (;;) {
      const oldest = this.confirmed[0];
      if (oldest === undefined || oldest.readIndex > appliedSlot) return;
      this.confirmed.shift();
      this.confirmedCount -= oldest.readIds.length;
      this.env.counters.readsConfirmed += oldest.readIds.length;
      this.env.outbox.emit({ type: 'readReady', readIds: oldest.readIds, appliedSlot });
    }
  }

  onTick(): void {
    if (this.round === undefined || this.env.nowMs - this.round.sentAtMs < this.env.options.resendAfterMs) return;
    this.env.counters.resends += 1;
    this.ask(this.round);
  }

  /** Every read not answered; this node no longer leads. */
  drain(): number[] {
    const rest = [...this.confirmed.flatMap(({ readIds }) => readIds), ...(this.round?.readIds ?? []), ...this.waiting];
    this.waiting = [];
    this.round = undefined;
    this.confirmed.length = 0;
    this.confirmedCount = 0;
    return rest;
  }

  private start(chosenThroughSlot: Slot): void {
    this.rounds += 1;
    this.env.counters.confirmRounds += 1;
    const readIds = this.waiting;
    this.waiting = [];
    const sentAtMs = this.env.nowMs;
    this.round = { number: this.rounds, readIds, readIndex: chosenThroughSlot, votes: 0, voters: 0, sentAtMs };
    this.ask(this.round);
    // Its own acceptor has promised nothing higher, or this node would have given way.
    this.vote(this.round, this.env.membership.selfIndex);
  }

  private ask(round: ConfirmRound): void {
    round.sentAtMs = this.env.nowMs;
    this.env.membership.peers.forEach((peer, index) => {
      const bit = 1 << (this.env.membership.indexOf(peer) ?? index);
      if ((round.votes & bit) !== 0) return;
      this.env.outbox.send(peer, { type: 'confirm', ballot: this.ballot, confirmRound: round.number });
    });
  }

  private vote(round: ConfirmRound, index: number): void {
    const bit = 1 << index;
    if ((round.votes & bit) !== 0) return;
    round.votes |= bit;
    round.voters += 1;
    if (round.voters < this.env.membership.phase2Quorum) return;
    this.confirmed.push({ readIds: round.readIds, readIndex: round.readIndex });
    this.confirmedCount += round.readIds.length;
    this.round = undefined;
  }
}
