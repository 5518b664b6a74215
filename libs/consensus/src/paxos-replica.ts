import { assert, unreachable } from '@synod/base';
import type { Acceptor } from './acceptor.js';
import { ballotOwner, compareBallots, equalBallots, ZERO_BALLOT } from './ballot.js';
import type { Catchup } from './catchup.js';
import type { ClientDesk } from './client-desk.js';
import type { Election, Standing, Verdict } from './election.js';
import type { Environment } from './environment.js';
import type { Effect, HostHealth, Input, Proposal, Role } from './io.js';
import { Phase1 } from './leader/phase1.js';
import { Phase2 } from './leader/phase2.js';
import { Reads } from './leader/reads.js';
import type {
  AcceptBody,
  ChosenBody,
  ConfirmBody,
  FetchedBody,
  HandOverBody,
  Message,
  NackedBody,
  PollBody,
  PollReplyBody,
  PrepareBody,
  PromisedBody,
  RejectedBody,
} from './messages.js';
import { CANDIDACY_STALLS_AFTER_RESENDS, ROUNDS_BEFORE_STANDING_AGAIN } from './options.js';
import type { Outbox } from './outbox.js';
import type { Parts, RoleState } from './parts.js';
import type { Replica, ReplicaConfig } from './replica.js';
import { replicaStatus } from './status-view.js';
import type { ReplicaStatus } from './status.js';
import type { Ballot, NodeId, Slot, SlotEntry } from './types.js';

const FOLLOWER: RoleState = Object.freeze({ kind: 'follower' });
const NO_EFFECTS: readonly Effect[] = Object.freeze([]);

/** All control flow of the three roles. The parts that it directs hold the state, and know nothing of each other. */
export class PaxosReplica implements Replica {
  private readonly env: Environment;
  private readonly outbox: Outbox;
  private readonly acceptor: Acceptor;
  private readonly election: Election;
  private readonly catchup: Catchup;
  private readonly clients: ClientDesk;
  private role: RoleState = FOLLOWER;
  /** After a candidacy that lacked a trimmed log: others get the time to stand. */
  private standsNotBeforeMs = 0;
  private told: { role: Role; ballot: Ballot; leader: NodeId | undefined; serving: boolean };
  private doom: Effect | undefined;
  private stopped = false;

  constructor(
    private readonly config: ReplicaConfig,
    private readonly parts: Parts,
  ) {
    this.env = parts.env;
    this.outbox = parts.env.outbox;
    this.acceptor = parts.acceptor;
    this.election = parts.election;
    this.catchup = parts.catchup;
    this.clients = parts.clients;
    this.told = { role: 'follower', ballot: ZERO_BALLOT, leader: undefined, serving: false };
  }

  step(input: Input): readonly Effect[] {
    if (this.stopped) return NO_EFFECTS;
    if (input.type === 'storageDone' && !input.ok) {
      this.stopped = true;
      return [{ type: 'fatal', code: 'persistFailed', reason: `persist ${input.token} failed` }];
    }
    try {
      this.dispatch(input);
      if (this.doom !== undefined) {
        this.stopped = true;
        return [this.doom];
      }
      this.settle();
      this.tellRole();
      assert(this.env.mayWrite || !this.outbox.hasWrites, 'nothing is written to a disk without room');
      return this.outbox.finish();
    } catch (error) {
      this.stopped = true;
      throw error;
    }
  }

  status(): ReplicaStatus {
    return replicaStatus(this.parts, {
      role: this.role,
      ownBallot: this.ownBallot(),
      serving: this.isServing(),
      unfitReason: this.unfitReason(),
      stopped: this.stopped,
    });
  }

  private dispatch(input: Input): void {
    switch (input.type) {
      case 'timerTick':
        return this.onTick(input.nowMs, input.wallMs, input.health);
      case 'message':
        if (this.parts.admission.admits(input.message)) this.onMessage(input.message);
        return;
      case 'peerDisconnected':
        return this.onDisconnected(input.peer);
      case 'propose':
        return this.onPropose(input.proposals);
      case 'read':
        return this.onRead(input.readId);
      case 'storageDone':
        return this.outbox.persisted(input.token);
      case 'entriesLoaded':
        return this.parts.fetchServer.onEntriesLoaded(input.token, input.entries, input.damagedSlot);
      case 'imageFlushed':
        return this.acceptor.imageFlushed(input.slot);
      case 'trim':
        return this.acceptor.trim(input.throughSlot);
      case 'snapshotReceived':
        return this.parts.snapshots.onReceived(input.slot, this.role.kind === 'leader');
      case 'snapshotFailed':
        return this.parts.snapshots.onFailed(input.peer);
      case 'snapshotInstalled':
        return this.parts.snapshots.onInstalled(input.slot, this.role.kind === 'leader');
      case 'transferLeadership':
        return this.parts.transfer.begin(input.transferId, input.to, this.leading?.phase2);
      default:
        return unreachable(input);
    }
  }

  private onMessage({ header: { from }, body }: Message): void {
    switch (body.type) {
      case 'poll':
        return this.onPoll(from, body);
      case 'pollReply':
        return this.onPollReply(from, body);
      case 'prepare':
        return this.onPrepare(from, body);
      case 'promised':
        return this.onPromised(from, body);
      case 'nacked':
        return this.onNacked(body);
      case 'accept':
        return this.onAccept(from, body);
      case 'accepted':
        // P5: only accepts at the present ballot count.
        if (this.leads(body.ballot)) this.leading?.phase2.onAccepted(from, body);
        return;
      case 'chosen':
        return this.onChosen(from, body);
      case 'fetch':
        return this.parts.fetchServer.onFetch(from, body);
      case 'fetched':
        return this.onFetched(from, body);
      case 'confirm':
        return this.onConfirm(from, body);
      case 'confirmed':
        if (this.leads(body.ballot)) this.leading?.reads.onConfirmed(from, body.confirmRound);
        return;
      case 'rejected':
        return this.onRejected(from, body);
      case 'handOver':
        return this.onHandOver(body);
      default:
        return unreachable(body);
    }
  }

  private onTick(nowMs: number, wallMs: number, health: HostHealth): void {
    this.env.nowMs = Math.max(this.env.nowMs, nowMs);
    this.env.wallMs = wallMs;
    this.env.mayWrite = health.mayWrite ?? true;
    this.parts.fitness.onTick(health);
    if (!this.parts.fitness.fit && this.role.kind !== 'follower') {
      this.env.counters.gaveWayUnhealthy += 1;
      this.stepDown();
    }
    this.act(this.election.onTick(this.standing()));
    this.parts.transfer.onTick();
    if (this.role.kind === 'candidate') this.tickCandidate(this.role.phase1);
    if (this.role.kind === 'leader') {
      this.role.phase2.onTick();
      this.role.reads.onTick();
    } else this.catchup.onTick();
    this.parts.repair.onTick();
  }

  /** A candidate that gets no further, say because who held what it must fetch is gone, asks those that answer now. */
  private tickCandidate(phase1: Phase1): void {
    const patienceMs = CANDIDACY_STALLS_AFTER_RESENDS * this.env.options.resendAfterMs;
    if (this.env.nowMs - phase1.lastProgressMs < patienceMs) return phase1.onTick();
    this.env.counters.candidaciesStalled += 1;
    this.stepDown();
    this.election.startRound();
  }

  private onDisconnected(peer: NodeId): void {
    const { membership, nodeId } = this.env;
    if (!membership.knows(peer) || peer === nodeId) return;
    this.catchup.onDisconnected(peer);
    this.parts.repair.onDisconnected(peer);
    this.parts.transfer.onDisconnected(peer);
    this.leading?.phase2.onDisconnected(peer);
    if (membership.isVoter(peer)) this.act(this.election.onDisconnected(peer, this.standing()));
  }

  private onPropose(proposals: readonly Proposal[]): void {
    if (this.role.kind !== 'leader') return this.clients.refuse(idsOf(proposals), 'notLeader', this.leaderHint());
    if (this.parts.transfer.underWay) return this.clients.refuse(idsOf(proposals), 'transferring', this.leaderHint());
    this.clients.refuse(this.clients.proposals.push(proposals), 'overloaded', this.leaderHint());
  }

  private onRead(readId: number): void {
    if (this.leading?.reads.push(readId) !== true) this.clients.refuseReads([readId], this.leaderHint());
  }

  private onPoll(from: NodeId, { pollRound }: PollBody): void {
    const ownBallot = this.ownBallot();
    const standsForSure = ownBallot !== undefined && this.acceptor.promiseIsDurable;
    const leader = ownBallot === undefined ? this.election.followed : standsForSure ? ownBallot : ZERO_BALLOT;
    this.outbox.send(from, {
      type: 'pollReply',
      pollRound,
      ballot: this.acceptor.durablePromised,
      leader,
      happy: this.election.happy && this.parts.fitness.fit && (ownBallot === undefined || standsForSure),
      wallMs: this.env.wallMs,
      chosenThroughSlot: this.acceptor.chosenThroughSlot,
      featureLevel: this.config.featureLevel ?? 1,
      unfitReason: this.unfitReason(),
    });
  }

  /**
   * A poll reply may come from a peer whose identity isn't durable yet. What it says of ballots and leaders costs time at the
   * worst; but what its sender says is chosen at its ballot is a fact that counts, and a blank twin could say it of a ballot
   * that the other one used: so that is taken from identified peers only (I10).
   */
  private onPollReply(from: NodeId, reply: PollReplyBody): void {
    const { election } = this;
    const isCurrent = reply.pollRound === election.round;
    this.parts.fitness.onPollReply(from, reply, isCurrent ? election.roundAgeMs : undefined);
    election.noteBallot(reply.ballot);
    election.noteBallot(reply.leader);
    this.catchup.note(from, reply.chosenThroughSlot);
    const leads = reply.leader.nodeId === from && compareBallots(reply.leader, this.acceptor.promised) >= 0;
    if (leads) {
      this.yieldTo(reply.leader);
      if (this.parts.admission.isIdentified(from)) this.acceptor.learn(reply.leader, reply.chosenThroughSlot);
    }
    this.leading?.phase2.onSignOfLife(from, reply.chosenThroughSlot);
    if (this.env.membership.isVoter(from)) this.act(election.onPollReply(from, reply, this.standing()));
    else election.noteRumour(reply.leader);
  }

  private onPrepare(from: NodeId, body: PrepareBody): void {
    this.election.noteBallot(body.ballot);
    if (!this.env.membership.selfVotes) return;
    if (this.lacksRoomFor(body, [])) return;
    if (compareBallots(body.ballot, this.acceptor.promised) >= 0) this.yieldTo(body.ballot);
    this.acceptor.onPrepare(from, body);
  }

  private onPromised(from: NodeId, body: PromisedBody): void {
    this.catchup.noteTrimmed(from, body.trimmedThroughSlot);
    if (this.role.kind !== 'candidate' || !this.env.membership.isVoter(from)) return;
    if (body.chosenThroughSlot > this.catchup.chosenThroughOf(from)) this.catchup.note(from, body.chosenThroughSlot);
    this.role.phase1.onPromised(from, body);
  }

  private onAccept(from: NodeId, body: AcceptBody): void {
    this.election.noteBallot(body.ballot);
    if (this.lacksRoomFor(body, body.entries)) return;
    if (compareBallots(body.ballot, this.acceptor.promised) >= 0) this.yieldTo(body.ballot);
    if (!this.acceptor.onAccept(from, body)) return;
    this.parts.transfer.onLeader(body.ballot);
    this.learn(from, body.ballot, body.chosenThroughSlot);
  }

  private onChosen(from: NodeId, body: ChosenBody): void {
    this.election.noteBallot(body.ballot);
    if (compareBallots(body.ballot, this.acceptor.promised) < 0) return this.acceptor.refuse(from, body.ballot);
    this.yieldTo(body.ballot);
    this.parts.transfer.onLeader(body.ballot);
    this.learn(from, body.ballot, body.chosenThroughSlot);
  }

  private onNacked({ ballot, promised }: NackedBody): void {
    this.election.noteBallot(promised);
    this.election.noteRumour(promised);
    const ownBallot = this.ownBallot();
    if (ownBallot === undefined || !equalBallots(ballot, ownBallot) || compareBallots(promised, ownBallot) <= 0) return;
    if (this.role.kind === 'leader') this.env.counters.deposedRefusals += 1;
    this.stepDown();
    this.election.startRound();
  }

  private onFetched(from: NodeId, body: FetchedBody): void {
    const higher = compareBallots(body.ballot, this.acceptor.promised) > 0;
    this.election.noteBallot(body.ballot);
    // A leader knows first what is chosen at its ballot; what was on its way to the candidate it was is of no use now. Damaged
    // records it repairs like anybody else, from a peer that promised nothing higher.
    if (this.role.kind === 'leader') {
      if (!higher) this.parts.repair.onFetched(from, body);
      return;
    }
    if (body.entries.length > 0 && higher && this.env.mayWrite) {
      if (this.role.kind === 'candidate') this.stepDown();
      this.acceptor.promise(body.ballot);
    }
    this.catchup.noteTrimmed(from, body.trimmedThroughSlot);
    if (!this.parts.repair.onFetched(from, body)) this.catchup.onFetched(from, body);
    if (this.role.kind === 'candidate' && body.entries.length > 0) this.role.phase1.noteProgress();
  }

  private onConfirm(from: NodeId, { ballot, confirmRound }: ConfirmBody): void {
    this.election.noteBallot(ballot);
    if (!this.env.membership.selfVotes) return;
    if (compareBallots(ballot, this.acceptor.promised) < 0) return this.acceptor.refuse(from, ballot);
    this.outbox.send(from, { type: 'confirmed', ballot, confirmRound });
  }

  /** Only of the own storage id: a node that was replaced in time doesn't take the refusal of another for its own. */
  private onRejected(from: NodeId, { storageId }: RejectedBody): void {
    if (storageId !== this.config.storageId) return;
    const reason = `${from} knows ${this.env.nodeId} with another storage id`;
    this.doom = { type: 'fatal', code: 'storageIdRefused', reason };
  }

  /** The leader that this node follows hands over: no election round is waited for. A repeated or late one changes nothing. */
  private onHandOver({ ballot }: HandOverBody): void {
    const follows = this.role.kind === 'follower' && equalBallots(ballot, this.acceptor.promised);
    if (!follows || !this.mayStand()) return;
    this.env.counters.handOversTaken += 1;
    this.stand();
  }

  private learn(from: NodeId, ballot: Ballot, chosenThroughSlot: Slot): void {
    this.catchup.note(from, chosenThroughSlot);
    if (!this.acceptor.learn(ballot, chosenThroughSlot)) this.catchup.start(from);
  }

  private act(verdict: Verdict): void {
    if (verdict === 'takeOver') return this.stand();
    if (verdict === 'stay') return;
    this.env.counters.gaveWayNoQuorum += 1;
    this.stepDown();
  }

  private stand(): void {
    assert(this.mayStand(), 'only who is fit to lead stands');
    const ballot = { round: this.election.nextRound(), priority: this.config.priority, nodeId: this.env.nodeId };
    this.env.counters.elections += 1;
    this.election.noteBallot(ballot);
    this.election.followSelf();
    this.acceptor.promise(ballot);
    const phase1 = new Phase1(this.env, this.acceptor, ballot);
    this.role = { kind: 'candidate', phase1 };
    phase1.start();
  }

  private lead(ballot: Ballot, recovered: readonly SlotEntry[]): void {
    this.env.counters.leaderships += 1;
    const phase2 = new Phase2(this.env, this.acceptor, ballot, recovered);
    this.role = { kind: 'leader', phase2, reads: new Reads(this.env, ballot) };
  }

  /** Somebody else stands or leads with a ballot at or above the promise: follow, and give up whatever was held below it. */
  private yieldTo(ballot: Ballot): void {
    const ownBallot = this.ownBallot();
    if (ownBallot !== undefined && compareBallots(ballot, ownBallot) > 0) return this.stepDown(ballot);
    this.election.follow(ballot);
  }

  /** Back to a follower, of `successor` if one is known. What wasn't applied has an unknown outcome, what was only queued was never proposed. */
  private stepDown(successor?: Ballot): void {
    const { role } = this;
    this.role = FOLLOWER;
    this.election.followNobody();
    if (successor !== undefined) this.election.follow(successor);
    if (role.kind !== 'leader') return;
    this.env.counters.depositions += 1;
    this.clients.refuse(role.phase2.unappliedProposalIds(), 'leadershipLost', this.leaderHint());
    this.clients.refuse(this.clients.proposals.drain(), 'notLeader', this.leaderHint());
    this.clients.refuseReads(role.reads.drain(), this.leaderHint());
  }

  private settle(): void {
    this.acceptor.writeTrim();
    if (this.role.kind === 'candidate') this.settleCandidate(this.role.phase1);
    if (this.role.kind !== 'leader') return this.acceptor.applyReady(noProposals);
    const { phase2, reads } = this.role;
    phase2.onFlushed();
    phase2.advance();
    phase2.pump(this.clients.proposals);
    phase2.announceChosen();
    this.parts.transfer.settle(phase2, this.clients.proposals);
    const { acceptor } = this;
    acceptor.applyReady((slot) => phase2.takeApplied(slot));
    const complete = acceptor.chosenThroughSlot >= phase2.recoveredThroughSlot;
    reads.settle(complete, acceptor.chosenThroughSlot, acceptor.appliedSlot);
  }

  private settleCandidate(phase1: Phase1): void {
    // P10: a leader's slots must not be overtaken by a snapshot. The candidacy waits, or stalls and starts over.
    if (this.acceptor.installingSlot !== undefined) return;
    const outcome = phase1.evaluate();
    if (outcome.kind === 'recovered') return this.lead(phase1.ballot, outcome.entries);
    if (outcome.kind !== 'behind') return;
    this.catchup.start();
    if (!this.catchup.needsSnapshot) return;
    const recovered = phase1.recoverWithoutThoseAhead();
    if (recovered !== undefined) return this.lead(phase1.ballot, recovered);
    if (phase1.awaitsPromises) return;
    // Everybody trimmed what this candidate lacks. A transfer may take minutes: let somebody stand who needs none (P18).
    this.env.counters.candidaciesWithoutLog += 1;
    const { electionRoundMs } = this.env.options;
    this.standsNotBeforeMs = this.env.nowMs + ROUNDS_BEFORE_STANDING_AGAIN * electionRoundMs;
    this.stepDown();
    this.election.startRound();
  }

  private tellRole(): void {
    const { role, told } = this;
    const ballot = this.ownBallot() ?? this.election.followed;
    const leader = role.kind === 'leader' ? this.env.nodeId : ballotOwner(this.election.followed);
    const serving = this.isServing();
    const same = told.role === role.kind && told.leader === leader && told.serving === serving;
    if (same && equalBallots(told.ballot, ballot)) return;
    this.told = { role: role.kind, ballot, leader, serving };
    this.env.leader = leader;
    this.outbox.emit({ type: 'roleChanged', ...this.told });
  }

  private ownBallot(): Ballot | undefined {
    if (this.role.kind === 'follower') return undefined;
    return this.role.kind === 'leader' ? this.role.phase2.ballot : this.role.phase1.ballot;
  }

  private isServing(): boolean {
    return this.role.kind === 'leader' && this.acceptor.appliedSlot >= this.role.phase2.recoveredThroughSlot;
  }

  /** Where a client should go: here when this node leads, and only its queue is full. */
  private leaderHint(): NodeId | undefined {
    if (this.role.kind === 'leader') return this.env.nodeId;
    return this.role.kind === 'follower' ? this.election.leaderHint : undefined;
  }

  private standing(): Standing {
    const { membership } = this.env;
    const quorum = this.role.kind === 'leader' ? membership.phase2Quorum : membership.phase1Quorum;
    return { ownBallot: this.ownBallot(), quorum, mayStand: this.mayStand() };
  }

  private mayStand(): boolean {
    const { membership, nowMs } = this.env;
    return membership.selfVotes && this.unfitReason() === '' && nowMs >= this.standsNotBeforeMs;
  }

  private unfitReason(): string {
    if (!this.parts.fitness.fit) return this.parts.fitness.unfitReason;
    return this.acceptor.imageLost || this.acceptor.installingSlot !== undefined ? 'snapshot' : '';
  }

  /** On a disk without room this node is as silent as one that crashed, to whatever would have to be written. */
  private lacksRoomFor(body: PrepareBody | AcceptBody, entries: readonly SlotEntry[]): boolean {
    if (this.env.mayWrite || !this.acceptor.hasToWrite(body, entries)) return false;
    this.env.counters.diskFullRefusals += 1;
    return true;
  }

  private get leading(): Extract<RoleState, { kind: 'leader' }> | undefined {
    return this.role.kind === 'leader' ? this.role : undefined;
  }

  private leads(ballot: Ballot): boolean {
    return this.role.kind === 'leader' && equalBallots(ballot, this.role.phase2.ballot);
  }
}

function noProposals(): undefined {
  return undefined;
}

function idsOf(proposals: readonly Proposal[]): number[] {
  return proposals.map(({ proposalId }) => proposalId);
}
