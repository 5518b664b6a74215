import { Queue } from '../queue.js';
import type { NodeId, Slot } from '../types.js';

interface Sent {
  readonly slot: Slot;
  readonly sizeBytes: number;
}

/** How far the leader's stream of accepts to one follower is, and what of it is unanswered: its window. */
export class FollowerProgress {
  /** Next slot to send. */
  nextSlot: Slot;
  /** The highest `chosenThroughSlot` that this follower was told. */
  toldChosenThroughSlot: Slot = 0;
  /** Stalled: it acknowledged nothing for a while, so nothing is streamed to it until it gives a sign of life. */
  stalled = false;
  resentAtMs: number;
  private readonly unanswered = new Queue<Sent>();
  private unansweredBytes = 0;
  private progressedAtMs: number;
  private answeredThrough: Slot = 0;

  /** `bit` marks what it acknowledged in `OpenSlot.answered`; `index` is undefined for a learner, whose word never counts. */
  constructor(
    readonly nodeId: NodeId,
    readonly index: number | undefined,
    readonly bit: number,
    nextSlot: Slot,
    nowMs: number,
  ) {
    this.nextSlot = nextSlot;
    this.progressedAtMs = nowMs;
    this.resentAtMs = nowMs;
  }

  get inFlightSlots(): number {
    return this.unanswered.length;
  }

  /** The highest slot that it acknowledged at this leader's ballot. */
  get answeredThroughSlot(): Slot {
    return this.answeredThrough;
  }

  get inFlightBytes(): number {
    return this.unansweredBytes;
  }

  noteSent(slot: Slot, sizeBytes: number, nowMs: number): void {
    if (this.unanswered.length === 0) this.progressedAtMs = nowMs;
    this.unanswered.push({ slot, sizeBytes });
    this.unansweredBytes += sizeBytes;
  }

  /** An acknowledgement frees its slot and all before it: flow control only, votes are counted elsewhere. */
  noteAnswered(slot: Slot, nowMs: number): void {
    this.progressedAtMs = nowMs;
    this.answeredThrough = Math.max(this.answeredThrough, slot);
    for (;;) {
      const oldest = this.unanswered.peek();
      if (oldest === undefined || oldest.slot > slot) return;
      this.unansweredBytes -= oldest.sizeBytes;
      this.unanswered.shift();
    }
  }

  isOverdue(nowMs: number, resendAfterMs: number): boolean {
    return !this.stalled && this.unanswered.length > 0 && nowMs - this.progressedAtMs >= resendAfterMs;
  }

  stall(): void {
    this.stalled = true;
    this.unanswered.drain();
    this.unansweredBytes = 0;
  }

  resume(nextSlot: Slot): void {
    this.stalled = false;
    this.nextSlot = nextSlot;
  }
}
