import type { NodeId } from './types.js';

/** How far an answer may lag and still tell how slow a round trip is. */
const REMEMBERED_ROUNDS = 64;
/** One late round may be chance: growth is gradual, so that a single pause costs little and steady slowness little time. */
const GROWTH = 1.5;
const SHRINKAGE = 0.8;
/** A round stays longer by so much than the slowest round trip of late, which fades by so much a round: else it would shrink until replies are late again. */
const ROOM = 1.5;
const FADING = 0.9;
/** Above it the peers are too slow to be led at all. */
const MAX_STRETCH = 16;

/** Whose replies a round can't do without. */
export interface Awaited {
  /** The leader that is followed. */
  readonly leader: NodeId | undefined;
  /** As many peers as make a quorum; undefined when no quorum is asked for. */
  readonly peers: number | undefined;
}

/**
 * How long an election round waits for its replies.
 *
 * A round that is shorter than a round trip never sees its replies: on a host that is short of CPU, leaders would be deposed one
 * after the other though all links work. So a round in which awaited replies to earlier ones came late makes the next one longer,
 * and one without makes it shorter again. Only awaited replies count: a peer that wakes up after seconds answers all that it
 * missed, and would make the whole group slow to replace its next leader. It adapts by each node alone: a round's number means
 * something to its own node only.
 */
export class RoundLength {
  private currentMs: number;
  private late = false;
  private slowestMs = 0;
  /** By number modulo their count. */
  private readonly startedAtMs = new Float64Array(REMEMBERED_ROUNDS);
  private readonly repliesTo = new Uint16Array(REMEMBERED_ROUNDS);
  /** The last round that each peer replied to: repeated and replayed replies tell nothing. */
  private readonly repliedTo = new Map<NodeId, number>();

  constructor(private readonly baseMs: number) {
    this.currentMs = baseMs;
  }

  get ms(): number {
    return this.currentMs;
  }

  started(round: number, nowMs: number): void {
    this.startedAtMs[round % REMEMBERED_ROUNDS] = nowMs;
    this.repliesTo[round % REMEMBERED_ROUNDS] = 0;
  }

  /** A peer replied to this round, which may be over. */
  replied(peer: NodeId, round: number, now: { readonly round: number; readonly ms: number }, awaited: Awaited): void {
    if (round > now.round || now.round - round >= REMEMBERED_ROUNDS) return;
    if (round <= (this.repliedTo.get(peer) ?? 0)) return;
    this.repliedTo.set(peer, round);
    const place = round % REMEMBERED_ROUNDS;
    const replies = (this.repliesTo[place] ?? 0) + 1;
    this.repliesTo[place] = replies;
    if (peer !== awaited.leader && replies !== awaited.peers) return;
    const tookMs = now.ms - (this.startedAtMs[place] ?? now.ms);
    if (tookMs > this.currentMs) this.late = true;
    // No more than what one late round may ask for: what was late once by a pause of seconds says nothing of the next round.
    this.slowestMs = Math.max(this.slowestMs, Math.min(tookMs, GROWTH * this.currentMs));
  }

  /** A round took its whole time. True when the next one is longer. */
  ended(): boolean {
    const { baseMs, late, slowestMs, currentMs: before } = this;
    if (late) this.currentMs = Math.min(before * GROWTH, baseMs * MAX_STRETCH);
    else this.currentMs = Math.max(baseMs, before * SHRINKAGE, Math.min(before, ROOM * slowestMs));
    this.late = false;
    this.slowestMs = slowestMs * FADING;
    return this.currentMs > before;
  }
}
