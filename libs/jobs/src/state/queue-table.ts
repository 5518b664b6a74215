import { assert } from '@synod/base';
import { NO_QUEUE_SETTINGS } from '../queue.js';
import type { QueueBlock, QueueRecord, QueueSettings } from '../queue.js';
import { compareText } from './compare.js';
import type { JobEntry } from './job-entry.js';
import type { ReadyJobs } from './key-groups.js';
import { QueueEntry } from './queue-entry.js';
import { QueueSetup } from './queue-setup.js';
import type { StateHash } from './state-hash.js';
import type { TimerIndex } from './timer-index.js';

/** All queues that have jobs of the active state, or of which something is set. */
export class QueueTable {
  private readonly byName = new Map<string, QueueEntry>();
  private setups = 0;

  constructor(
    private readonly ready: ReadyJobs,
    private readonly hash: StateHash,
    private readonly timers: TimerIndex,
  ) {}

  /** Queues of which something is set. */
  get setupCount(): number {
    return this.setups;
  }

  find(queue: string): QueueEntry | undefined {
    return this.byName.get(queue);
  }

  /** The queue of a job that comes or is there. */
  of(job: JobEntry): QueueEntry {
    return this.ensure(job.interned.spec.queue);
  }

  ensure(queue: string): QueueEntry {
    let entry = this.byName.get(queue);
    if (entry === undefined) this.byName.set(queue, (entry = new QueueEntry(queue, this.ready)));
    return entry;
  }

  /** A queue without jobs of which nothing is set is none. */
  dropIfEmpty(entry: QueueEntry): void {
    if (entry.isEmpty) this.byName.delete(entry.queue);
  }

  /** From here on these settings hold. `keyed`: the ready and active jobs of the queue, looked at when its limit by key changes. */
  set(entry: QueueEntry, settings: QueueSettings, timeMs: number, keyed: () => Iterable<JobEntry>): void {
    const setup = this.setUp(entry);
    const { maxRunningPerKey } = setup.settings;
    setup.set(settings, timeMs);
    if (settings.maxRunningPerKey !== maxRunningPerKey) entry.regroup(settings.maxRunningPerKey, keyed());
    this.changed(setup);
  }

  pause(entry: QueueEntry, paused: boolean, reason: string): void {
    const setup = this.setUp(entry);
    setup.paused = paused;
    setup.pauseReason = paused ? reason : '';
    this.changed(setup);
  }

  /** Nothing is set of the queue any more. */
  reset(entry: QueueEntry, keyed: () => Iterable<JobEntry>): void {
    const { setup } = entry;
    assert(setup !== undefined, 'there is something to reset', () => entry.queue);
    if (entry.keys !== undefined) entry.regroup(0, keyed());
    entry.setup = undefined;
    this.setups -= 1;
    this.timers.set(setup, undefined);
    this.hash.remove(setup);
    this.dropIfEmpty(entry);
  }

  /** A job of the queue starts at this time: its token is taken. */
  takeToken(entry: QueueEntry, timeMs: number): void {
    const { setup } = entry;
    if (setup?.settings.rate === undefined) return;
    setup.settle(timeMs, 1);
    assert(setup.bucket.units >= 0, 'J11 a rate is never exceeded', () => entry.queue);
    this.timers.set(setup, setup.nextDueMs);
    this.hash.change(setup);
  }

  /** The bucket of a queue has a token again: what waited for one may be planned. */
  fireTimer(setup: QueueSetup, timeMs: number): void {
    setup.settle(timeMs, 0);
    this.timers.set(setup, setup.nextDueMs);
    this.hash.change(setup);
  }

  room(queue: string, timeMs: number): number {
    return this.byName.get(queue)?.room(timeMs).room ?? Infinity;
  }

  block(queue: string, timeMs: number): QueueBlock | undefined {
    return this.byName.get(queue)?.room(timeMs).block;
  }

  /** From an image; false when the queue has one already. Limits by key follow with `QueueEntry.regroup`. */
  restore(setup: QueueSetup): boolean {
    const entry = this.ensure(setup.queue);
    if (entry.setup !== undefined) return false;
    entry.setup = setup;
    this.setups += 1;
    this.timers.set(setup, setup.nextDueMs);
    this.hash.restore(setup);
    return true;
  }

  entries(): IterableIterator<QueueEntry> {
    return this.byName.values();
  }

  /** What of queues is replicated, in no order. */
  setupRecords(): QueueSetup[] {
    const setups: QueueSetup[] = [];
    for (const { setup } of this.byName.values()) if (setup !== undefined) setups.push(setup);
    return setups;
  }

  /** Sorted by name. */
  records(timeMs: number): readonly QueueRecord[] {
    const entries = [...this.byName.values()].sort((left, right) => compareText(left.queue, right.queue));
    return entries.map((entry) => entry.toRecord(timeMs));
  }

  private setUp(entry: QueueEntry): QueueSetup {
    if (entry.setup === undefined) {
      entry.setup = new QueueSetup(entry.queue, NO_QUEUE_SETTINGS);
      this.setups += 1;
    }
    return entry.setup;
  }

  private changed(setup: QueueSetup): void {
    setup.revision += 1;
    this.timers.set(setup, setup.nextDueMs);
    this.hash.change(setup);
  }
}
