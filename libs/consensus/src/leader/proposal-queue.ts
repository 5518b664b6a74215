import { COMMAND_OVERHEAD_BYTES, ENTRY_OVERHEAD_BYTES } from '../entry.js';
import type { Proposal } from '../io.js';
import type { ReplicaOptions } from '../options.js';
import { Queue } from '../queue.js';
import type { Entry } from '../types.js';

export interface Batch {
  readonly entry: Entry;
  readonly proposalIds: readonly number[];
  /** As `entrySizeBytes` would say. */
  readonly sizeBytes: number;
}

/** Proposals that wait while a flush runs or a window is full, bounded in number and bytes. */
export class ProposalQueue {
  private readonly waiting = new Queue<Proposal>();
  private waitingBytes = 0;

  constructor(private readonly options: ReplicaOptions) {}

  get length(): number {
    return this.waiting.length;
  }

  /** Payload bytes that wait. */
  get sizeBytes(): number {
    return this.waitingBytes;
  }

  /** Takes what fits and gives back the ids of the rest: once one is refused, so are those behind it. */
  push(proposals: readonly Proposal[]): number[] {
    const { maxQueuedProposals, maxQueuedBytes } = this.options;
    for (const [index, proposal] of proposals.entries()) {
      const full = this.waiting.length >= maxQueuedProposals;
      const tooLarge = this.waiting.length > 0 && this.waitingBytes + proposal.command.length > maxQueuedBytes;
      if (full || tooLarge) return proposals.slice(index).map(({ proposalId }) => proposalId);
      this.waiting.push(proposal);
      this.waitingBytes += proposal.command.length;
    }
    return [];
  }

  /** How large the next batch is going to be at the most, as windows count. */
  nextBatchSizeBytes(): number {
    const payload = Math.min(this.waitingBytes, this.options.maxEntryBytes);
    return payload + ENTRY_OVERHEAD_BYTES + this.nextBatchLimit() * COMMAND_OVERHEAD_BYTES;
  }

  /** The next entry: as many proposals as fit, at least one. */
  takeBatch(): Batch | undefined {
    const commands: Uint8Array[] = [];
    const proposalIds: number[] = [];
    let bytes = 0;
    const limit = this.nextBatchLimit();
    while (commands.length < limit) {
      const next = this.waiting.peek();
      if (next === undefined) break;
      if (commands.length > 0 && bytes + next.command.length > this.options.maxEntryBytes) break;
      this.waiting.shift();
      bytes += next.command.length;
      commands.push(next.command);
      proposalIds.push(next.proposalId);
    }
    this.waitingBytes -= bytes;
    if (commands.length === 0) return undefined;
    const sizeBytes = bytes + ENTRY_OVERHEAD_BYTES + commands.length * COMMAND_OVERHEAD_BYTES;
    return { entry: { kind: 'commands', commands }, proposalIds, sizeBytes };
  }

  /** Empties the queue and gives the ids: none of them was proposed. */
  drain(): number[] {
    this.waitingBytes = 0;
    return this.waiting.drain().map(({ proposalId }) => proposalId);
  }

  private nextBatchLimit(): number {
    return Math.min(this.waiting.length, this.options.maxEntryCommands);
  }
}
