import { assert } from '@synod/base';
import type { Acceptor } from '../acceptor.js';
import { compareBallots, equalBallots, formatBallot } from '../ballot.js';
import { equalEntries, NOOP } from '../entry.js';
import type { Environment } from '../environment.js';
import type { PromisedBody } from '../messages.js';
import type { AcceptedEntry, Ballot, NodeId, Slot, SlotEntry } from '../types.js';

/** One acceptor's promise, complete when all its chunks are here. */
interface Report {
  readonly chosenThroughSlot: Slot;
  readonly trimmedThroughSlot: Slot;
  readonly chunkCount: number;
  readonly chunks: Map<number, readonly AcceptedEntry[]>;
  readonly unknownSlots: Set<Slot>;
}

/** What stands between a candidate and leadership, or what it has to propose first as a leader. */
export type Phase1Outcome =
  | { readonly kind: 'waiting' }
  /** Slots up to here are chosen and have to be fetched before anything is proposed. */
  | { readonly kind: 'behind'; readonly chosenThroughSlot: Slot }
  | { readonly kind: 'recovered'; readonly entries: readonly SlotEntry[] };

const WAITING: Phase1Outcome = Object.freeze({ kind: 'waiting' });

/**
 * Phase 1 over the suffix of the log ("Paxos Made Simple", section 3), at one ballot of this node.
 *
 * The naive rule "take the highest ballot that was reported, fill the rest" loses values twice over. An acceptor that knows a
 * slot chosen no longer reports it: so the candidate first fetches through the highest `chosenThroughSlot` of its quorum, and
 * recovers only slots above it, for which each of them reported. And an acceptor whose record is damaged would look empty: so
 * it isn't counted for that slot, and a slot without a counted quorum blocks phase 1 until another acceptor answers (P4, P14).
 */
export class Phase1 {
  private readonly reports = new Map<NodeId, Report>();
  private progressedAtMs: number;
  private preparedAtMs: number;
  private readonly startedAtMs: number;
  private passedTrim = false;

  constructor(
    private readonly env: Environment,
    private readonly acceptor: Acceptor,
    readonly ballot: Ballot,
  ) {
    this.startedAtMs = env.nowMs;
    this.progressedAtMs = env.nowMs;
    this.preparedAtMs = env.nowMs;
  }

  /** When phase 1 last came closer to its end. */
  get lastProgressMs(): number {
    return this.progressedAtMs;
  }

  noteProgress(): void {
    this.progressedAtMs = this.env.nowMs;
  }

  /** Phase 1a. Leaves once the own promise is flushed: else a restart could use this ballot twice (P2). */
  start(): void {
    for (const peer of this.env.membership.peers) this.prepare(peer);
  }

  /** Asks those again that have not answered completely. */
  onTick(): void {
    if (this.env.nowMs - this.preparedAtMs < this.env.options.resendAfterMs) return;
    this.preparedAtMs = this.env.nowMs;
    for (const peer of this.env.membership.peers) {
      if (this.isComplete(peer)) continue;
      this.env.counters.resends += 1;
      this.prepare(peer);
    }
  }

  /** Collects one chunk. A promise sent again may be cut otherwise, if its acceptor learned of chosen slots in between. */
  onPromised(from: NodeId, body: PromisedBody): void {
    if (!equalBallots(body.ballot, this.ballot) || this.isComplete(from)) return;
    const { chosenThroughSlot, trimmedThroughSlot, chunkCount } = body;
    let report = this.reports.get(from);
    if (report?.chosenThroughSlot !== chosenThroughSlot || report.chunkCount !== chunkCount) {
      report = { chosenThroughSlot, trimmedThroughSlot, chunkCount, chunks: new Map(), unknownSlots: new Set() };
      this.reports.set(from, report);
    }
    report.chunks.set(body.chunkIndex, body.accepted);
    for (const slot of body.unknownSlots) report.unknownSlots.add(slot);
    this.noteProgress();
  }

  evaluate(): Phase1Outcome {
    if (!this.acceptor.promiseIsDurable) return WAITING;
    const counted = this.countedReports();
    if (counted.length < this.env.membership.phase1Quorum) return WAITING;
    let chosenThroughSlot = this.acceptor.chosenThroughSlot;
    for (const report of counted) chosenThroughSlot = Math.max(chosenThroughSlot, report.chosenThroughSlot);
    if (this.acceptor.chosenThroughSlot < chosenThroughSlot) {
      const lacking = this.acceptor.chosenThroughSlot + 1;
      if (counted.some(({ trimmedThroughSlot }) => trimmedThroughSlot >= lacking)) this.passedTrim = true;
      return { kind: 'behind', chosenThroughSlot };
    }
    const entries = this.recover(counted, chosenThroughSlot + 1);
    if (entries === undefined) return WAITING;
    if (this.passedTrim) this.env.counters.recoveredWithTrimmedAcceptor += 1;
    return { kind: 'recovered', entries };
  }

  /**
   * The way out for a candidate that can't get what acceptors ahead of it know chosen, say because the only one that knew lost
   * its image: recovery from a quorum of those that are not ahead, as if the others were silent. Each of them reported every slot
   * above this node's `chosenThroughSlot`, and that is all that phase 1 asks for.
   */
  recoverWithoutThoseAhead(): readonly SlotEntry[] | undefined {
    const chosenThroughSlot = this.acceptor.knownChosenSlot;
    const level = this.countedReports().filter((report) => report.chosenThroughSlot <= chosenThroughSlot);
    if (level.length < this.env.membership.phase1Quorum) return undefined;
    const entries = this.recover(level, chosenThroughSlot + 1);
    if (entries !== undefined) this.env.counters.recoveredWithTrimmedAcceptor += 1;
    return entries;
  }

  /** Somebody hasn't promised yet, and may do so any moment: less than an election round has passed. */
  get awaitsPromises(): boolean {
    if (this.env.nowMs - this.startedAtMs >= this.env.options.electionRoundMs) return false;
    return this.env.membership.peers.some((peer) => !this.isComplete(peer));
  }

  private prepare(peer: NodeId): void {
    const fromSlot = this.acceptor.chosenThroughSlot + 1;
    this.env.outbox.sendAfterFlush(peer, { type: 'prepare', ballot: this.ballot, fromSlot });
  }

  private isComplete(peer: NodeId): boolean {
    const report = this.reports.get(peer);
    return report !== undefined && report.chunks.size === report.chunkCount;
  }

  /** Complete promises, this node's own among them. */
  private countedReports(): Report[] {
    const complete = [...this.reports].filter(([peer]) => this.isComplete(peer)).map(([, report]) => report);
    complete.push(this.ownReport());
    return complete;
  }

  private ownReport(): Report {
    const { acceptor } = this;
    return {
      chosenThroughSlot: acceptor.knownChosenSlot,
      trimmedThroughSlot: acceptor.trimmedThroughSlot,
      chunkCount: 1,
      chunks: new Map([[0, acceptor.log.entriesFrom(acceptor.knownChosenSlot + 1)]]),
      unknownSlots: acceptor.unknownSlots,
    };
  }

  /** The value of each slot from `fromSlot` to the last that anybody reported, or undefined while one of them is undecidable. */
  private recover(counted: readonly Report[], fromSlot: Slot): SlotEntry[] | undefined {
    const best = new Map<Slot, { readonly accepted: AcceptedEntry; readonly reporters: number }>();
    let lastSlot = fromSlot - 1;
    for (const report of counted) {
      for (const accepted of [...report.chunks.values()].flat()) {
        if (accepted.slot < fromSlot || report.unknownSlots.has(accepted.slot)) continue;
        const known = best.get(accepted.slot);
        best.set(accepted.slot, known === undefined ? { accepted, reporters: 1 } : higher(known, accepted));
        lastSlot = Math.max(lastSlot, accepted.slot);
      }
      for (const slot of report.unknownSlots) lastSlot = Math.max(lastSlot, slot);
    }
    const { counters, membership } = this.env;
    for (let slot = fromSlot; slot <= lastSlot; slot += 1) {
      const knowing = counted.filter((report) => !report.unknownSlots.has(slot)).length;
      if (knowing >= membership.phase1Quorum) continue;
      counters.phase1BlockedByUnknown += 1;
      return undefined;
    }
    const entries: SlotEntry[] = [];
    for (let slot = fromSlot; slot <= lastSlot; slot += 1) {
      const found = best.get(slot);
      if (found === undefined) counters.holesFilled += 1;
      else counters.valuesRecovered += 1;
      if (found !== undefined && found.reporters < membership.phase2Quorum) counters.minorityValuesRecovered += 1;
      entries.push({ slot, entry: found?.accepted.entry ?? NOOP });
    }
    return entries;
  }
}

/** The report of the higher ballot; reports of one ballot must agree. */
function higher(
  known: { readonly accepted: AcceptedEntry; readonly reporters: number },
  accepted: AcceptedEntry,
): { readonly accepted: AcceptedEntry; readonly reporters: number } {
  const order = compareBallots(accepted.ballot, known.accepted.ballot);
  if (order > 0) return { accepted, reporters: 1 };
  if (order < 0) return known;
  assert(equalEntries(accepted.entry, known.accepted.entry), 'I3 one value per (slot, ballot)', () => {
    return `slot ${accepted.slot} at ${formatBallot(accepted.ballot)}`;
  });
  return { accepted, reporters: known.reporters + 1 };
}
