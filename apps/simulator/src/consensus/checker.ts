import { compareBallots, formatBallot, ZERO_BALLOT } from '@synod/consensus';
import type { Ballot, Entry, LogWrite, Message, NodeId, Slot, SlotEntry } from '@synod/consensus';
import { Digest } from '../digest.js';
import type { LogImage } from './log-image.js';
import { Violation } from './violation.js';

interface SlotHistory {
  /** Digest of the one value of each ballot (I3), with the ballot. */
  readonly values: Map<string, { readonly ballot: Ballot; readonly value: string; readonly flushedBy: Set<NodeId> }>;
  chosen: { readonly ballot: Ballot; readonly value: string; readonly entry: Entry } | undefined;
}

/**
 * Sees everything that happens on all nodes, and knows what no node can know: which values are chosen, by counting flushed
 * accepts of members that never lost their disk. Throws a `Violation` at the first event that breaks an invariant: agreement, I1 to I6, I9,
 * I11, and reads that see what was acknowledged before them. `durability.ts` watches what copies are left.
 */
export class Checker {
  private readonly slots = new Map<Slot, SlotHistory>();
  private readonly ballotUsers = new Map<string, string>();
  private readonly machineDigests = new Map<Slot, string>();
  private readonly promisedInOrder = new Map<NodeId, Ballot>();
  private chosenThrough: Slot = 0;
  private acknowledgedThrough: Slot = 0;
  private highestLeader: Ballot = ZERO_BALLOT;

  constructor(
    private readonly size: number,
    private readonly maxOpenSlots: number,
  ) {}

  /** Every slot up to here is chosen. */
  get chosenThroughSlot(): Slot {
    return this.chosenThrough;
  }

  /** The highest slot of which any client has seen an answer. */
  get acknowledgedThroughSlot(): Slot {
    return this.acknowledgedThrough;
  }

  get quorum(): number {
    return Math.floor(this.size / 2) + 1;
  }

  entryAt(slot: Slot): Entry | undefined {
    return this.slots.get(slot)?.chosen?.entry;
  }

  /** Somebody leads, or led, with a higher ballot: this one's owner is deposed, whether it knows or not. */
  isDeposed(ballot: Ballot): boolean {
    return compareBallots(this.highestLeader, ballot) > 0;
  }

  onLeader(ballot: Ballot): void {
    if (compareBallots(ballot, this.highestLeader) > 0) this.highestLeader = ballot;
  }

  /** A node starts from its disk: what it replays must be chosen, and so must be all that its image holds. */
  onStart(node: NodeId, log: LogImage, imageSlot: Slot, replay: readonly SlotEntry[]): void {
    this.promisedInOrder.set(node, log.promised);
    this.expectTrulyChosen(node, Math.max(imageSlot, log.trimmedThroughSlot, log.chosenThroughSlot));
    for (const { slot, entry } of replay) this.expectChosen(node, slot, entry);
  }

  /** The core asked for a write: I1, I2, I3 hold in the order of writes, whether they get flushed or not. */
  onWrite(node: NodeId, write: LogWrite): void {
    const promised = this.promisedInOrder.get(node) ?? ZERO_BALLOT;
    if (write.kind === 'promised') {
      const rises = compareBallots(write.ballot, promised) > 0;
      this.expect(rises, 'I1', `${node}: promised ${formatBallot(promised)}, then ${formatBallot(write.ballot)}`);
      this.promisedInOrder.set(node, write.ballot);
    } else if (write.kind === 'accepted') {
      const { slot, ballot, entry } = write.accepted;
      const below = compareBallots(ballot, promised) <= 0;
      this.expect(below, 'I2', `${node}: accepts ${formatBallot(ballot)} above ${formatBallot(promised)}`);
      this.recordValue(node, slot, ballot, entry);
    }
  }

  /** A write is on the disk: it counts as a vote, and may make a value chosen. */
  onFlushed(node: NodeId, write: LogWrite): void {
    if (write.kind !== 'accepted') return;
    const { slot, ballot, entry } = write.accepted;
    const history = this.history(slot);
    const value = history.values.get(formatBallot(ballot));
    if (value === undefined) return;
    value.flushedBy.add(node);
    if (value.flushedBy.size < this.quorum) return;
    if (history.chosen === undefined) {
      history.chosen = { ballot, value: value.value, entry };
      for (const other of history.values.values()) {
        if (compareBallots(other.ballot, ballot) > 0) this.expectCarries(slot, other.ballot, other.value);
      }
      while (this.slots.get(this.chosenThrough + 1)?.chosen !== undefined) this.chosenThrough += 1;
    }
    this.expect(
      history.chosen.value === value.value,
      'agreement',
      `slot ${slot} chosen twice, by ${formatBallot(ballot)}`,
    );
  }

  /** A message leaves: what it reveals must be on the sender's disk (I6, P1), and a ballot has one user ever (P2). */
  onSend(node: NodeId, incarnation: number, image: LogImage, { body }: Message): void {
    switch (body.type) {
      case 'prepare':
        this.expectPromised(node, image, body.ballot, 'prepare');
        this.useBallot(body.ballot, `${node}#${incarnation}`);
        return;
      case 'promised':
        this.expectPromised(node, image, body.ballot, 'promised');
        for (const accepted of body.accepted) this.expectFlushed(node, image, accepted.slot, accepted.ballot);
        return this.expectTrulyChosen(node, Math.max(body.chosenThroughSlot, body.trimmedThroughSlot));
      case 'nacked':
        return this.expectPromised(node, image, body.promised, 'nacked');
      case 'accepted':
        this.expectPromised(node, image, body.ballot, 'accepted');
        for (const slot of body.slots) this.expectFlushed(node, image, slot, body.ballot);
        return;
      case 'accept':
        this.expectPromised(node, image, body.ballot, 'accept');
        for (const { slot } of body.entries) {
          const inside = slot <= this.chosenThrough + this.maxOpenSlots;
          this.expect(inside, 'I9', `${node} proposes ${slot}, chosen through ${this.chosenThrough}`);
        }
        return this.expectTrulyChosen(node, body.chosenThroughSlot);
      case 'chosen':
      case 'pollReply':
        return this.expectTrulyChosen(node, body.chosenThroughSlot);
      case 'fetched':
        for (const { slot, entry } of body.entries) this.expectChosen(node, slot, entry);
        return this.expectTrulyChosen(node, body.chosenThroughSlot);
      default:
        return;
    }
  }

  /** A node applies the slot after the one it applied before (I5); it must be chosen, with that value, and flushed here. */
  onApply(node: NodeId, image: LogImage, applied: Slot, slot: Slot, entry: Entry): void {
    this.expect(slot === applied + 1, 'I5', `${node} applies ${slot} after ${applied}`);
    this.expectChosen(node, slot, entry);
    const held = image.accepted.get(slot);
    this.expect(held !== undefined, 'I6', `${node} applies ${slot} before its flush`);
    this.expect(
      digestOf(held.entry) === digestOf(entry),
      'I6',
      `${node} applies ${slot}, its disk holds another value`,
    );
  }

  /** A snapshot takes the place of the state: never of one that is further. */
  onInstalled(node: NodeId, applied: Slot, slot: Slot, digest: string): void {
    this.expect(slot > applied, 'I5', `${node} installs a snapshot at ${slot}, it has applied ${applied}`);
    this.expectTrulyChosen(node, slot);
    this.onMachineDigest(node, slot, digest);
  }

  /** I11: equal slots, equal state. */
  onMachineDigest(node: NodeId, slot: Slot, digest: string): void {
    const known = this.machineDigests.get(slot);
    if (known === undefined) this.machineDigests.set(slot, digest);
    else this.expect(known === digest, 'I11', `state of ${node} differs at slot ${slot}`);
  }

  onAcknowledged(slot: Slot): void {
    this.acknowledgedThrough = Math.max(this.acknowledgedThrough, slot);
  }

  /** Reads are answered from the state as it is: it must be as far as the core says. */
  onReadable(node: NodeId, applied: Slot, appliedSlot: Slot): void {
    this.expect(applied >= appliedSlot, 'linearizable read', `${node} has applied ${applied}, not ${appliedSlot}`);
  }

  /** A read saw the state at `appliedSlot`; whatever was acknowledged before the read was asked must be in it (P7). */
  onRead(node: NodeId, acknowledgedBefore: Slot, appliedSlot: Slot): void {
    const fresh = appliedSlot >= acknowledgedBefore;
    this.expect(
      fresh,
      'linearizable read',
      `${node} answers at ${appliedSlot}, acknowledged was ${acknowledgedBefore}`,
    );
  }

  expect(condition: boolean, invariant: string, detail: string): asserts condition {
    if (!condition) throw new Violation(invariant, detail);
  }

  private recordValue(node: NodeId, slot: Slot, ballot: Ballot, entry: Entry): void {
    const history = this.history(slot);
    const key = formatBallot(ballot);
    const value = digestOf(entry);
    const known = history.values.get(key);
    if (known === undefined) history.values.set(key, { ballot, value, flushedBy: new Set() });
    else this.expect(known.value === value, 'I3', `two values at slot ${slot}, ballot ${key}, the second at ${node}`);
    if (history.chosen !== undefined && compareBallots(ballot, history.chosen.ballot) > 0) {
      this.expectCarries(slot, ballot, value);
    }
  }

  private expectCarries(slot: Slot, ballot: Ballot, value: string): void {
    const chosen = this.slots.get(slot)?.chosen;
    this.expect(
      chosen?.value === value,
      'I4',
      `slot ${slot} is chosen; ballot ${formatBallot(ballot)} carries another value`,
    );
  }

  private expectPromised(node: NodeId, image: LogImage, ballot: Ballot, what: string): void {
    const flushed = compareBallots(image.promised, ballot) >= 0;
    this.expect(flushed, 'I6', `${node} sends ${what} ${formatBallot(ballot)} before its promise is flushed`);
  }

  private expectFlushed(node: NodeId, image: LogImage, slot: Slot, ballot: Ballot): void {
    const held = image.accepted.get(slot);
    const flushed =
      slot <= image.trimmedThroughSlot || (held !== undefined && compareBallots(held.ballot, ballot) >= 0);
    this.expect(flushed, 'I6', `${node} tells of slot ${slot} at ${formatBallot(ballot)} before its flush`);
  }

  private expectTrulyChosen(node: NodeId, throughSlot: Slot): void {
    this.expect(
      throughSlot <= this.chosenThrough,
      'I4',
      `${node} takes ${throughSlot} for chosen, it is ${this.chosenThrough}`,
    );
  }

  private expectChosen(node: NodeId, slot: Slot, entry: Entry): void {
    const chosen = this.slots.get(slot)?.chosen;
    this.expect(chosen !== undefined, 'agreement', `${node} takes slot ${slot} for chosen, it isn't`);
    this.expect(chosen.value === digestOf(entry), 'agreement', `${node} has another value in slot ${slot}`);
  }

  private useBallot(ballot: Ballot, user: string): void {
    const key = formatBallot(ballot);
    const known = this.ballotUsers.get(key);
    if (known === undefined) this.ballotUsers.set(key, user);
    else this.expect(known === user, 'P2 ballot used twice', `${key} by ${known} and ${user}`);
  }

  private history(slot: Slot): SlotHistory {
    let history = this.slots.get(slot);
    if (history === undefined) {
      history = { values: new Map(), chosen: undefined };
      this.slots.set(slot, history);
    }
    return history;
  }
}

const digests = new WeakMap<Entry, string>();

export function digestOf(entry: Entry): string {
  let value = digests.get(entry);
  if (value === undefined) {
    const digest = new Digest().text(entry.kind);
    if (entry.kind === 'commands') for (const command of entry.commands) digest.bytes(command);
    value = digest.value();
    digests.set(entry, value);
  }
  return value;
}
