import { assert } from '@synod/base';
import type { ScheduleJobs, ScheduleRecord } from '../schedule.js';
import type { JobEntry } from './job-entry.js';
import { compareText } from './compare.js';
import type { ScheduleEntry } from './schedule-entry.js';
import type { StateHash } from './state-hash.js';

/** Unfinished jobs of one schedule id, derived from the jobs: they outlive the schedule. */
class UnfinishedJobs {
  readonly active = new Set<JobEntry>();
  readonly waiting = new Set<JobEntry>();
}

const NO_JOBS: ScheduleJobs = { active: [], waiting: [] };

/** All schedules, and which unfinished jobs are of which. */
export class ScheduleTable {
  private readonly byId = new Map<string, ScheduleEntry>();
  private readonly unfinished = new Map<string, UnfinishedJobs>();
  /** Ids in order; undefined after one came or went. */
  private sortedIds: readonly string[] | undefined = undefined;

  constructor(private readonly hash: StateHash) {}

  get size(): number {
    return this.byId.size;
  }

  get(scheduleId: string): ScheduleEntry | undefined {
    return this.byId.get(scheduleId);
  }

  add(schedule: ScheduleEntry): void {
    assert(!this.byId.has(schedule.scheduleId), 'a schedule is added once', () => schedule.scheduleId);
    this.byId.set(schedule.scheduleId, schedule);
    this.sortedIds = undefined;
    this.hash.change(schedule);
  }

  /** From an image; false when it is there already. */
  restore(schedule: ScheduleEntry): boolean {
    if (this.byId.has(schedule.scheduleId)) return false;
    this.byId.set(schedule.scheduleId, schedule);
    this.sortedIds = undefined;
    this.hash.restore(schedule);
    return true;
  }

  touch(schedule: ScheduleEntry): void {
    this.hash.change(schedule);
  }

  remove(schedule: ScheduleEntry): void {
    assert(this.byId.delete(schedule.scheduleId), 'a schedule to remove is there', () => schedule.scheduleId);
    this.sortedIds = undefined;
    this.hash.remove(schedule);
  }

  /** The job is new, or its state changed: files it among the unfinished ones of its schedule, or takes it out. */
  file(job: JobEntry): void {
    if (job.firing === undefined) return;
    const { scheduleId } = job.firing;
    const jobs = this.unfinished.get(scheduleId);
    if (job.finishedOrder > 0) {
      if (jobs === undefined) return;
      jobs.active.delete(job);
      jobs.waiting.delete(job);
      if (jobs.active.size + jobs.waiting.size === 0) this.unfinished.delete(scheduleId);
      return;
    }
    const filed = jobs ?? new UnfinishedJobs();
    if (jobs === undefined) this.unfinished.set(scheduleId, filed);
    const waits = job.waitReason === 'overlap';
    (waits ? filed.active : filed.waiting).delete(job);
    (waits ? filed.waiting : filed.active).add(job);
  }

  activeCount(scheduleId: string): number {
    return this.unfinished.get(scheduleId)?.active.size ?? 0;
  }

  waitingCount(scheduleId: string): number {
    return this.unfinished.get(scheduleId)?.waiting.size ?? 0;
  }

  /** In order of id, whatever the order in which they were filed: that differs after a restart. */
  active(scheduleId: string): readonly JobEntry[] {
    return inOrder(this.unfinished.get(scheduleId)?.active);
  }

  waiting(scheduleId: string): readonly JobEntry[] {
    return inOrder(this.unfinished.get(scheduleId)?.waiting);
  }

  /** The waiting job that was made first. */
  firstWaiting(scheduleId: string): JobEntry | undefined {
    let first: JobEntry | undefined;
    for (const job of this.unfinished.get(scheduleId)?.waiting ?? []) {
      if (first === undefined || job.jobId < first.jobId) first = job;
    }
    return first;
  }

  jobsOf(scheduleId: string): ScheduleJobs {
    if (!this.unfinished.has(scheduleId)) return NO_JOBS;
    const ids = (jobs: readonly JobEntry[]): string[] => jobs.map(({ jobId }) => jobId);
    return { active: ids(this.active(scheduleId)), waiting: ids(this.waiting(scheduleId)) };
  }

  /** Sorted by id, from above `afterId` (exclusive; empty: from the first). */
  list(afterId: string, limit: number): ScheduleRecord[] {
    const ids = this.ids();
    let low = 0;
    for (let high = ids.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((ids[middle] as string) <= afterId) low = middle + 1;
      else high = middle;
    }
    return ids.slice(low, low + Math.max(limit, 0)).map((id) => (this.byId.get(id) as ScheduleEntry).toRecord());
  }

  /** Sorted. */
  ids(): readonly string[] {
    this.sortedIds ??= [...this.byId.keys()].sort(compareText);
    return this.sortedIds;
  }

  idsInNoOrder(): IterableIterator<string> {
    return this.byId.keys();
  }

  entries(): IterableIterator<ScheduleEntry> {
    return this.byId.values();
  }

  /** For invariants. */
  scheduleIdsWithJobs(): IterableIterator<string> {
    return this.unfinished.keys();
  }
}

function inOrder(jobs: ReadonlySet<JobEntry> | undefined): readonly JobEntry[] {
  return jobs === undefined ? [] : [...jobs].sort((left, right) => compareText(left.jobId, right.jobId));
}
