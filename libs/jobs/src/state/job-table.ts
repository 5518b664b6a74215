import { assert } from '@synod/base';
import { parseJobId } from '../job-id.js';
import type { JobId, JobRecord, JobState, WaitReason } from '../job.js';
import { FINAL_JOB_STATES } from '../job.js';
import { matchesFilter } from '../job-filter.js';
import type { JobFilter } from '../state-machine-port.js';
import { FinishedJobs } from './finished-jobs.js';
import type { InternedSpec } from './interned-spec.js';
import type { JobEntry } from './job-entry.js';
import { OrderedJobs } from './ordered-jobs.js';
import { QueueTable } from './queue-table.js';
import { ReadyIndex } from './ready-index.js';
import { ScheduleTable } from './schedule-table.js';
import type { StateHash } from './state-hash.js';
import type { TimerIndex } from './timer-index.js';

export interface FinishedBounds {
  readonly maxFinishedJobs: number;
  readonly maxFinishedTextUnits: number;
  readonly maxDeadLetters: number;
  readonly maxDeadLetterTextUnits: number;
}

/** All jobs of the active state: in order of creation, by state, and those that are ready or finished. */
export class JobTable {
  readonly ready = new ReadyIndex();
  readonly queues: QueueTable;
  readonly schedules: ScheduleTable;
  private readonly jobs = new OrderedJobs<JobEntry>();
  private readonly finished = new FinishedJobs();
  /** From feature level 3 on: those that failed or expired, which people come back for, are kept apart from the many others. */
  private readonly deadLetters = new FinishedJobs();
  private deadLettersApart = false;
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
    private readonly timers: TimerIndex,
  ) {
    this.queues = new QueueTable(this.ready, hash, timers);
    this.schedules = new ScheduleTable(hash);
  }

  get size(): number {
    return this.jobs.size;
  }

  get unfinishedCount(): number {
    return this.jobs.size - this.finished.size - this.deadLetters.size;
  }

  /** Finished jobs by the bounds that they are under. */
  get finishedJobs(): { readonly finished: FinishedJobs; readonly deadLetters: FinishedJobs } {
    const { finished, deadLetters } = this;
    return { finished, deadLetters };
  }

  find(jobId: JobId): JobEntry | undefined {
    const parts = parseJobId(jobId);
    return parts === undefined || parts.groupId !== this.groupId ? undefined : this.jobs.find(parts.slot, parts.index);
  }

  add(job: JobEntry): void {
    assert(this.jobs.insert(job), 'job id is minted once', () => job.jobId);
    this.byState[job.state] += 1;
    this.queues.of(job).moved(job, undefined, job.state);
    this.hash.change(job);
  }

  /** The one place where a job's state changes. */
  move(job: JobEntry, state: JobState): void {
    assert(!FINAL_JOB_STATES.has(job.state), 'J1 a finished job never changes', () => `${job.jobId} to ${state}`);
    this.shift(job, state);
  }

  private shift(job: JobEntry, state: JobState): void {
    const from = job.state;
    this.byState[from] -= 1;
    this.byState[state] += 1;
    job.state = state;
    if (state !== 'waiting') {
      job.waitReason = undefined;
      job.waitsUntilMs = 0;
    }
    this.queues.of(job).moved(job, from, state);
    this.touch(job);
  }

  /** A finished job is ready again, in its old place. */
  reopen(job: JobEntry): void {
    assert(FINAL_JOB_STATES.has(job.state), 'a job is reopened after it has ended', () => job.jobId);
    this.finishedOf(job).remove(job);
    job.finishedAtMs = undefined;
    job.finishedOrder = 0;
    this.shift(job, 'ready');
  }

  /** The job has another spec, which may put it in another queue, class and place; not while an attempt is under way. */
  respecify(job: JobEntry, interned: InternedSpec): void {
    assert(job.state === 'waiting' || job.state === 'ready', 'limits held by an attempt stay', () => job.jobId);
    const before = this.queues.of(job);
    before.moved(job, job.state, undefined);
    job.interned = interned;
    this.queues.of(job).moved(job, undefined, job.state);
    this.queues.dropIfEmpty(before);
    this.touch(job);
  }

  /** The job changed, in its state or otherwise: an assignment planned before is refused. */
  touch(job: JobEntry): void {
    job.revision += 1;
    this.timers.set(job, job.nextDueMs);
    this.schedules.file(job);
    this.hash.change(job);
  }

  /** The job waits from here on. */
  wait(job: JobEntry, reason: WaitReason, untilMs: number): void {
    assert(untilMs > 0, 'a wait has an end', () => job.jobId);
    job.waitReason = reason;
    job.waitsUntilMs = untilMs;
    this.move(job, 'waiting');
  }

  /** The job waits until the other active ones of its schedule have finished. */
  waitForOthers(job: JobEntry): void {
    assert(job.firing !== undefined, 'only a schedule has others', () => job.jobId);
    job.waitReason = 'overlap';
    this.move(job, 'waiting');
  }

  finish(job: JobEntry, state: JobState, timeMs: number, order: number): void {
    assert(FINAL_JOB_STATES.has(state), 'a job finishes in a final state', () => state);
    job.finishedAtMs = timeMs;
    job.finishedOrder = order;
    this.move(job, state);
    this.finishedOf(job).add(job);
  }

  /** From here on jobs that failed or expired have bounds of their own. */
  separateDeadLetters(): void {
    if (this.deadLettersApart) return;
    const all = [...this.finished.values()];
    for (const job of all) this.finished.remove(job);
    this.deadLettersApart = true;
    for (const job of all) this.finishedOf(job).add(job);
  }

  private finishedOf({ state }: JobEntry): FinishedJobs {
    return this.deadLettersApart && (state === 'failed' || state === 'expired') ? this.deadLetters : this.finished;
  }

  /** From an image, but for its place among the finished jobs; false when a job of that id is there already. */
  restore(job: JobEntry): boolean {
    if (!this.jobs.insert(job)) return false;
    this.byState[job.state] += 1;
    this.queues.of(job).moved(job, undefined, job.state);
    this.timers.set(job, job.nextDueMs);
    this.schedules.file(job);
    this.hash.restore(job);
    return true;
  }

  /** The finished jobs of an image, in order of finishing. */
  restoreFinished(jobs: readonly JobEntry[]): void {
    assert(this.finished.size + this.deadLetters.size === 0, 'finished jobs are restored once');
    for (const job of jobs) this.finishedOf(job).add(job);
  }

  /** Takes out the oldest-finished jobs above the bounds; oldest first. */
  retire(bounds: FinishedBounds): JobRecord[] {
    const { finished, deadLetters } = this;
    const retired: JobEntry[] = [];
    const take = (jobs: FinishedJobs, maxJobs: number, maxTextUnits: number): void => {
      for (;;) {
        const job = jobs.oldestAbove(maxJobs, maxTextUnits);
        if (job === undefined) return;
        jobs.remove(job);
        this.drop(job);
        retired.push(job);
      }
    };
    take(finished, bounds.maxFinishedJobs, bounds.maxFinishedTextUnits);
    const finishedOnly = retired.length;
    take(deadLetters, bounds.maxDeadLetters, bounds.maxDeadLetterTextUnits);
    if (retired.length > finishedOnly) retired.sort((left, right) => left.finishedOrder - right.finishedOrder);
    return retired.map((job) => job.toRecord());
  }

  private drop(job: JobEntry): void {
    this.byState[job.state] -= 1;
    assert(this.jobs.remove(job), 'finished job is in the table', () => job.jobId);
    const queue = this.queues.of(job);
    queue.moved(job, job.state, undefined);
    this.queues.dropIfEmpty(queue);
    this.hash.remove(job);
  }

  list(filter: JobFilter, beforeJobId: JobId | undefined, limit: number): JobRecord[] {
    const before = beforeJobId === undefined ? undefined : parseJobId(beforeJobId);
    const found: JobRecord[] = [];
    if (limit <= 0 || (beforeJobId !== undefined && before === undefined)) return found;
    for (const job of this.jobs.descending(before)) {
      if (!matchesFilter({ state: job.state, spec: job.interned.spec }, filter)) continue;
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
}
