import { assert } from '@synod/base';
import { parseJobId } from '../job-id.js';
import type { JobId, JobRecord, JobState } from '../job.js';
import { FINAL_JOB_STATES } from '../job.js';
import type { JobFilter } from '../state-machine-port.js';
import { Fifo } from './fifo.js';
import type { JobEntry } from './job-entry.js';
import { OrderedJobs } from './ordered-jobs.js';
import { ReadyIndex } from './ready-index.js';
import type { StateHash } from './state-hash.js';

export interface FinishedBounds {
  readonly maxFinishedJobs: number;
  readonly maxFinishedTextUnits: number;
}

/** All jobs of the active state: in order of creation, by state, and those that are ready or finished. */
export class JobTable {
  readonly ready = new ReadyIndex();
  private readonly jobs = new OrderedJobs<JobEntry>();
  /** In order of finishing. */
  private readonly finished = new Fifo<JobEntry>();
  private finishedUnits = 0;
  private readonly byState: Record<JobState, number> = {
    waiting: 0,
    ready: 0,
    assigned: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
  };

  constructor(
    private readonly groupId: number,
    private readonly hash: StateHash,
  ) {}

  get size(): number {
    return this.jobs.size;
  }

  get unfinishedCount(): number {
    return this.jobs.size - this.finished.size;
  }

  get finishedCount(): number {
    return this.finished.size;
  }

  get finishedTextUnits(): number {
    return this.finishedUnits;
  }

  find(jobId: JobId): JobEntry | undefined {
    const parts = parseJobId(jobId);
    return parts === undefined || parts.groupId !== this.groupId ? undefined : this.jobs.find(parts.slot, parts.index);
  }

  add(job: JobEntry): void {
    assert(this.jobs.insert(job), 'job id is minted once', () => job.jobId);
    this.byState[job.state] += 1;
    this.hash.change(job);
  }

  /** The one place where a job's state changes. */
  move(job: JobEntry, state: JobState): void {
    assert(!FINAL_JOB_STATES.has(job.state), 'J1 a finished job never changes', () => `${job.jobId} to ${state}`);
    if (job.state === 'ready') this.ready.remove(job);
    this.byState[job.state] -= 1;
    this.byState[state] += 1;
    job.state = state;
    if (state === 'ready') this.ready.add(job);
    this.touch(job);
  }

  /** The job changed, in its state or otherwise: an assignment planned before is refused. */
  touch(job: JobEntry): void {
    job.revision += 1;
    this.hash.change(job);
  }

  finish(job: JobEntry, state: JobState, timeMs: number, order: number): void {
    assert(FINAL_JOB_STATES.has(state), 'a job finishes in a final state', () => state);
    job.finishedAtMs = timeMs;
    job.finishedOrder = order;
    this.move(job, state);
    this.finished.push(job);
    this.finishedUnits += job.textUnits;
  }

  /** From an image, but for its place among the finished jobs; false when a job of that id is there already. */
  restore(job: JobEntry): boolean {
    if (!this.jobs.insert(job)) return false;
    this.byState[job.state] += 1;
    if (job.state === 'ready') this.ready.add(job);
    this.hash.restore(job);
    return true;
  }

  /** The finished jobs of an image, in order of finishing. */
  restoreFinished(jobs: readonly JobEntry[]): void {
    assert(this.finished.size === 0, 'finished jobs are restored once');
    for (const job of jobs) {
      this.finished.push(job);
      this.finishedUnits += job.textUnits;
    }
  }

  /** Takes out the oldest-finished jobs above the bounds. */
  retire({ maxFinishedJobs, maxFinishedTextUnits }: FinishedBounds): JobRecord[] {
    const retired: JobRecord[] = [];
    while (this.finished.size > maxFinishedJobs || this.finishedUnits > maxFinishedTextUnits) {
      const job = this.finished.shift();
      this.finishedUnits -= job.textUnits;
      this.byState[job.state] -= 1;
      assert(this.jobs.remove(job), 'finished job is in the table', () => job.jobId);
      this.hash.remove(job);
      retired.push(job.toRecord());
    }
    return retired;
  }

  list(filter: JobFilter, beforeJobId: JobId | undefined, limit: number): JobRecord[] {
    const before = beforeJobId === undefined ? undefined : parseJobId(beforeJobId);
    const found: JobRecord[] = [];
    if (limit <= 0 || (beforeJobId !== undefined && before === undefined)) return found;
    const states = filter.states.length === 0 ? undefined : new Set(filter.states);
    for (const job of this.jobs.descending(before)) {
      if (states !== undefined && !states.has(job.state)) continue;
      if (filter.queue !== '' && filter.queue !== job.interned.spec.queue) continue;
      found.push(job.toRecord());
      if (found.length >= limit) break;
    }
    return found;
  }

  counts(): Readonly<Record<JobState, number>> {
    return { ...this.byState };
  }

  /** Oldest first. */
  values(): IterableIterator<JobEntry> {
    return this.jobs.ascending();
  }

  finishedInOrder(): IterableIterator<JobEntry> {
    return this.finished.values();
  }
}
