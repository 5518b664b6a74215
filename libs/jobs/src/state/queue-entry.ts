import { NO_QUEUE_SETTINGS } from '../queue.js';
import type { QueueBlock, QueueRecord } from '../queue.js';
import type { JobState } from '../job.js';
import type { JobEntry } from './job-entry.js';
import { KeyGroups } from './key-groups.js';
import type { ReadyJobs } from './key-groups.js';
import type { QueueSetup } from './queue-setup.js';

/** A queue with the jobs that it has, counted, and with what was set of it, if anything was. */
export class QueueEntry {
  setup: QueueSetup | undefined = undefined;
  /** There while the queue has a limit by key. */
  keys: KeyGroups | undefined = undefined;
  readonly counts: Record<JobState, number> = {
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
    readonly queue: string,
    private readonly ready: ReadyJobs,
  ) {}

  /** Attempts under way: each holds the limits of its queue and key until it has ended. */
  get running(): number {
    return this.counts.assigned + this.counts.running;
  }

  get isEmpty(): boolean {
    if (this.setup !== undefined) return false;
    for (const state in this.counts) if (this.counts[state as JobState] > 0) return false;
    return true;
  }

  /** The job of this queue went from one state to another; undefined: it came, or went. */
  moved(job: JobEntry, from: JobState | undefined, to: JobState | undefined): void {
    if (from !== undefined) this.counts[from] -= 1;
    if (to !== undefined) this.counts[to] += 1;
    const key = job.interned.spec.limitKey;
    if (this.keys === undefined || key === undefined) {
      if (from === 'ready') this.ready.remove(job);
      if (to === 'ready') this.ready.add(job);
      return;
    }
    if (from === 'ready') this.keys.leave(key, job);
    if (isActive(from) !== isActive(to)) {
      if (isActive(to)) this.keys.hold(key);
      else this.keys.release(key);
    }
    if (to === 'ready') this.keys.enter(key, job);
    this.keys.settle(key);
  }

  /** The limit by key is another, or the first: `jobs` are all that are ready or active here and have a key. */
  regroup(limit: number, jobs: Iterable<JobEntry>): void {
    const { keys: before } = this;
    this.keys = limit === 0 ? undefined : new KeyGroups(limit, this.ready);
    const touched = new Set<string>();
    for (const job of jobs) {
      const key = job.interned.spec.limitKey;
      if (key === undefined) continue;
      if (job.state === 'ready') {
        if (before === undefined || !job.parked) this.ready.remove(job);
        job.parked = false;
        if (this.keys === undefined) this.ready.add(job);
        else this.keys.enter(key, job);
      } else {
        this.keys?.hold(key);
      }
      touched.add(key);
    }
    for (const key of touched) this.keys?.settle(key);
  }

  /** How many more may be assigned at this time, and what holds the next one; Infinity: as many as there are. */
  room(timeMs: number): { readonly room: number; readonly block: QueueBlock | undefined } {
    const { setup } = this;
    if (setup === undefined) return UNLIMITED;
    if (setup.paused) return { room: 0, block: 'queuePaused' };
    const { maxRunning } = setup.settings;
    const free = maxRunning === 0 ? Infinity : Math.max(0, maxRunning - this.running);
    if (free === 0) return { room: 0, block: 'queueFull' };
    const tokens = setup.tokensAt(timeMs) ?? Infinity;
    return tokens === 0 ? { room: 0, block: 'rateLimited' } : { room: Math.min(free, tokens), block: undefined };
  }

  toRecord(timeMs: number): QueueRecord {
    const { setup } = this;
    const tokens = setup?.tokensAt(timeMs);
    return {
      queue: this.queue,
      settings: setup?.settings ?? NO_QUEUE_SETTINGS,
      paused: setup?.paused ?? false,
      pauseReason: setup?.pauseReason ?? '',
      revision: setup?.revision ?? 0,
      counts: { ...this.counts },
      waitingForKey: this.keys?.waiting ?? 0,
      tokens,
      nextTokenMs: tokens === 0 ? setup?.nextDueMs : undefined,
    };
  }
}

const UNLIMITED = Object.freeze({ room: Infinity, block: undefined });

function isActive(state: JobState | undefined): boolean {
  return state === 'assigned' || state === 'running';
}
