import type { Catchup } from '../catchup.js';
import { compareBallots, equalBallots } from '../ballot.js';
import type { Environment } from '../environment.js';
import type { Fitness } from '../fitness.js';
import type { TransferOutcome } from '../io.js';
import type { Ballot, NodeId } from '../types.js';
import type { Phase2 } from './phase2.js';
import type { ProposalQueue } from './proposal-queue.js';

interface Transfer {
  readonly transferId: number;
  readonly to: NodeId;
  readonly ballot: Ballot;
  readonly startedMs: number;
  handedOverAtMs: number | undefined;
}

/**
 * Leadership transfer (Ongaro's thesis, section 3.10, for ballots). The leader takes no more proposals, proposes what it took
 * before, waits until all of it is chosen and the other one has it, and tells it to stand at once.
 *
 * New proposals are refused as `transferring`, as nothing is known yet of who is going to take them. Those in the queue are still
 * proposed: they were taken, their number is bounded, and so each caller gets its answer instead of an errand.
 *
 * Nothing here is needed for safety: who stands, stands with a ballot and a phase 1 of its own.
 */
export class LeadershipTransfer {
  private current: Transfer | undefined;

  constructor(
    private readonly env: Environment,
    private readonly fitness: Fitness,
    private readonly catchup: Catchup,
  ) {}

  get underWay(): boolean {
    return this.current !== undefined;
  }

  begin(transferId: number, to: NodeId | undefined, phase2: Phase2 | undefined): void {
    if (phase2 === undefined) return this.tell(transferId, 'notLeader');
    if (this.current !== undefined) return this.tell(transferId, 'busy');
    const target = to ?? this.furthest();
    if (target === undefined || !this.mayLead(target)) return this.tell(transferId, 'unfitTarget');
    const { nowMs } = this.env;
    this.current = { transferId, to: target, ballot: phase2.ballot, startedMs: nowMs, handedOverAtMs: undefined };
  }

  /** Hands over as soon as the other one has everything, and again if it doesn't stand. */
  settle(phase2: Phase2, queue: ProposalQueue): void {
    const { current } = this;
    if (current === undefined) return;
    // Deposed and back with a new ballot: it goes on leading.
    if (!equalBallots(phase2.ballot, current.ballot)) return this.end('timedOut');
    // Whoever stands is neither well nor happy for a moment; before that it had better be.
    if (current.handedOverAtMs === undefined && !this.mayLead(current.to)) return this.end('unfitTarget');
    const { nowMs, options, counters, outbox } = this.env;
    const repeats = current.handedOverAtMs !== undefined;
    if (repeats && nowMs - (current.handedOverAtMs ?? 0) < options.resendAfterMs) return;
    if (queue.length > 0 || !phase2.hasEverything(current.to, this.catchup.chosenThroughOf(current.to))) return;
    current.handedOverAtMs = nowMs;
    counters.handOversSent += 1;
    outbox.send(current.to, { type: 'handOver', ballot: current.ballot });
  }

  onTick(): void {
    const { current } = this;
    if (current === undefined || this.env.nowMs - current.startedMs < this.env.options.transferTimeoutMs) return;
    this.env.counters.transfersTimedOut += 1;
    this.end('timedOut');
  }

  /** Somebody proposes or tells what is chosen at `ballot`: it leads. */
  onLeader(ballot: Ballot): void {
    const { current } = this;
    if (current === undefined || compareBallots(ballot, current.ballot) <= 0) return;
    this.env.counters.leadershipTransfers += 1;
    this.end('transferred');
  }

  /** The connection to `peer` broke: there is nobody to wait for. */
  onDisconnected(peer: NodeId): void {
    if (this.current?.to === peer && this.current.handedOverAtMs === undefined) this.end('unfitTarget');
  }

  /** The fit voter that knows the most slots chosen; the first by name of several. */
  private furthest(): NodeId | undefined {
    let best: NodeId | undefined;
    for (const peer of this.env.membership.peers) {
      if (!this.mayLead(peer)) continue;
      if (best === undefined || this.catchup.chosenThroughOf(peer) > this.catchup.chosenThroughOf(best)) best = peer;
    }
    return best;
  }

  private mayLead(peer: NodeId): boolean {
    return peer !== this.env.nodeId && this.env.membership.isVoter(peer) && this.fitness.isFit(peer);
  }

  private end(outcome: TransferOutcome): void {
    if (this.current === undefined) return;
    const { transferId } = this.current;
    this.current = undefined;
    this.tell(transferId, outcome);
  }

  private tell(transferId: number, outcome: TransferOutcome): void {
    this.env.outbox.emit({ type: 'transferEnded', transferId, outcome });
  }
}
