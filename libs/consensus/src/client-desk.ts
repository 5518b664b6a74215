import type { Environment } from './environment.js';
import type { RefusalReason } from './io.js';
import { ProposalQueue } from './leader/proposal-queue.js';
import type { NodeId } from './types.js';

/** What clients of this replica wait with, and what they are refused. */
export class ClientDesk {
  readonly proposals: ProposalQueue;

  constructor(private readonly env: Environment) {
    this.proposals = new ProposalQueue(env.options);
  }

  /** `leader`: where to go instead, as far as this replica knows. */
  refuse(proposalIds: readonly number[], reason: RefusalReason, leader: NodeId | undefined): void {
    if (proposalIds.length === 0) return;
    this.env.counters.proposalsRefused += proposalIds.length;
    this.env.outbox.emit({ type: 'proposalsRefused', proposalIds, reason, leader });
  }

  refuseReads(readIds: readonly number[], leader: NodeId | undefined): void {
    if (readIds.length === 0) return;
    this.env.counters.readsRefused += readIds.length;
    this.env.outbox.emit({ type: 'readsRefused', readIds, leader });
  }
}
