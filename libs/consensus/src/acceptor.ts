import { assert } from '@synod/base';
import { compareBallots, equalBallots, formatBallot } from './ballot.js';
import { entrySizeBytes, equalEntries } from './entry.js';
import type { Environment } from './environment.js';
import type { DurableState } from './io.js';
import { EntryLog } from './log.js';
import type { HeldEntry } from './log.js';
import type { AcceptBody, PrepareBody } from './messages.js';
import { ACCEPT_HORIZON_WINDOWS } from './options.js';
import type { AcceptedEntry, Ballot, Entry, NodeId, Slot, SlotEntry } from './types.js';

/**
 * The acceptor of "Paxos Made Simple", section 2.2, over all slots at once, and the learner beside it. Every node has one, the
 * leader too. Its handlers assume that whoever dispatches has already given way to a higher ballot.
 */
export class Acceptor {
  readonly log: EntryLog;
  readonly unknownSlots: Set<Slot>;
  private promisedBallot: Ballot;
  private durableBallot: Ballot;
  private promisedToken = 0;
  private chosenThrough: Slot;
  private applied: Slot;
  private image: Slot;
  private trimmed: Slot;
  private trimIsWritten = true;
  private installing: Slot | undefined;

  constructor(
    private readonly env: Environment,
    durable: DurableState,
  ) {
    this.promisedBallot = durable.promised;
    this.durableBallot = durable.promised;
    this.chosenThrough = durable.chosenThroughSlot;
    this.applied = durable.chosenThroughSlot;
    this.image = durable.imageSlot ?? 0;
    this.trimmed = durable.trimmedThroughSlot ?? 0;
    const describe = (): string => `trim ${this.trimmed}, image ${this.image}, applied ${this.applied}`;
    assert(this.image <= this.applied, 'I7 trim <= flushed image <= applied', describe);
    assert(this.trimmed <= this.image || this.imageLost, 'I7 trim <= flushed image <= applied', describe);
    if (this.imageLost) env.counters.startsWithLostImage += 1;
    else this.closeGap(durable);
    this.log = new EntryLog(this.applied, this.knownChosenSlot);
    this.unknownSlots = new Set((durable.unknownSlots ?? []).filter((slot) => slot > this.knownChosenSlot));
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

  /** The slot of the durable image. */
  get imageSlot(): Slot {
    return this.image;
  }

  /** Slots up to here are no longer in the log. */
  get trimmedThroughSlot(): Slot {
    return this.trimmed;
  }

  /**
   * Every slot up to here is known chosen, though the values of those trimmed may be gone with a lost image. It is what phase 1
   * is told: no hole below it may ever be filled (P4).
   */
  get knownChosenSlot(): Slot {
    return Math.max(this.chosenThrough, this.trimmed);
  }

  /** The log was trimmed above the state that is here: only a snapshot at or above the trim brings this replica back. */
  get imageLost(): boolean {
    return this.chosenThrough < this.trimmed;
  }

  /** The snapshot that takes the place of state machine and image just now. */
  get installingSlot(): Slot | undefined {
    return this.installing;
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
    const chosenThroughSlot = this.knownChosenSlot;
    const chunks = chunksOf(this.log.entriesFrom(chosenThroughSlot + 1), this.env.options.maxTransferBytes);
    const unknownSlots = this.sortedUnknownSlots();
    this.env.counters.promisesSent += 1;
    if (this.installing !== undefined) this.env.counters.promisesWhileInstalling += 1;
    if (chunks.length > 1) this.env.counters.promisesChunked += 1;
    chunks.forEach((accepted, chunkIndex) => {
      this.env.outbox.sendAfterFlush(from, {
        type: 'promised',
        ballot,
        chunkIndex,
        chunkCount: chunks.length,
        chosenThroughSlot,
        trimmedThroughSlot: this.trimmed,
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

  /** True when an answer to this prepare or accept would have to be written first. */
  hasToWrite({ ballot }: PrepareBody | AcceptBody, entries: readonly SlotEntry[]): boolean {
    const order = compareBallots(ballot, this.promisedBallot);
    if (order !== 0) return order > 0;
    return entries.some(({ slot }) => {
      if (slot <= this.trimmed || this.isBeyondHorizon(slot)) return false;
      const held = this.log.get(slot);
      return held === undefined || !equalBallots(held.ballot, ballot);
    });
  }

  /**
   * Accepts one entry at the promised ballot. What is already held at this ballot isn't written twice, and a slot that was
   * trimmed isn't written at all: it is chosen, so the value is that one (I4), and nobody recovers it from here any more. A
   * leader that doesn't know it chosen may still need the vote.
   */
  accept(slot: Slot, ballot: Ballot, entry: Entry, sizeBytes = entrySizeBytes(entry)): void {
    assert(equalBallots(ballot, this.promisedBallot), 'I2 accepted ballot <= promised', () => {
      return `slot ${slot}: ${formatBallot(ballot)} against ${formatBallot(this.promisedBallot)}`;
    });
    if (slot <= this.trimmed) return;
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
    assert(slot > this.trimmed, 'nothing trimmed is taken again', () => String(slot));
    const held = this.log.get(slot);
    if (held === undefined || !equalEntries(held.entry, entry)) {
      if (held !== undefined) this.assertConsistent(held, this.promisedBallot, entry);
      this.write(slot, this.promisedBallot, entry, entrySizeBytes(entry));
    }
    this.markChosen(slot);
  }

  /** Writes a chosen entry again whose record is damaged, as fetched from a peer: at the promised ballot, like `takeChosen`. */
  rewriteChosen(slot: Slot, entry: Entry): void {
    assert(slot > this.trimmed && slot <= this.chosenThrough, 'only what is chosen is repaired', () => String(slot));
    const held = this.log.get(slot);
    if (held !== undefined) this.assertConsistent(held, this.promisedBallot, entry);
    this.write(slot, this.promisedBallot, entry, entrySizeBytes(entry));
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
    if (this.installing !== undefined) return;
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

  /** The image is durable through `slot`. Has the log say that it knows that much chosen, or its own start couldn't tell. */
  imageFlushed(slot: Slot): void {
    assert(slot <= this.applied, 'I7 trim <= flushed image <= applied', () => `image ${slot}, applied ${this.applied}`);
    this.image = Math.max(this.image, slot);
    if (this.env.mayWrite) this.env.outbox.persistHint(slot);
  }

  /**
   * Trims the log as far as the image allows (I7). Not while a snapshot is installed: until that is done there is no image, and
   * should it be lost by a crash, the log is what is left.
   */
  trim(throughSlot: Slot): void {
    const { counters, mayWrite } = this.env;
    const through = Math.min(throughSlot, this.image);
    if (through < throughSlot) counters.trimsClamped += 1;
    if (through <= this.trimmed || this.installing !== undefined || !mayWrite) return;
    this.markTrimmed(through);
    this.log.trimThrough(through);
  }

  /** Nothing is applied until `finishInstall`; promises and accepts go on. */
  beginInstall(slot: Slot): void {
    const fits = slot > this.chosenThrough && slot >= this.trimmed && this.installing === undefined;
    assert(fits, 'P10 a snapshot closes the gap that it was fetched for', () => `${slot} at ${this.chosenThrough}`);
    this.installing = slot;
  }

  /**
   * State machine and image are those of the snapshot. If the log didn't close the gap meanwhile, it is trimmed through the
   * snapshot: entries held below were accepted here, and may not be what was chosen (P6, P10). What is above stays, and so does
   * the promise.
   */
  finishInstall(slot: Slot): void {
    assert(slot === this.installing, 'snapshotInstalled answers installSnapshot', () => String(slot));
    assert(slot > this.applied, 'I5 each slot applied once, in order', () => `snapshot ${slot} at ${this.applied}`);
    this.installing = undefined;
    this.image = slot;
    if (this.chosenThrough < slot) {
      this.applied = slot;
      this.chosenThrough = slot;
      this.log.restartAbove(slot);
      for (const unknown of [...this.unknownSlots]) if (unknown <= slot) this.unknownSlots.delete(unknown);
      this.env.outbox.hintChosenThrough(slot);
      // After a lost image a snapshot right at the trim closes the gap as it is.
      if (slot > this.trimmed) this.markTrimmed(slot);
      return;
    }
    for (; this.applied < slot; this.applied += 1) this.log.noteApplied(this.applied + 1);
  }

  /** Writes a trim that is due: after a start with a gap or on a full disk it comes later than its decision. */
  writeTrim(): void {
    if (this.trimIsWritten || !this.env.mayWrite) return;
    this.trimIsWritten = true;
    this.env.outbox.write({ kind: 'trimmed', throughSlot: this.trimmed });
  }

  /** Tells the sender of an old ballot which ballot is promised here, once that promise is flushed. */
  refuse(to: NodeId, ballot: Ballot): void {
    this.env.outbox.sendAfterFlush(to, { type: 'nacked', ballot, promised: this.promisedBallot });
  }

  /** Far ahead of what is known chosen, in slots or bytes: to be fetched later. The very next slot is never too far. */
  private isBeyondHorizon(slot: Slot): boolean {
    const { maxOpenSlots, maxOpenBytes } = this.env.options;
    if (slot > this.knownChosenSlot + ACCEPT_HORIZON_WINDOWS * maxOpenSlots) return true;
    if (this.log.unappliedBytes < ACCEPT_HORIZON_WINDOWS * maxOpenBytes) return false;
    // While a snapshot is installed nothing leaves memory, so that even the next slot has to wait.
    return this.installing !== undefined || slot > this.chosenThrough + 1;
  }

  sortedUnknownSlots(): Slot[] {
    return [...this.unknownSlots].filter((slot) => slot > this.knownChosenSlot).sort((left, right) => left - right);
  }

  /** See `DurableState.logChosenThroughSlot`: what lies between the log's own knowledge and the image can't be trusted. */
  private closeGap(durable: DurableState): void {
    const unknown = this.chosenThrough > this.image ? this.chosenThrough : this.trimmed;
    if ((durable.logChosenThroughSlot ?? unknown) >= this.image || this.trimmed === this.image) return;
    this.env.counters.startsWithGap += 1;
    this.env.outbox.hintChosenThrough(this.chosenThrough);
    this.markTrimmed(this.image);
  }

  private markTrimmed(slot: Slot): void {
    const ordered = slot > this.trimmed && slot <= this.image && this.image <= this.applied;
    assert(ordered, 'I7 trim <= flushed image <= applied', () => `${slot} <= ${this.image} <= ${this.applied}`);
    this.env.counters.slotsTrimmed += slot - this.trimmed;
    this.trimmed = slot;
    this.trimIsWritten = false;
  }

  private load(slot: Slot, ballot: Ballot, entry: Entry): void {
    assert(compareBallots(ballot, this.promisedBallot) <= 0, 'I2 accepted ballot <= promised', () => `slot ${slot}`);
    if (slot > this.knownChosenSlot) this.log.put(slot, ballot, entry, entrySizeBytes(entry), 0);
  }

  private write(slot: Slot, ballot: Ballot, entry: Entry, sizeBytes: number): void {
    const token = this.env.outbox.write({ kind: 'accepted', accepted: { slot, ballot, entry } });
    this.log.put(slot, ballot, entry, sizeBytes, token);
    if (this.unknownSlots.delete(slot)) this.env.counters.recordsRepaired += 1;
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
