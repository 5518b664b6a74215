import { assert } from '@synod/base';
import { compareBallots, equalBallots, formatBallot } from './ballot.js';
import { entrySizeBytes, equalEntries } from './entry.js';
import type { Environment } from './environment.js';
import type { DurableState } from './io.js';
import { EntryLog } from './log.js';
import type { HeldEntry } from './log.js';
import type { AcceptBody, PrepareBody } from './messages.js';
import { ACCEPT_HORIZON_WINDOWS } from './options.js';
import type { AcceptedEntry, Ballot, Entry, NodeId, Slot } from './types.js';

/**
 * The acceptor of "Paxos Made Simple", section 2.2, over all slots at once, and the learner beside it. Every node has one, the
 * leader too. Its handlers assume that whoever dispatches has already given way to a higher ballot.
 */
export class Acceptor {
  readonly log: EntryLog;
  readonly unknownSlots: Set<Slot>;
  readonly trimmedThroughSlot: Slot;
  private promisedBallot: Ballot;
  private durableBallot: Ballot;
  private promisedToken = 0;
  private chosenThrough: Slot;
  private applied: Slot;

  constructor(
    private readonly env: Environment,
    durable: DurableState,
  ) {
    this.promisedBallot = durable.promised;
    this.durableBallot = durable.promised;
    this.chosenThrough = durable.chosenThroughSlot;
    this.applied = durable.chosenThroughSlot;
    this.trimmedThroughSlot = durable.trimmedThroughSlot ?? 0;
    assert(this.trimmedThroughSlot <= this.applied, 'I7 trim <= flushed image <= applied');
    this.log = new EntryLog(this.applied);
    this.unknownSlots = new Set((durable.unknownSlots ?? []).filter((slot) => slot > this.chosenThrough));
    for (const { slot, ballot, entry } of durable.accepted) this.load(slot, ballot, entry);
  }

  /** The highest ballot promised, flushed or not: what the acceptor acts on. */
  get promised(): Ballot {
    return this.promisedBallot;
  }

  /** The highest ballot promised for sure: what the acceptor may tell. */
  get durablePromised(): Ballot {
    if (this.promiseIsDurable) this.durableBallot = this.promisedBallot;
    return this.durableBallot;
  }

  get promiseIsDurable(): boolean {
    return this.promisedToken <= this.env.outbox.durableToken;
  }

  /** Every slot up to here is known chosen, and its value held or applied. */
  get chosenThroughSlot(): Slot {
    return this.chosenThrough;
  }

  get appliedSlot(): Slot {
    return this.applied;
  }

  /** Raises the promise; it may be told once its flush is done. */
  promise(ballot: Ballot): void {
    const rises = compareBallots(ballot, this.promisedBallot) > 0;
    assert(rises, 'I1 promised never falls', () => `${formatBallot(this.promisedBallot)} to ${formatBallot(ballot)}`);
    this.durableBallot = this.durablePromised;
    this.promisedBallot = ballot;
    this.promisedToken = this.env.outbox.write({ kind: 'promised', ballot });
  }

  /** Phase 1b. The reply shows what this acceptor holds above what it knows chosen, in chunks, once all of it is flushed. */
  onPrepare(from: NodeId, { ballot }: PrepareBody): void {
    const order = compareBallots(ballot, this.promisedBallot);
    if (order < 0) {
      this.env.counters.prepareRefusals += 1;
      return this.refuse(from, ballot);
    }
    if (order > 0) this.promise(ballot);
    const chunks = chunksOf(this.log.entriesFrom(this.chosenThrough + 1), this.env.options.maxTransferBytes);
    const unknownSlots = this.sortedUnknownSlots();
    this.env.counters.promisesSent += 1;
    if (chunks.length > 1) this.env.counters.promisesChunked += 1;
    chunks.forEach((accepted, chunkIndex) => {
      this.env.outbox.sendAfterFlush(from, {
        type: 'promised',
        ballot,
        chunkIndex,
        chunkCount: chunks.length,
        chosenThroughSlot: this.chosenThrough,
        trimmedThroughSlot: this.trimmedThroughSlot,
        accepted,
        unknownSlots: chunkIndex === 0 ? unknownSlots : [],
      });
    });
  }

  /** Phase 2b, and what the leader says is chosen. Gives false when the message was refused. */
  onAccept(from: NodeId, { ballot, entries }: AcceptBody): boolean {
    const order = compareBallots(ballot, this.promisedBallot);
    if (order < 0) {
      this.env.counters.acceptRefusals += 1;
      this.refuse(from, ballot);
      return false;
    }
    if (order > 0) this.promise(ballot);
    const slots: Slot[] = [];
    for (const { slot, entry } of entries) {
      if (this.isBeyondHorizon(slot)) this.env.counters.droppedBeyondHorizon += 1;
      else {
        this.accept(slot, ballot, entry);
        slots.push(slot);
      }
    }
    if (slots.length > 0) this.env.outbox.sendAfterFlush(from, { type: 'accepted', ballot, slots });
    return true;
  }

  /** Accepts one entry at the promised ballot. What is already held at this ballot isn't written twice. */
  accept(slot: Slot, ballot: Ballot, entry: Entry, sizeBytes = entrySizeBytes(entry)): void {
    assert(equalBallots(ballot, this.promisedBallot), 'I2 accepted ballot <= promised', () => {
      return `slot ${slot}: ${formatBallot(ballot)} against ${formatBallot(this.promisedBallot)}`;
    });
    const held = this.log.get(slot);
    if (held !== undefined) {
      this.assertConsistent(held, ballot, entry);
      if (equalBallots(held.ballot, ballot)) return;
    }
    this.write(slot, ballot, entry, sizeBytes);
    this.env.counters.entriesAccepted += 1;
  }

  /**
   * Takes an entry that a peer knows chosen; only the next slot is taken. It is held at the promised ballot, which is at or
   * above the ballot at which it was chosen (see `FetchedBody.ballot`), so I2 and I3 hold for it too.
   */
  takeChosen(slot: Slot, entry: Entry): void {
    assert(slot === this.chosenThrough + 1, 'chosen slots are taken in order', () => String(slot));
    const held = this.log.get(slot);
    if (held === undefined || !equalEntries(held.entry, entry)) {
      if (held !== undefined) this.assertConsistent(held, this.promisedBallot, entry);
      this.write(slot, this.promisedBallot, entry, entrySizeBytes(entry));
    }
    this.markChosen(slot);
  }

  /**
   * The leader of `ballot` says that slots are chosen through `throughSlot`. A slot is taken for chosen only when what is held
   * there was accepted at that very ballot (P6): a value held from an older ballot may not be the chosen one. Gives false when
   * a slot is left that has to be fetched.
   */
  learn(ballot: Ballot, throughSlot: Slot): boolean {
    while (this.chosenThrough < throughSlot) {
      const held = this.log.get(this.chosenThrough + 1);
      if (held === undefined || !equalBallots(held.ballot, ballot)) return false;
      this.markChosen(held.slot);
    }
    return true;
  }

  /** The next slot is chosen, and what is held there is its value. */
  markChosen(slot: Slot): void {
    assert(slot === this.chosenThrough + 1 && this.log.get(slot) !== undefined, 'I5 chosen in order, value at hand');
    this.chosenThrough = slot;
    this.env.outbox.hintChosenThrough(slot);
  }

  /** Applies what is chosen and flushed here, in order. */
  applyReady(proposalIdsOf: (slot: Slot) => readonly number[] | undefined): void {
    const { outbox, counters, options } = this.env;
    while (this.applied < this.chosenThrough) {
      const held = this.log.get(this.applied + 1);
      assert(held !== undefined, 'I5 each slot applied once, in order', () => String(this.applied + 1));
      if (held.token > outbox.durableToken) break;
      const { slot, ballot, entry } = held;
      this.applied = slot;
      this.log.noteApplied(slot);
      counters.slotsApplied += 1;
      outbox.emit({ type: 'apply', slot, ballot, entry, proposalIds: proposalIdsOf(slot) });
    }
    this.log.evict(options.maxCachedBytes, outbox.durableToken);
  }

  /** Tells the sender of an old ballot which ballot is promised here, once that promise is flushed. */
  refuse(to: NodeId, ballot: Ballot): void {
    this.env.outbox.sendAfterFlush(to, { type: 'nacked', ballot, promised: this.promisedBallot });
  }

  /** Far ahead of what is known chosen, in slots or bytes: to be fetched later. The very next slot is never too far. */
  private isBeyondHorizon(slot: Slot): boolean {
    const { maxOpenSlots, maxOpenBytes } = this.env.options;
    if (slot > this.chosenThrough + ACCEPT_HORIZON_WINDOWS * maxOpenSlots) return true;
    return this.log.unappliedBytes >= ACCEPT_HORIZON_WINDOWS * maxOpenBytes && slot > this.chosenThrough + 1;
  }

  sortedUnknownSlots(): Slot[] {
    return [...this.unknownSlots].filter((slot) => slot > this.chosenThrough).sort((left, right) => left - right);
  }

  private load(slot: Slot, ballot: Ballot, entry: Entry): void {
    assert(compareBallots(ballot, this.promisedBallot) <= 0, 'I2 accepted ballot <= promised', () => `slot ${slot}`);
    if (slot > this.chosenThrough) this.log.put(slot, ballot, entry, entrySizeBytes(entry), 0);
  }

  private write(slot: Slot, ballot: Ballot, entry: Entry, sizeBytes: number): void {
    const token = this.env.outbox.write({ kind: 'accepted', accepted: { slot, ballot, entry } });
    this.log.put(slot, ballot, entry, sizeBytes, token);
    this.unknownSlots.delete(slot);
  }

  private assertConsistent(held: HeldEntry, ballot: Ballot, entry: Entry): void {
    const sameBallot = equalBallots(held.ballot, ballot);
    if (!sameBallot && held.slot > this.chosenThrough) return;
    assert(
      equalEntries(held.entry, entry),
      sameBallot ? 'I3 one value per (slot, ballot)' : 'I4 once chosen, every higher ballot carries that value',
      () => `slot ${held.slot}, held at ${formatBallot(held.ballot)}, offered at ${formatBallot(ballot)}`,
    );
  }
}

/** Cuts entries into messages of bounded size; at least one chunk, and at least one entry in each but a lone empty one. */
function chunksOf(entries: readonly HeldEntry[], maxBytes: number): AcceptedEntry[][] {
  const chunks: AcceptedEntry[][] = [[]];
  let bytes = 0;
  for (const { slot, ballot, entry, sizeBytes } of entries) {
    if (bytes > 0 && bytes + sizeBytes > maxBytes) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push({ slot, ballot, entry });
    bytes += sizeBytes;
  }
  return chunks;
}
