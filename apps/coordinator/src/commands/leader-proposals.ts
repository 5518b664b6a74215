import type { Clock } from '@synod/base';
import type { NodeId, Proposal, RefusalReason } from '@synod/consensus';

export interface BatchRefusal {
  readonly reason: RefusalReason;
  readonly leader: NodeId | undefined;
}

interface Batch {
  remaining: number;
  refusal: BatchRefusal | undefined;
  readonly settled: (refusal: BatchRefusal | undefined) => void;
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

  /** `settled` is called once, when each command was applied here or refused; with the last refusal when there was one. */
  submit(commands: readonly Uint8Array[], settled: (refusal: BatchRefusal | undefined) => void): void {
    this.lastStampMs = Math.max(this.lastStampMs, this.modules.clock.wallMs());
    const batch: Batch = { remaining: commands.length, refusal: undefined, settled };
    const proposals = commands.map((command) => {
      const proposalId = this.nextProposalId++;
      this.outstanding.set(proposalId, batch);
      return { proposalId, command: this.modules.stamp(command, this.lastStampMs) };
    });
    this.modules.propose(proposals);
  }

  applied(proposalIds: readonly number[] | undefined): void {
    for (const proposalId of proposalIds ?? []) this.settle(proposalId, undefined);
  }

  refused(proposalIds: readonly number[], refusal: BatchRefusal): void {
    for (const proposalId of proposalIds) this.settle(proposalId, refusal);
  }

  private settle(proposalId: number, refusal: BatchRefusal | undefined): void {
    const batch = this.outstanding.get(proposalId);
    if (batch === undefined) return;
    this.outstanding.delete(proposalId);
    batch.refusal = refusal ?? batch.refusal;
    batch.remaining -= 1;
    if (batch.remaining === 0) batch.settled(batch.refusal);
  }
}
