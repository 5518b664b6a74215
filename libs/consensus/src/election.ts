import { ballotOwner, compareBallots, equalBallots, ZERO_BALLOT } from './ballot.js';
import type { Environment } from './environment.js';
import type { PollReplyBody } from './messages.js';
import { MAX_UNHAPPY_ROUNDS } from './options.js';
import { RoundLength } from './round-length.js';
import type { Awaited } from './round-length.js';
import type { Ballot, NodeId } from './types.js';

/** How this node stands in the election, as far as the role decides it. */
export interface Standing {
  /** The ballot this node holds as leader or candidate, undefined for a follower. */
  readonly ownBallot: Ballot | undefined;
  /** Supporters that it needs, itself included: a phase-2 quorum once it leads, a phase-1 quorum before. */
  readonly quorum: number;
  /** The host is healthy and nothing forbids to stand. */
  readonly mayStand: boolean;
}

/** What a finished or interrupted round asks the replica to do. */
export type Verdict = 'stay' | 'takeOver' | 'giveWay';

/**
 * Ballot leader election after OmniPaxos (Ng, Haridi, Carbone, "OmniPaxos", EuroSys 2023, section 5).
 *
 * A time-out on the leader alone livelocks under partial partitions: whoever can't hear the leader deposes it, though it serves
 * a quorum. So a node asks its peers once a round, and takes over only when three things hold: it is unhappy itself, none of
 * those that it can hear is happy, and they form a phase-1 quorum with it. A leader is happy while enough repliers support it;
 * any other node is happy when its leader itself says so. A hub that alone is connected to a quorum is thereby found
 * (quorum-loss), and a chain in which the middle hears both ends keeps its leader (chained).
 *
 * Ballots only. Nothing here is needed for safety: a wrong verdict costs time, never agreement.
 */
export class Election {
  /** Ballot of the leader, or candidate, that this node follows; zero when none. */
  private followedBallot: Ballot;
  private happyNow = false;
  private pollRound = 0;
  private roundStartedMs: number | undefined;
  private readonly roundLength: RoundLength;
  private readonly replies = new Map<NodeId, PollReplyBody>();
  /** Peers whose connection broke in this round: their reply isn't waited for. */
  private readonly disconnected = new Set<NodeId>();
  private unhappyRounds = 0;
  private followedSinceRound = 0;
  private highestRound: number;
  private highestRumour: Ballot = ZERO_BALLOT;

  constructor(
    private readonly env: Environment,
    promised: Ballot,
  ) {
    // After a restart a node doesn't know whether it was followed; it never resumes a ballot of its own.
    this.followedBallot = promised.nodeId === env.nodeId ? ZERO_BALLOT : promised;
    this.highestRound = promised.round;
    const { electionRoundMs } = env.options;
    this.roundLength = new RoundLength(electionRoundMs + jitterMs(env.nodeId, electionRoundMs));
  }

  get followed(): Ballot {
    return this.followedBallot;
  }

  get happy(): boolean {
    return this.happyNow;
  }

  get round(): number {
    return this.pollRound;
  }

  /** How long a round takes at present. */
  get roundLengthMs(): number {
    return this.roundLength.ms;
  }

  /** How long ago the polls of the present round left: what a reply to them took at the most. */
  get roundAgeMs(): number {
    return this.env.nowMs - (this.roundStartedMs ?? this.env.nowMs);
  }

  /** Best guess at who leads, for clients: the followed leader, or a higher one that a peer follows. */
  get leaderHint(): NodeId | undefined {
    const higher =
      compareBallots(this.highestRumour, this.followedBallot) > 0 ? this.highestRumour : this.followedBallot;
    const owner = ballotOwner(higher);
    return owner === this.env.nodeId ? ballotOwner(this.followedBallot) : owner;
  }

  /** A round above every round persisted or seen: no ballot is ever used twice (P2). */
  nextRound(): number {
    return this.highestRound + 1;
  }

  noteBallot(ballot: Ballot): void {
    if (ballot.round > this.highestRound) this.highestRound = ballot.round;
  }

  /** Somebody else follows, or promised, this ballot: its owner may lead. */
  noteRumour(ballot: Ballot): void {
    if (compareBallots(ballot, this.highestRumour) > 0) this.highestRumour = ballot;
  }

  /** This node promised `ballot` to its owner, or heard the owner lead with it; it gets until the end of the next round. */
  follow(ballot: Ballot): void {
    const order = compareBallots(ballot, this.followedBallot);
    if (order === 0 || (order < 0 && this.happyNow)) return;
    this.followedBallot = ballot;
    this.happyNow = true;
    this.followedSinceRound = this.pollRound;
    this.unhappyRounds = 0;
  }

  /** This node gave up standing or leading, or lost whom it followed. */
  followNobody(): void {
    this.followedBallot = ZERO_BALLOT;
    this.happyNow = false;
    this.unhappyRounds = 0;
  }

  /** This node stands or leads itself. */
  followSelf(): void {
    this.followedBallot = ZERO_BALLOT;
    this.happyNow = true;
    this.unhappyRounds = 0;
  }

  /** Ends the round when its time is over, or starts the first. */
  onTick(standing: Standing): Verdict {
    if (this.roundStartedMs === undefined) {
      this.startRound();
      return this.judgeEarly(standing);
    }
    if (this.env.nowMs - this.roundStartedMs < this.roundLength.ms) return 'stay';
    if (this.roundLength.ended()) this.env.counters.roundsLengthened += 1;
    const verdict = this.endRound(standing);
    this.startRound();
    return verdict;
  }

  /** A broken connection starts the next round at once: waiting for the old one would only wait for a node known to be gone. */
  onDisconnected(peer: NodeId, standing: Standing): Verdict {
    if (standing.ownBallot === undefined && peer === ballotOwner(this.followedBallot)) this.happyNow = false;
    const fresh = this.roundStartedMs === this.env.nowMs;
    this.disconnected.add(peer);
    this.replies.delete(peer);
    if (!fresh) {
      const gone = [...this.disconnected];
      this.startRound();
      for (const nodeId of gone) this.disconnected.add(nodeId);
    }
    return this.judgeEarly(standing);
  }

  /** Counts a voter's reply of the present round. What it tells of leaders is for the replica to act on first. */
  onPollReply(from: NodeId, reply: PollReplyBody, standing: Standing): Verdict {
    this.noteRumour(reply.leader);
    this.roundLength.replied(
      from,
      reply.pollRound,
      { round: this.pollRound, ms: this.env.nowMs },
      this.awaited(standing),
    );
    if (reply.pollRound !== this.pollRound) return 'stay';
    this.disconnected.delete(from);
    this.replies.set(from, reply);
    if (standing.ownBallot === undefined && this.isHappyLeader(from, reply)) this.happyNow = true;
    return this.judgeEarly(standing);
  }

  private awaited({ ownBallot, quorum }: Standing): Awaited {
    const leader = ownBallot === undefined ? ballotOwner(this.followedBallot) : undefined;
    return { leader, peers: leader !== undefined && this.happyNow ? undefined : quorum - 1 };
  }

  /** Starts a round now; the replica does so when it lost its leader otherwise than by silence. */
  startRound(): void {
    this.pollRound += 1;
    this.roundStartedMs = this.env.nowMs;
    this.roundLength.started(this.pollRound, this.env.nowMs);
    this.replies.clear();
    this.disconnected.clear();
    for (const peer of this.env.membership.others) {
      this.env.outbox.send(peer, { type: 'poll', pollRound: this.pollRound });
    }
  }

  private endRound(standing: Standing): Verdict {
    const { ownBallot, quorum } = standing;
    if (ownBallot !== undefined) {
      let supporters = 1;
      for (const reply of this.replies.values()) if (compareBallots(reply.leader, ownBallot) <= 0) supporters += 1;
      this.happyNow = supporters >= quorum;
      this.unhappyRounds = this.happyNow ? 0 : this.unhappyRounds + 1;
      return this.unhappyRounds >= MAX_UNHAPPY_ROUNDS ? 'giveWay' : 'stay';
    }
    if (this.happyNow && this.followedSinceRound === this.pollRound) return 'stay';
    const leader = ballotOwner(this.followedBallot);
    const reply = leader === undefined ? undefined : this.replies.get(leader);
    this.happyNow = leader !== undefined && reply !== undefined && this.isHappyLeader(leader, reply);
    return this.mayTakeOver(standing) ? 'takeOver' : 'stay';
  }

  /** An unhappy node needn't wait for the round's end when everybody but its lost leader has replied. */
  private judgeEarly(standing: Standing): Verdict {
    if (standing.ownBallot !== undefined || this.happyNow) return 'stay';
    const lost = ballotOwner(this.followedBallot);
    for (const peer of this.env.membership.peers) {
      if (peer !== lost && !this.disconnected.has(peer) && !this.replies.has(peer)) return 'stay';
    }
    return this.mayTakeOver(standing) ? 'takeOver' : 'stay';
  }

  private mayTakeOver({ ownBallot, quorum, mayStand }: Standing): boolean {
    if (!mayStand || ownBallot !== undefined || this.happyNow) return false;
    for (const reply of this.replies.values()) if (reply.happy) return false;
    return this.replies.size + 1 >= quorum;
  }

  private isHappyLeader(from: NodeId, reply: PollReplyBody): boolean {
    return reply.happy && from === ballotOwner(this.followedBallot) && equalBallots(reply.leader, this.followedBallot);
  }
}

/** Up to a quarter of a round, from the name alone (FNV-1a): members that start together don't stand together for ever. */
function jitterMs(nodeId: NodeId, roundMs: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < nodeId.length; index += 1) {
    hash = Math.imul(hash ^ nodeId.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % Math.max(1, Math.floor(roundMs / 4));
}
