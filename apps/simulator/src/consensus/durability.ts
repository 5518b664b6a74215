import type { NodeId, Slot } from '@synod/consensus';
import type { Checker } from './checker.js';
import { digestOf } from './checker.js';
import type { LogImage } from './log-image.js';
import { expectThat } from './violation.js';

/** A member's durable state as the all-seeing checker looks at it. */
export interface DurableView {
  readonly nodeId: NodeId;
  readonly voter: boolean;
  readonly log: LogImage;
  /** Slot of the durable image that can be read; 0 when there is none. */
  readonly goodImageSlot: Slot;
  /**
   * Part of what the member acknowledged, or may have to serve, isn't on its disk, or isn't for sure: its disk is lost, or lied and
   * isn't durable yet; records are damaged; or the image is lost or damaged while the log below it is trimmed.
   */
  readonly impaired: boolean;
}

/**
 * Watches that a good copy is left of everything chosen: I7, images that are never ahead, and the fault budget.
 *
 * The budget: at any time at most a minority of the members is impaired. Every chosen slot was flushed by a quorum; what each of them
 * flushed it keeps in its log, or in an image when the log is trimmed. So while a minority is impaired at least one member of
 * each quorum holds the slot for sure. That is all that Paxos promises, and all that faults may take from it.
 */
export class DurabilityChecker {
  private readonly images = new Map<Slot, string>();

  constructor(
    private readonly checker: Checker,
    private readonly views: () => readonly DurableView[],
  ) {}

  get members(): readonly DurableView[] {
    return this.views().filter(({ voter }) => voter);
  }

  /** Members that may be impaired at once. */
  get allowance(): number {
    return this.members.length - this.checker.quorum;
  }

  /** True when this node's durable state may be damaged now; a learner's may at any time. */
  mayImpair(node: NodeId): boolean {
    const view = this.views().find(({ nodeId }) => nodeId === node);
    if (view === undefined || !view.voter) return true;
    const impaired = this.members.filter((member) => member.impaired && member.nodeId !== node).length;
    return impaired + 1 <= this.allowance;
  }

  /** An image became durable: of chosen slots only, that this node has applied, with the content of all images of that slot. */
  onImage(node: NodeId, slot: Slot, applied: Slot, hash: string): void {
    expectThat(slot <= applied, 'I7', `image of ${node} at ${slot} is ahead of what it applied, ${applied}`);
    expectThat(slot <= this.checker.chosenThroughSlot, 'I7', `image of ${node} at ${slot} holds what isn't chosen`);
    const known = this.images.get(slot);
    if (known === undefined) this.images.set(slot, hash);
    else expectThat(known === hash, 'I11', `image of ${node} at slot ${slot} differs`);
  }

  /** The core asked for a trim: the durable image covers it (I7), and a quorum still holds each slot, but for the impaired. */
  onTrim(node: NodeId, from: Slot, throughSlot: Slot, imageSlot: Slot): void {
    expectThat(throughSlot <= imageSlot, 'I7', `${node} trims through ${throughSlot}, its image is at ${imageSlot}`);
    this.expectHolders(from, throughSlot, `${node} trims`);
  }

  /** After damage was done: what is chosen is still held by all of a quorum that aren't impaired, and by one at the least. */
  expectGoodCopies(why: string): void {
    this.expectHolders(1, this.checker.chosenThroughSlot, why);
  }

  private expectHolders(from: Slot, throughSlot: Slot, why: string): void {
    const { members } = this;
    const impaired = members.filter((member) => member.impaired).length;
    const least = Math.max(1, this.checker.quorum - impaired);
    for (let slot = from; slot <= throughSlot; slot += 1) {
      let holders = 0;
      for (const member of members) if (this.holds(member, slot)) holders += 1;
      expectThat(holders >= least, 'one good copy', `${why}: ${holders} members hold slot ${slot}, not ${least}`);
    }
  }

  private holds({ log, goodImageSlot }: DurableView, slot: Slot): boolean {
    if (slot <= goodImageSlot) return true;
    const held = log.accepted.get(slot);
    const chosen = this.checker.entryAt(slot);
    if (held === undefined || chosen === undefined || log.damaged.has(slot)) return false;
    return digestOf(held.entry) === digestOf(chosen);
  }
}
