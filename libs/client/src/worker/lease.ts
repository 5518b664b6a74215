import { HeardChain, workerLeaseMs } from '@synod/base';

/** Heartbeats remembered until acknowledged: 64 of one second each outlive every useful acknowledgement. */
const REMEMBERED_HEARTBEATS = 64;

export interface LeaderBallot {
  readonly round: number;
  readonly priority: number;
  readonly nodeId: string;
}

function compareBallots(left: LeaderBallot, right: LeaderBallot): number {
  if (left.round !== right.round) return left.round - right.round;
  if (left.priority !== right.priority) return left.priority - right.priority;
  return left.nodeId < right.nodeId ? -1 : left.nodeId > right.nodeId ? 1 : 0;
}

/**
 * The worker lease: from the moment it SENT the last acknowledged heartbeat, a worker may go on with an attempt for
 * {@link workerLeaseMs}. The coordinators wait `lostAfterMs` from the receipt, which came later; so the
 * old attempt has ended before a new one starts. Times are monotonic milliseconds.
 */
export class WorkerLease {
  private heardAtMs: number | undefined;
  private highestBallot: LeaderBallot | undefined;
  private readonly sentAtMs = new Map<number, number>();
  private nextSequence = 1;
  /** Since the Hello of the session that stood last, and since the last Hello. */
  private chain = new HeardChain(-Infinity);
  private nextChain = this.chain;

  /** A Hello goes out now. */
  helloSent(nowMs: number): void {
    this.nextChain = new HeardChain(nowMs);
  }

  /** A session stands. The first contact: it was opened by a log entry that a quorum chose after this moment. */
  begin(helloSentAtMs: number): void {
    this.heardAtMs ??= helloSentAtMs;
    this.chain = this.nextChain;
  }

  /** False when an assignment of the present session may lie behind the loss of its attempt: only another Welcome can tell. */
  isSure(nowMs: number, lostAfterMs: number): boolean {
    return this.chain.isUnbroken(workerLeaseMs(lostAfterMs), nowMs);
  }

  /** Notes that a heartbeat goes out now; returns its sequence. */
  send(nowMs: number): number {
    const sequence = this.nextSequence;
    this.nextSequence += 1;
    this.sentAtMs.set(sequence, nowMs);
    if (this.sentAtMs.size > REMEMBERED_HEARTBEATS) this.sentAtMs.delete(sequence - REMEMBERED_HEARTBEATS);
    return sequence;
  }

  /** True when the acknowledgement extended the lease; false for one of a deposed leader or of a forgotten heartbeat. */
  acknowledge(sequence: number, leader: LeaderBallot, nowMs: number): boolean {
    if (this.highestBallot !== undefined && compareBallots(leader, this.highestBallot) < 0) return false;
    this.highestBallot = leader;
    const sentAtMs = this.sentAtMs.get(sequence);
    if (sentAtMs === undefined) return false;
    this.chain.heard(sentAtMs, nowMs);
    this.nextChain.heard(sentAtMs, nowMs);
    for (const earlier of this.sentAtMs.keys()) {
      if (earlier > sequence) break;
      this.sentAtMs.delete(earlier);
    }
    if (this.heardAtMs !== undefined && sentAtMs <= this.heardAtMs) return false;
    this.heardAtMs = sentAtMs;
    return true;
  }

  /** Since when the oldest heartbeat is unanswered; undefined when none is. */
  unansweredSinceMs(): number | undefined {
    for (const sentAtMs of this.sentAtMs.values()) return sentAtMs;
    return undefined;
  }

  /** Heartbeats of a connection that broke will not be answered on another one. */
  forgetUnanswered(): void {
    this.sentAtMs.clear();
  }

  /** Whether an attempt with this `lostAfterMs` must end now. */
  hasLapsed(nowMs: number, lostAfterMs: number): boolean {
    return this.heardAtMs !== undefined && nowMs - this.heardAtMs >= workerLeaseMs(lostAfterMs);
  }
}
