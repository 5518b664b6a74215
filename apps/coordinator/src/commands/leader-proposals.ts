import type { Clock } from '@synod/base';
import type { Proposal, RefusalReason } from '@synod/consensus';
import type { SendOutcome } from './command-route.js';

interface Batch {
  readonly size: number;
  readonly settled: (outcome: SendOutcome) => void;
  remaining: number;
  shed: number;
  refused: boolean;
}

export interface LeaderProposalsModules {
  readonly clock: Clock;
  readonly propose: (proposals: readonly Proposal[]) => void;
  /** The encoded command with this stamp: a copy, as a command that is sent again may already lie in the log. */
  readonly stamp: (command: Uint8Array, stampMs: number) => Uint8Array;
}

/** The leader's way into the log: stamps commands, its own and forwarded ones, and says when a batch is settled. */
export class LeaderProposals {
  private readonly outstanding = new Map<number, Batch>();
  private nextProposalId = 1;
  private lastStampMs = 0;

  constructor(private readonly modules: LeaderProposalsModules) {}

  /** Commands proposed and neither applied nor refused; the replica's queue and windows bound them. */
  get outstandingCount(): number {
    return this.outstanding.size;
  }

  /**
   * `settled` is called once, when each command was applied here or refused. A queue that runs full takes the first commands of a
   * batch and refuses the rest; that is `unknown`, as only a batch of which nothing was proposed may be told `shed`.
   */
  submit(commands: readonly Uint8Array[], settled: (outcome: SendOutcome) => void): void {
    if (commands.length === 0) return settled('applied');
    this.lastStampMs = Math.max(this.lastStampMs, this.modules.clock.wallMs());
    const batch: Batch = { size: commands.length, remaining: commands.length, shed: 0, refused: false, settled };
    const proposals = commands.map((command) => {
      const proposalId = this.nextProposalId++;
      this.outstanding.set(proposalId, batch);
      return { proposalId, command: this.modules.stamp(command, this.lastStampMs) };
    });
    this.modules.propose(proposals);
  }

  /** The replica applied an entry that this node proposed. */
  applied(proposalIds: readonly number[] | undefined): void {
    for (const proposalId of proposalIds ?? []) this.settle(proposalId, undefined);
  }

  /** The replica refused these. */
  refused(proposalIds: readonly number[], reason: RefusalReason): void {
    for (const proposalId of proposalIds) this.settle(proposalId, reason);
  }

  private settle(proposalId: number, refusal: RefusalReason | undefined): void {
    const batch = this.outstanding.get(proposalId);
    if (batch === undefined) return;
    this.outstanding.delete(proposalId);
    if (refusal !== undefined) batch.refused = true;
    if (refusal === 'overloaded') batch.shed += 1;
    batch.remaining -= 1;
    if (batch.remaining > 0) return;
    if (batch.shed === batch.size) batch.settled('shed');
    else batch.settled(batch.refused ? 'unknown' : 'applied');
  }
}
