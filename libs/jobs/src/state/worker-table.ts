import { assert } from '@synod/base';
import type { WorkerDescription, WorkerRecord, WorkerState } from '../worker.js';
import { compareText } from './compare.js';
import type { StateHash } from './state-hash.js';
import { WorkerEntry } from './worker-entry.js';
import type { SchedulingEntry } from './worker-entry.js';

/** All known workers; those that went offline are bounded. */
export class WorkerTable {
  private readonly byId = new Map<string, WorkerEntry>();
  /** Sorted by id; undefined when a worker came or went since. */
  private sorted: WorkerEntry[] | undefined = undefined;
  /** Longest gone first: a set keeps insertion order. */
  private readonly offline = new Set<WorkerEntry>();
  private changes = 0;

  constructor(
    private readonly maxOffline: number,
    private readonly hash: StateHash,
  ) {}

  /** Rises when a worker comes, goes, describes itself or is scheduled otherwise; not with its load. No part of the state. */
  get revision(): number {
    return this.changes;
  }

  get(workerId: string): WorkerEntry | undefined {
    return this.byId.get(workerId);
  }

  add(description: WorkerDescription): WorkerEntry {
    assert(!this.byId.has(description.workerId), 'worker is added once');
    const worker = new WorkerEntry(description);
    this.byId.set(description.workerId, worker);
    this.sorted = undefined;
    this.changed(worker);
    return worker;
  }

  /** The worker is online, as described. */
  goOnline(worker: WorkerEntry, description: WorkerDescription, coordinatorId: string, registeredAtMs: number): void {
    this.offline.delete(worker);
    worker.state = 'online';
    worker.offlineOrder = 0;
    worker.coordinatorId = coordinatorId;
    worker.registeredAtMs = registeredAtMs;
    worker.describe(description);
    this.changed(worker);
  }

  schedule(worker: WorkerEntry, scheduled: SchedulingEntry): void {
    worker.scheduled = scheduled;
    worker.forgetRecord();
    this.changed(worker);
  }

  /** The worker went; the one that is gone for longest is dropped when there are too many. */
  goOffline(worker: WorkerEntry, state: Exclude<WorkerState, 'online'>, order: number): void {
    assert(worker.activeJobs.size === 0, 'offline worker holds no attempt', () => worker.workerId);
    this.offline.delete(worker);
    this.offline.add(worker);
    worker.state = state;
    worker.offlineOrder = order;
    worker.forgetRecord();
    this.changed(worker);
    if (this.offline.size > this.maxOffline) this.dropLongestGone();
  }

  /** From an image, but for its place among those offline; false when the worker is there already. */
  restore(worker: WorkerEntry): boolean {
    if (this.byId.has(worker.workerId)) return false;
    this.byId.set(worker.workerId, worker);
    this.sorted = undefined;
    this.changes += 1;
    this.hash.restore(worker);
    return true;
  }

  /** The offline workers of an image, longest gone first. */
  restoreOffline(workers: readonly WorkerEntry[]): void {
    assert(this.offline.size === 0, 'offline workers are restored once');
    for (const worker of workers) this.offline.add(worker);
  }

  values(): IterableIterator<WorkerEntry> {
    return this.byId.values();
  }

  get offlineCount(): number {
    return this.offline.size;
  }

  records(): readonly WorkerRecord[] {
    this.sorted ??= [...this.byId.values()].sort((left, right) => compareText(left.workerId, right.workerId));
    return this.sorted.map((worker) => worker.toRecord());
  }

  private dropLongestGone(): void {
    const [longestGone] = this.offline;
    assert(longestGone !== undefined, 'there is an offline worker to drop');
    this.offline.delete(longestGone);
    this.byId.delete(longestGone.workerId);
    this.sorted = undefined;
    this.hash.remove(longestGone);
  }

  private changed(worker: WorkerEntry): void {
    this.changes += 1;
    this.hash.change(worker);
  }
}
