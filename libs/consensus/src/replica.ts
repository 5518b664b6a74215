import { assert, unreachable } from '@synod/base';
import { Acceptor } from './acceptor.js';
import { Admission } from './admission.js';
import { ballotOwner, compareBallots, equalBallots, ZERO_BALLOT } from './ballot.js';
import { Catchup } from './catchup.js';
import { newCounters } from './counters.js';
import { Election } from './election.js';
import type { Standing, Verdict } from './election.js';
import type { Environment } from './environment.js';
import { FetchServer } from './fetch-server.js';
import type { DurableState, Effect, HostHealth, Input, Proposal, RefusalReason, Role } from './io.js';
import { Phase1 } from './leader/phase1.js';
import { Phase2 } from './leader/phase2.js';
import { ProposalQueue } from './leader/proposal-queue.js';
import { Reads } from './leader/reads.js';
import { Membership } from './membership.js';
import type {
  AcceptBody,
  ChosenBody,
  ConfirmBody,
  FetchedBody,
  Message,
  NackedBody,
  PollBody,
  PollReplyBody,
  PrepareBody,
} from './messages.js';
import { assertReplicaOptions, CANDIDACY_STALLS_AFTER_RESENDS } from './options.js';
import type { ReplicaOptions } from './options.js';
import { Outbox } from './outbox.js';
import type { Sender } from './outbox.js';
import type { PeerStatus, ReplicaStatus } from './status.js';
import type { Ballot, NodeId, Slot, SlotEntry } from './types.js';

/** Version of the messages that this core writes and reads. */
export const MESSAGE_FORMAT_VERSION = 1;

export interface ReplicaConfig {
  readonly clusterId: string;
  readonly groupId: number;
  readonly nodeId: NodeId;
  /** Minted when this node's data directory was formatted (I10). */
  readonly storageId: string;
  /** Voters, this node among them; the same on every node. */
  readonly members: readonly NodeId[];
  /** Nodes that get and apply the log and have no vote; none of them in `members`. Default none. */
  readonly learners?: readonly NodeId[] | undefined;
  /** The highest feature level that this program supports; told to peers. Default 1. */
  readonly featureLevel?: number | undefined;
  /** Breaks ties between candidates of one round: the higher wins. A safe integer from 0. */
  readonly priority: number;
  readonly options: ReplicaOptions;
}

/**
 * One member of a Paxos group, as a pure step function: the same inputs give the same effects on every machine.
 *
 * The host carries effects out in order, gives each `persist` back as `storageDone` when it is on the disk, and ticks every
 * 5 to 20 ms; the first input is a tick. What `step` throws is an `InvariantViolation`: the process must stop.
 */
export interface Replica {
  step(input: Input): readonly Effect[];
  status(): ReplicaStatus;
}

type RoleState =
  | { readonly kind: 'follower' }
  | { readonly kind: 'candidate'; readonly phase1: Phase1 }
  | { readonly kind: 'leader'; readonly phase2: Phase2; readonly reads: Reads };

interface PeerClock {
  readonly heardAtMs: number;
  readonly wallOffsetMs: number;
  readonly happy: boolean;
}

const FOLLOWER: RoleState = Object.freeze({ kind: 'follower' });
const NO_EFFECTS: readonly Effect[] = Object.freeze([]);

/** A replica that goes on from what its disk holds. */
export function createReplica(config: ReplicaConfig, durable: DurableState): Replica {
  return new PaxosReplica(config, durable);
}

/** All control flow of the three roles. The parts that it directs hold the state, and know nothing of each other. */
class PaxosReplica implements Replica {
  private readonly env: Environment;
  private readonly outbox: Outbox;
  private readonly admission: Admission;
  private readonly acceptor: Acceptor;
  private readonly election: Election;
  private readonly catchup: Catchup;
  private readonly fetchServer: FetchServer;
  private readonly proposals: ProposalQueue;
  private readonly peerClocks = new Map<NodeId, PeerClock>();
  private readonly priority: number;
  private role: RoleState = FOLLOWER;
  private health: HostHealth = { happy: true, reason: '' };
  private told: { role: Role; ballot: Ballot; leader: NodeId | undefined; serving: boolean };
  private stopped = false;

  constructor(config: ReplicaConfig, durable: DurableState) {
    assertReplicaOptions(config.options);
    assert(Number.isSafeInteger(config.priority) && config.priority >= 0, 'priority is a safe integer from 0');
    const { clusterId, groupId, nodeId, storageId } = config;
    const sender: Sender = { formatVersion: MESSAGE_FORMAT_VERSION, clusterId, groupId, from: nodeId, storageId };
    const membership = new Membership(nodeId, config.members);
    const counters = newCounters();
    this.outbox = new Outbox(sender);
    this.env = { nodeId, options: config.options, membership, outbox: this.outbox, counters, nowMs: 0, wallMs: 0 };
    this.admission = new Admission(sender, membership, counters);
    this.acceptor = new Acceptor(this.env, durable);
    this.election = new Election(this.env, durable.promised);
    this.catchup = new Catchup(this.env, this.acceptor);
    this.fetchServer = new FetchServer(this.env, this.acceptor);
    this.proposals = new ProposalQueue(config.options);
    this.priority = config.priority;
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
      this.settle();
      this.tellRole();
      return this.outbox.finish();
    } catch (error) {
      this.stopped = true;
      throw error;
    }
  }

  status(): ReplicaStatus {
    const { role, acceptor, election, outbox } = this;
    const leading = role.kind === 'leader' ? role : undefined;
    return {
      role: role.kind,
      ballot: this.ownBallot() ?? election.followed,
      leader: leading === undefined ? ballotOwner(election.followed) : this.env.nodeId,
      serving: this.isServing(),
      happy: election.happy && this.health.happy,
      unfitReason: this.health.happy ? '' : this.health.reason,
      promised: acceptor.promised,
      durablePromised: acceptor.durablePromised,
      chosenThroughSlot: acceptor.chosenThroughSlot,
      appliedSlot: acceptor.appliedSlot,
      trimmedThroughSlot: acceptor.trimmedThroughSlot,
      highestKnownChosenSlot: Math.max(this.catchup.highestKnownChosen, acceptor.chosenThroughSlot),
      imageSlot: 0,
      needsSnapshot: this.catchup.needsSnapshot,
      installingSnapshot: false,
      damagedSlots: 0,
      openSlots: leading?.phase2.openSlots ?? 0,
      openBytes: leading?.phase2.openBytes ?? 0,
      queuedProposals: this.proposals.length,
      queuedBytes: this.proposals.sizeBytes,
      queuedReads: leading?.reads.length ?? 0,
      withheldMessages: outbox.withheldCount,
      flushesInFlight: outbox.flushesInFlight,
      cachedBytes: acceptor.log.cachedBytes,
      loadsInFlight: this.fetchServer.loadsInFlight,
      peers: this.env.membership.peers.map((peer) => this.peerStatus(peer)),
      counters: { ...this.env.counters },
      stopped: this.stopped,
    };
  }

  private dispatch(input: Input): void {
    switch (input.type) {
      case 'timerTick':
        return this.onTick(input.nowMs, input.wallMs, input.health);
      case 'message':
        if (this.admission.admits(input.message, this.outbox.withheldCount)) this.onMessage(input.message);
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
        return this.fetchServer.onEntriesLoaded(input.token, input.entries);
      case 'snapshotReceived':
        return this.outbox.emit({ type: 'discardSnapshot', slot: input.slot });
      case 'transferLeadership':
        return this.outbox.emit({ type: 'transferEnded', transferId: input.transferId, outcome: 'notLeader' });
      case 'imageFlushed':
      case 'trim':
      case 'snapshotFailed':
      case 'snapshotInstalled':
        return;
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
        if (this.role.kind === 'candidate') this.role.phase1.onPromised(from, body);
        return;
      case 'nacked':
        return this.onNacked(body);
      case 'accept':
        return this.onAccept(from, body);
      case 'accepted':
        // P5: only accepts at the present ballot count.
        if (this.role.kind === 'leader' && equalBallots(body.ballot, this.role.phase2.ballot)) {
          this.role.phase2.onAccepted(from, body);
        }
        return;
      case 'chosen':
        return this.onChosen(from, body);
      case 'fetch':
        return this.fetchServer.onFetch(from, body);
      case 'fetched':
        return this.onFetched(from, body);
      case 'confirm':
        return this.onConfirm(from, body);
      case 'confirmed':
        if (this.role.kind === 'leader' && equalBallots(body.ballot, this.role.phase2.ballot)) {
          this.role.reads.onConfirmed(from, body.confirmRound);
        }
        return;
      case 'rejected':
      case 'handOver':
        return;
      default:
        return unreachable(body);
    }
  }

  private onTick(nowMs: number, wallMs: number, health: HostHealth): void {
    this.env.nowMs = Math.max(this.env.nowMs, nowMs);
    this.env.wallMs = wallMs;
    this.health = health;
    if (!health.happy && this.role.kind !== 'follower') {
      this.env.counters.gaveWayUnhealthy += 1;
      this.stepDown();
    }
    this.act(this.election.onTick(this.standing()));
    if (this.role.kind === 'candidate') this.tickCandidate(this.role.phase1);
    if (this.role.kind === 'leader') {
      this.role.phase2.onTick();
      this.role.reads.onTick();
    } else this.catchup.onTick();
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
    if (this.env.membership.indexOf(peer) === undefined || peer === this.env.nodeId) return;
    this.catchup.onDisconnected(peer);
    if (this.role.kind === 'leader') this.role.phase2.onDisconnected(peer);
    this.act(this.election.onDisconnected(peer, this.standing()));
  }

  private onPropose(proposals: readonly Proposal[]): void {
    if (this.role.kind !== 'leader') {
      return this.refuseProposals(
        proposals.map(({ proposalId }) => proposalId),
        'notLeader',
      );
    }
    this.refuseProposals(this.proposals.push(proposals), 'overloaded');
  }

  private onRead(readId: number): void {
    if (this.role.kind !== 'leader' || !this.role.reads.push(readId)) this.refuseReads([readId]);
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
      happy: this.election.happy && this.health.happy && (ownBallot === undefined || standsForSure),
      wallMs: this.env.wallMs,
      chosenThroughSlot: this.acceptor.chosenThroughSlot,
      featureLevel: 1,
      unfitReason: this.health.happy ? '' : this.health.reason,
    });
  }

  private onPollReply(from: NodeId, reply: PollReplyBody): void {
    const { env, election } = this;
    this.peerClocks.set(from, { heardAtMs: env.nowMs, wallOffsetMs: reply.wallMs - env.wallMs, happy: reply.happy });
    election.noteBallot(reply.ballot);
    election.noteBallot(reply.leader);
    this.catchup.note(from, reply.chosenThroughSlot);
    const leads = reply.leader.nodeId === from && compareBallots(reply.leader, this.acceptor.promised) >= 0;
    if (leads) {
      this.yieldTo(reply.leader);
      this.acceptor.learn(reply.leader, reply.chosenThroughSlot);
    }
    if (this.role.kind === 'leader') this.role.phase2.onSignOfLife(from);
    this.act(election.onPollReply(from, reply, this.standing()));
  }

  private onPrepare(from: NodeId, body: PrepareBody): void {
    this.election.noteBallot(body.ballot);
    if (compareBallots(body.ballot, this.acceptor.promised) >= 0) this.yieldTo(body.ballot);
    this.acceptor.onPrepare(from, body);
  }

  private onAccept(from: NodeId, body: AcceptBody): void {
    this.election.noteBallot(body.ballot);
    if (compareBallots(body.ballot, this.acceptor.promised) >= 0) this.yieldTo(body.ballot);
    if (!this.acceptor.onAccept(from, body)) return;
    this.learn(from, body.ballot, body.chosenThroughSlot);
  }

  private onChosen(from: NodeId, body: ChosenBody): void {
    this.election.noteBallot(body.ballot);
    if (compareBallots(body.ballot, this.acceptor.promised) < 0) return this.acceptor.refuse(from, body.ballot);
    this.yieldTo(body.ballot);
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
    // A leader knows first what is chosen at its ballot; what was on its way to the candidate it was is of no use now.
    if (this.role.kind === 'leader') return;
    this.election.noteBallot(body.ballot);
    if (body.entries.length > 0 && compareBallots(body.ballot, this.acceptor.promised) > 0) {
      if (this.role.kind === 'candidate') this.stepDown();
      this.acceptor.promise(body.ballot);
    }
    this.catchup.onFetched(from, body);
    if (this.role.kind === 'candidate' && body.entries.length > 0) this.role.phase1.noteProgress();
  }

  private onConfirm(from: NodeId, { ballot, confirmRound }: ConfirmBody): void {
    this.election.noteBallot(ballot);
    if (compareBallots(ballot, this.acceptor.promised) < 0) return this.acceptor.refuse(from, ballot);
    this.outbox.send(from, { type: 'confirmed', ballot, confirmRound });
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
    const ballot = { round: this.election.nextRound(), priority: this.priority, nodeId: this.env.nodeId };
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
    this.refuseProposals(role.phase2.unappliedProposalIds(), 'leadershipLost');
    this.refuseProposals(this.proposals.drain(), 'notLeader');
    this.refuseReads(role.reads.drain());
  }

  private settle(): void {
    if (this.role.kind === 'candidate') this.settleCandidate(this.role.phase1);
    if (this.role.kind !== 'leader') return this.acceptor.applyReady(noProposals);
    const { phase2, reads } = this.role;
    phase2.onFlushed();
    phase2.advance();
    phase2.pump(this.proposals);
    phase2.announceChosen();
    const { acceptor } = this;
    acceptor.applyReady((slot) => phase2.takeApplied(slot));
    const complete = acceptor.chosenThroughSlot >= phase2.recoveredThroughSlot;
    reads.settle(complete, acceptor.chosenThroughSlot, acceptor.appliedSlot);
  }

  private settleCandidate(phase1: Phase1): void {
    const outcome = phase1.evaluate();
    if (outcome.kind === 'recovered') this.lead(phase1.ballot, outcome.entries);
    else if (outcome.kind === 'behind') this.catchup.start();
  }

  private tellRole(): void {
    const { role, told } = this;
    const ballot = this.ownBallot() ?? this.election.followed;
    const leader = role.kind === 'leader' ? this.env.nodeId : ballotOwner(this.election.followed);
    const serving = this.isServing();
    const same = told.role === role.kind && told.leader === leader && told.serving === serving;
    if (same && equalBallots(told.ballot, ballot)) return;
    this.told = { role: role.kind, ballot, leader, serving };
    this.outbox.emit({ type: 'roleChanged', ...this.told });
  }

  private ownBallot(): Ballot | undefined {
    if (this.role.kind === 'follower') return undefined;
    return this.role.kind === 'leader' ? this.role.phase2.ballot : this.role.phase1.ballot;
  }

  private isServing(): boolean {
    return this.role.kind === 'leader' && this.acceptor.appliedSlot >= this.role.phase2.recoveredThroughSlot;
  }

  private standing(): Standing {
    const { membership } = this.env;
    const quorum = this.role.kind === 'leader' ? membership.phase2Quorum : membership.phase1Quorum;
    return { ownBallot: this.ownBallot(), quorum, mayStand: this.health.happy };
  }

  private refuseProposals(proposalIds: readonly number[], reason: RefusalReason): void {
    if (proposalIds.length === 0) return;
    this.env.counters.proposalsRefused += proposalIds.length;
    this.outbox.emit({ type: 'proposalsRefused', proposalIds, reason, leader: this.leaderHint() });
  }

  private refuseReads(readIds: readonly number[]): void {
    if (readIds.length === 0) return;
    this.env.counters.readsRefused += readIds.length;
    this.outbox.emit({ type: 'readsRefused', readIds, leader: this.leaderHint() });
  }

  /** Where a client should go: here when this node leads, and only its queue is full. */
  private leaderHint(): NodeId | undefined {
    if (this.role.kind === 'leader') return this.env.nodeId;
    return this.role.kind === 'follower' ? this.election.leaderHint : undefined;
  }

  private peerStatus(nodeId: NodeId): PeerStatus {
    const clock = this.peerClocks.get(nodeId);
    const phase2 = this.role.kind === 'leader' ? this.role.phase2 : undefined;
    const follower = phase2?.followers.find((candidate) => candidate.nodeId === nodeId);
    return {
      nodeId,
      heardAtMs: clock?.heardAtMs,
      wallOffsetMs: clock?.wallOffsetMs,
      chosenThroughSlot: this.catchup.chosenThroughOf(nodeId),
      happy: clock?.happy ?? false,
      unfitReason: '',
      featureLevel: 1,
      learner: false,
      inFlightSlots: follower?.inFlightSlots ?? 0,
      stalled: follower?.stalled ?? false,
    };
  }
}

function noProposals(): undefined {
  return undefined;
}
