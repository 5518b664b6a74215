import type { Environment } from './environment.js';
import type { HostHealth } from './io.js';
import type { PollReplyBody } from './messages.js';
import { MAX_UNHAPPY_ROUNDS } from './options.js';
import type { NodeId } from './types.js';

/** What a peer last said of itself. */
export interface PeerWord {
  readonly heardAtMs: number;
  readonly wallOffsetMs: number;
  readonly happy: boolean;
  readonly unfitReason: string;
  readonly featureLevel: number;
}

interface ClockSample {
  readonly offsetMs: number;
  readonly takenAtMs: number;
}

/**
 * Whether this node is fit to lead: its host's word, room on its disk, and its wall clock against those of its peers.
 *
 * A leader stamps log entries with its clock, so one that is off stays behind or runs ahead with all due times. Which clock is
 * right nobody knows; the median of a quorum is what most agree on. Of an even number the two in the middle bound what may be
 * right, and a clock between them is fit: else two survivors whose clocks differ would both refuse to lead, for ever.
 */
export class Fitness {
  private health: HostHealth = { happy: true, reason: '' };
  private readonly words = new Map<NodeId, PeerWord>();
  private readonly samples = new Map<NodeId, ClockSample>();
  private clockIsOff = false;

  constructor(private readonly env: Environment) {}

  get fit(): boolean {
    return this.health.happy && this.env.mayWrite && !this.clockIsOff;
  }

  /** In one word; empty when fit. */
  get unfitReason(): string {
    if (!this.health.happy) return this.health.reason;
    if (!this.env.mayWrite) return 'diskFull';
    return this.clockIsOff ? 'clock' : '';
  }

  wordOf(peer: NodeId): PeerWord | undefined {
    return this.words.get(peer);
  }

  /** True when `peer` said lately that it is well and follows a leader. */
  isFit(peer: NodeId): boolean {
    const word = this.words.get(peer);
    return word !== undefined && word.happy && word.unfitReason === '' && this.isRecent(word.heardAtMs);
  }

  onTick(health: HostHealth): void {
    this.health = health;
    this.judgeClock();
  }

  /** `roundTripMs` is undefined for a reply to an earlier round: how old its clock is, isn't known. */
  onPollReply(from: NodeId, reply: PollReplyBody, roundTripMs: number | undefined): void {
    const { nowMs, wallMs, options, membership } = this.env;
    const { happy, unfitReason, featureLevel } = reply;
    this.words.set(from, { heardAtMs: nowMs, wallOffsetMs: reply.wallMs - wallMs, happy, unfitReason, featureLevel });
    // The offset is wrong by half a round trip at the most. After a pause of this process that may be seconds.
    if (roundTripMs === undefined || roundTripMs > options.maxClockSkewMs || !membership.isVoter(from)) return;
    this.samples.set(from, { offsetMs: reply.wallMs + roundTripMs / 2 - wallMs, takenAtMs: nowMs });
  }

  private judgeClock(): void {
    const { membership, options, counters } = this.env;
    const offsets = [0];
    for (const { offsetMs, takenAtMs } of this.samples.values()) if (this.isRecent(takenAtMs)) offsets.push(offsetMs);
    const wasOff = this.clockIsOff;
    this.clockIsOff =
      offsets.length >= membership.phase1Quorum && distanceFromMedianMs(offsets) > options.maxClockSkewMs;
    if (this.clockIsOff && !wasOff) counters.clockUnfit += 1;
  }

  private isRecent(atMs: number): boolean {
    return this.env.nowMs - atMs <= MAX_UNHAPPY_ROUNDS * this.env.options.electionRoundMs;
  }
}

/** How far 0, the own offset, lies from the middle of all offsets; within the two in the middle of an even number it is none. */
function distanceFromMedianMs(offsets: readonly number[]): number {
  const sorted = [...offsets].sort((left, right) => left - right);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.max(low, -high, 0);
}
