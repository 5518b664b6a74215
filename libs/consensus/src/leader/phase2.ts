import { assert } from '@synod/base';
import type { Acceptor } from '../acceptor.js';
import { entrySizeBytes, NOOP } from '../entry.js';
import type { Environment } from '../environment.js';
import type { AcceptedBody } from '../messages.js';
import { ACCEPT_HORIZON_WINDOWS } from '../options.js';
import { Queue } from '../queue.js';
import type { Ballot, Entry, NodeId, Slot, SlotEntry } from '../types.js';
import { FollowerProgress } from './follower-progress.js';
import type { ProposalQueue } from './proposal-queue.js';

/** A slot that this leader proposed at its ballot; kept until it is applied here. */
interface OpenSlot {
  readonly slot: Slot;
  readonly entry: Entry;
  readonly sizeBytes: number;
  readonly proposalIds: readonly number[] | undefined;
  /** Bits of the members and learners that flushed it at this ballot. */
  answered: number;
  /** How many of them are voters: only those choose. */
  voters: number;
  chosen: boolean;
  sentAtMs: number;
}

/** Own accepts that wait for one flush. */
interface OwnFlush {
  readonly token: number;
  readonly fromSlot: Slot;
  readonly throughSlot: Slot;
}

/**
 * Phase 2 as a pipeline, at one ballot. Proposes what phase 1 recovered and then what is queued; streams accepts to each
 * follower within its window; counts votes, its own only after its own flush (P1); finds what is chosen.
 *
 * Group commit: while `maxFlushesInFlight` own flushes run, proposals gather; the next entry is what gathered.
 */
export class Phase2 {
  readonly followers: readonly FollowerProgress[];
  /** Through here phase 1 reached: once applied, this leader has seen all that was ever acknowledged before it. */
  readonly recoveredThroughSlot: Slot;
  private readonly recovered: readonly SlotEntry[];
  private recoveredIndex = 0;
  private readonly open = new Map<Slot, OpenSlot>();
  private readonly ownFlushes = new Queue<OwnFlush>();
  private nextSlot: Slot;
  private unchosenBytes = 0;

  constructor(
    private readonly env: Environment,
    private readonly acceptor: Acceptor,
    readonly ballot: Ballot,
    recovered: readonly SlotEntry[],
  ) {
    const firstSlot = acceptor.chosenThroughSlot + 1;
    // A slot of the own ballot at once: reads and `serving` would wait for the next client otherwise.
    this.recovered = recovered.length > 0 ? recovered : [{ slot: firstSlot, entry: NOOP }];
    this.recoveredThroughSlot = firstSlot + this.recovered.length - 1;
    this.nextSlot = firstSlot;
    const { membership, nowMs } = env;
    this.followers = membership.others.map(
      (nodeId) => new FollowerProgress(nodeId, membership.indexOf(nodeId), membership.bitOf(nodeId), firstSlot, nowMs),
    );
  }

  /** First slot not yet proposed. */
  get nextSlotToPropose(): Slot {
    return this.nextSlot;
  }

  get openSlots(): number {
    return this.nextSlot - 1 - this.acceptor.chosenThroughSlot;
  }

  get openBytes(): number {
    return this.unchosenBytes;
  }

  /** Proposes what the windows allow, then streams. */
  pump(queue: ProposalQueue): void {
    const firstSlot = this.nextSlot;
    while (this.recoveredIndex < this.recovered.length) {
      const next = this.recovered[this.recoveredIndex];
      if (next === undefined) break;
      const sizeBytes = entrySizeBytes(next.entry);
      if (!this.fits(sizeBytes)) break;
      this.recoveredIndex += 1;
      this.propose(next.entry, undefined, sizeBytes);
    }
    if (this.recoveredIndex === this.recovered.length) this.proposeQueued(queue);
    if (this.nextSlot > firstSlot) {
      const token = this.env.outbox.coveringToken;
      this.ownFlushes.push({ token, fromSlot: firstSlot, throughSlot: this.nextSlot - 1 });
    }
    for (const follower of this.followers) this.stream(follower);
  }

  /** Counts the own votes whose flush is done. */
  onFlushed(): void {
    for (;;) {
      const flush = this.ownFlushes.peek();
      if (flush === undefined || flush.token > this.env.outbox.durableToken) return;
      this.ownFlushes.shift();
      for (let slot = flush.fromSlot; slot <= flush.throughSlot; slot += 1) {
        const { selfIndex } = this.env.membership;
        this.vote(slot, selfIndex, 1 << selfIndex);
      }
    }
  }

  /** Phase 2b of a follower. Only accepts at this leader's ballot reach this point (P5). */
  onAccepted(from: NodeId, { slots }: AcceptedBody): void {
    const follower = this.followerOf(from);
    if (follower === undefined) return;
    for (const slot of slots) {
      this.vote(slot, follower.index, follower.bit);
      follower.noteAnswered(slot, this.env.nowMs);
    }
    if (follower.stalled) follower.resume(this.acceptor.chosenThroughSlot + 1);
  }

  /**
   * Any reply of a stalled follower starts its stream anew; what it already voted for isn't sent again. One that is so far
   * behind that it would drop what comes (P19: it fetches first) gets nothing until it is nearer.
   */
  onSignOfLife(from: NodeId, itsChosenThroughSlot: Slot): void {
    const follower = this.followerOf(from);
    const firstSlot = this.acceptor.chosenThroughSlot + 1;
    const horizon = itsChosenThroughSlot + ACCEPT_HORIZON_WINDOWS * this.env.options.maxOpenSlots;
    if (follower?.stalled === true && firstSlot <= horizon) follower.resume(firstSlot);
  }

  /** Everything proposed is chosen, and this follower has flushed it and was told so. `itsChosenThroughSlot` is its own word. */
  hasEverything(nodeId: NodeId, itsChosenThroughSlot: Slot): boolean {
    const follower = this.followerOf(nodeId);
    const lastSlot = this.nextSlot - 1;
    if (follower === undefined || this.openSlots > 0 || this.recoveredIndex < this.recovered.length) return false;
    if (itsChosenThroughSlot >= lastSlot) return true;
    return !follower.stalled && follower.answeredThroughSlot >= lastSlot && follower.toldChosenThroughSlot >= lastSlot;
  }

  onDisconnected(peer: NodeId): void {
    this.followerOf(peer)?.stall();
  }

  /** Moves `chosenThroughSlot` over what a quorum flushed, in order. */
  advance(): void {
    for (;;) {
      const next = this.open.get(this.acceptor.chosenThroughSlot + 1);
      if (next === undefined || !next.chosen) return;
      this.unchosenBytes -= next.sizeBytes;
      this.acceptor.markChosen(next.slot);
    }
  }

  /** Tells followers what is chosen when no accept is going to: an idle pipeline, or a follower's full window. */
  announceChosen(): void {
    if (this.openSlots > 0) return;
    const chosenThroughSlot = this.acceptor.chosenThroughSlot;
    for (const follower of this.followers) {
      if (follower.stalled || follower.nextSlot <= chosenThroughSlot) continue;
      if (follower.toldChosenThroughSlot >= chosenThroughSlot) continue;
      follower.toldChosenThroughSlot = chosenThroughSlot;
      this.env.outbox.send(follower.nodeId, { type: 'chosen', ballot: this.ballot, chosenThroughSlot });
    }
  }

  /** Sends again what was lost, and stops streaming to those that don't answer. */
  onTick(): void {
    const { nowMs, options, counters } = this.env;
    for (const follower of this.followers) {
      if (follower.isOverdue(nowMs, options.resendAfterMs)) {
        follower.stall();
        counters.followersStalled += 1;
      }
      if (follower.stalled || nowMs - follower.resentAtMs < options.resendAfterMs) continue;
      follower.resentAtMs = nowMs;
      this.resend(follower);
    }
  }

  /** The proposals of a slot that is about to be applied; forgets the slot. */
  takeApplied(slot: Slot): readonly number[] | undefined {
    const applied = this.open.get(slot);
    this.open.delete(slot);
    return applied?.proposalIds;
  }

  /** Proposals whose outcome this replica can't tell once it no longer leads. */
  unappliedProposalIds(): number[] {
    return [...this.open.values()].flatMap(({ proposalIds }) => proposalIds ?? []);
  }

  private proposeQueued(queue: ProposalQueue): void {
    if (this.ownFlushes.length >= this.env.options.maxFlushesInFlight) return;
    while (queue.length > 0 && this.fits(queue.nextBatchSizeBytes())) {
      const batch = queue.takeBatch();
      if (batch === undefined) return;
      this.env.counters.commandsProposed += batch.proposalIds.length;
      this.propose(batch.entry, batch.proposalIds, batch.sizeBytes);
    }
  }

  private fits(sizeBytes: number): boolean {
    const { maxOpenSlots, maxOpenBytes } = this.env.options;
    if (this.openSlots === 0) return true;
    return this.openSlots < maxOpenSlots && this.unchosenBytes + sizeBytes <= maxOpenBytes;
  }

  private propose(entry: Entry, proposalIds: readonly number[] | undefined, sizeBytes: number): void {
    const slot = this.nextSlot;
    const lastInWindow = this.acceptor.chosenThroughSlot + this.env.options.maxOpenSlots;
    assert(slot <= lastInWindow, 'I9 proposals stay inside the window', () => `slot ${slot} above ${lastInWindow}`);
    this.nextSlot += 1;
    this.unchosenBytes += sizeBytes;
    const sentAtMs = this.env.nowMs;
    this.open.set(slot, { slot, entry, sizeBytes, proposalIds, answered: 0, voters: 0, chosen: false, sentAtMs });
    this.acceptor.accept(slot, this.ballot, entry, sizeBytes);
    this.env.counters.entriesProposed += 1;
  }

  private vote(slot: Slot, index: number | undefined, bit: number): void {
    const open = this.open.get(slot);
    if (open === undefined || (open.answered & bit) !== 0) return;
    open.answered |= bit;
    if (index === undefined) return;
    open.voters += 1;
    if (open.voters >= this.env.membership.phase2Quorum) open.chosen = true;
  }

  /** Sends accepts from the follower's cursor while its window has room. */
  private stream(follower: FollowerProgress): void {
    const { maxOpenSlots, maxOpenBytes, maxTransferBytes } = this.env.options;
    while (!follower.stalled && follower.nextSlot < this.nextSlot) {
      const entries: SlotEntry[] = [];
      let bytes = 0;
      while (follower.nextSlot < this.nextSlot && bytes < maxTransferBytes) {
        if (follower.inFlightSlots >= maxOpenSlots || follower.inFlightBytes >= maxOpenBytes) break;
        const held = this.acceptor.log.get(follower.nextSlot);
        if (held !== undefined && bytes > 0 && bytes + held.sizeBytes > maxTransferBytes) break;
        const slot = follower.nextSlot;
        follower.nextSlot += 1;
        // Evicted: this follower lags so much that it has to fetch. Voted for: it has it, and this is a stream begun anew.
        if (held === undefined || this.hasAnswered(slot, follower)) continue;
        entries.push({ slot, entry: held.entry });
        bytes += held.sizeBytes;
        follower.noteSent(slot, held.sizeBytes, this.env.nowMs);
      }
      if (entries.length === 0) return;
      this.sendAccept(follower, entries);
    }
  }

  /** One message with the oldest unchosen slots that this follower was sent long ago and hasn't voted for. */
  private resend(follower: FollowerProgress): void {
    const { nowMs, options, counters } = this.env;
    const entries: SlotEntry[] = [];
    let bytes = 0;
    const throughSlot = Math.min(follower.nextSlot, this.nextSlot) - 1;
    for (let slot = this.acceptor.chosenThroughSlot + 1; slot <= throughSlot; slot += 1) {
      const open = this.open.get(slot);
      if (open === undefined || this.hasAnswered(slot, follower)) continue;
      if (nowMs - open.sentAtMs < options.resendAfterMs) break;
      if (bytes > 0 && bytes + open.sizeBytes > options.maxTransferBytes) break;
      entries.push({ slot, entry: open.entry });
      bytes += open.sizeBytes;
    }
    if (entries.length === 0) return;
    counters.resends += 1;
    this.sendAccept(follower, entries);
  }

  /**
   * What the follower is told chosen ends before its cursor: it would fetch at once what is already on its way to it. A
   * follower that lost messages learns the rest by poll replies.
   */
  private sendAccept(follower: FollowerProgress, entries: readonly SlotEntry[]): void {
    const chosenThroughSlot = Math.min(this.acceptor.chosenThroughSlot, follower.nextSlot - 1);
    follower.toldChosenThroughSlot = Math.max(follower.toldChosenThroughSlot, chosenThroughSlot);
    this.env.outbox.send(follower.nodeId, { type: 'accept', ballot: this.ballot, entries, chosenThroughSlot });
  }

  private hasAnswered(slot: Slot, { bit }: FollowerProgress): boolean {
    const open = this.open.get(slot);
    return open !== undefined && (open.answered & bit) !== 0;
  }

  private followerOf(nodeId: NodeId): FollowerProgress | undefined {
    return this.followers.find((follower) => follower.nodeId === nodeId);
  }
}
