import { assert } from '@synod/base';
import type { JobId, ProposedAssignment } from '@synod/jobs';

interface Reserved {
  readonly proposed: ProposedAssignment;
  readonly queue: string;
}

/** Proposals that the log has not answered: their jobs are taken, and their workers' capacity and their queues' limits are held. */
export class Reservations {
  private readonly byJob = new Map<JobId, Reserved>();
  private readonly byWorker = new Map<string, number>();
  private readonly byQueue = new Map<string, number>();

  get size(): number {
    return this.byJob.size;
  }

  has(jobId: JobId): boolean {
    return this.byJob.has(jobId);
  }

  add(proposed: ProposedAssignment, queue: string): void {
    assert(!this.byJob.has(proposed.jobId), 'one proposal for a job at a time', () => proposed.jobId);
    this.byJob.set(proposed.jobId, { proposed, queue });
    this.byWorker.set(proposed.workerId, (this.byWorker.get(proposed.workerId) ?? 0) + 1);
    this.byQueue.set(queue, (this.byQueue.get(queue) ?? 0) + 1);
  }

  /** Nothing happens when this very proposal is not outstanding: it may be one of a leadership before. */
  free(settled: ProposedAssignment): void {
    const reserved = this.byJob.get(settled.jobId);
    if (reserved === undefined) return;
    const { proposed, queue } = reserved;
    if (proposed.jobRevision !== settled.jobRevision || proposed.workerId !== settled.workerId) return;
    this.byJob.delete(settled.jobId);
    lower(this.byWorker, settled.workerId);
    lower(this.byQueue, queue);
  }

  /** Jobs of this queue that are proposed. */
  ofQueue(queue: string): number {
    return this.byQueue.get(queue) ?? 0;
  }

  clear(): void {
    this.byJob.clear();
    this.byWorker.clear();
    this.byQueue.clear();
  }

  /** Workers of the proposals for jobs of this queue, one for each proposal. */
  *workersOf(queue: string): IterableIterator<string> {
    for (const reserved of this.byJob.values()) if (reserved.queue === queue) yield reserved.proposed.workerId;
  }

  /** Held capacity by worker. */
  counts(): ReadonlyMap<string, number> {
    return this.byWorker;
  }
}

function lower(counts: Map<string, number>, name: string): void {
  const left = (counts.get(name) ?? 0) - 1;
  assert(left >= 0, 'reservations are freed once', () => name);
  if (left === 0) counts.delete(name);
  else counts.set(name, left);
}
