import { assert } from '@synod/base';
import type { KeyPlace } from '../state-machine-port.js';
import type { JobEntry } from './job-entry.js';
import { isAssignedFirst } from './ordered-jobs.js';
import type { ReadyOrder } from './ordered-jobs.js';
import { OrderedSequence } from './ordered-sequence.js';

/** Where jobs go that may be assigned, and come back from. */
export interface ReadyJobs {
  add(job: JobEntry): void;
  remove(job: JobEntry): void;
}

/** The ready and active jobs of one key. */
class KeyGroup {
  /** Attempts under way. */
  active = 0;
  /** Those that may be assigned, in their order; never more than the limit leaves room for. */
  readonly open: JobEntry[] = [];
  /** Those that wait for one of the others to end. */
  parked: OrderedSequence<JobEntry, ReadyOrder> | undefined = undefined;

  get isEmpty(): boolean {
    return this.active === 0 && this.open.length === 0 && (this.parked?.size ?? 0) === 0;
  }
}

const SHARDS = 64;
const MAX_KEYS_LOOKED_AT = 100_000;

/**
 * The limit by key of one queue. At most so many jobs of a key as may still start lie in the ready index, the first in order;
 * the rest is parked. So the planner never meets a job that its key forbids, and plans as fast with a million keys as with one.
 *
 * It follows from the jobs and from the limit, and is no part of the state of its own. Keys are in many maps, because one Map
 * of a million stalls for 100 ms when it grows.
 */
export class KeyGroups {
  private readonly shards: (Map<string, KeyGroup> | undefined)[] = new Array<undefined>(SHARDS).fill(undefined);
  private parkedCount = 0;

  constructor(
    readonly limit: number,
    private readonly ready: ReadyJobs,
  ) {}

  /** Jobs that wait for another of their key. */
  get waiting(): number {
    return this.parkedCount;
  }

  /** How it stands with the key of a job that is ready or waits; undefined when the job may be assigned, or might. */
  placeOf(limitKey: string, job: JobEntry): KeyPlace | undefined {
    const { active = 0, open = [], parked } = this.find(limitKey) ?? {};
    const before = placeIn(open, job) + (parked?.countBefore(job) ?? 0);
    if (active + before < this.limit) return undefined;
    const highestPriority = before === 0 ? undefined : (open[0] ?? parked?.first())?.priority;
    return { limitKey, limit: this.limit, active, before, highestPriority, ...this.othersBefore(limitKey, job) };
  }

  /** Steps through the keys, the first many at least: for people who ask. */
  private othersBefore(limitKey: string, job: JobEntry): Pick<KeyPlace, 'otherKeys' | 'othersHighestPriority'> {
    let [otherKeys, looked] = [0, 0];
    let othersHighestPriority: number | undefined;
    for (const [key, { parked }] of this.groups()) {
      if ((looked += 1) > MAX_KEYS_LOOKED_AT) break;
      const first = parked?.first();
      if (key === limitKey || first === undefined || !isAssignedFirst(first, job)) continue;
      otherKeys += 1;
      othersHighestPriority = Math.max(first.priority, othersHighestPriority ?? first.priority);
    }
    return { otherKeys, othersHighestPriority };
  }

  /** The job is ready. `settle` follows. */
  enter(key: string, job: JobEntry): void {
    const group = this.ensure(key);
    group.parked ??= new OrderedSequence<JobEntry, ReadyOrder>(isAssignedFirst);
    assert(group.parked.insert(job), 'J11 a job is parked once', () => job.jobId);
    job.parked = true;
    this.parkedCount += 1;
  }

  /** The job is ready no more. */
  leave(key: string, job: JobEntry): void {
    const group = this.ensure(key);
    if (job.parked) {
      assert(group.parked?.remove(job) === true, 'J11 a parked job is in its group', () => job.jobId);
      job.parked = false;
      this.parkedCount -= 1;
    } else {
      this.close(group, job);
    }
  }

  hold(key: string): void {
    this.ensure(key).active += 1;
  }

  release(key: string): void {
    const group = this.ensure(key);
    group.active -= 1;
    assert(group.active >= 0, 'J11 a limit is freed once', () => key);
  }

  /** After all changes of one step: the first jobs are open, as many as there is room for. */
  settle(key: string): void {
    const group = this.find(key);
    if (group === undefined) return;
    const { open, parked } = group;
    while (parked !== undefined && parked.size > 0) {
      const first = parked.first() as JobEntry;
      if (open.length + group.active >= this.limit) {
        const last = open.at(-1);
        if (last === undefined || !isAssignedFirst(first, last)) break;
        this.close(group, last);
        assert(parked.insert(last), 'J11 a job is parked once', () => last.jobId);
        last.parked = true;
        this.parkedCount += 1;
      }
      this.openFirst(group, first);
    }
    if (group.isEmpty) this.shards[shardOf(key)]?.delete(key);
  }

  /** For checks. */
  *groups(): IterableIterator<readonly [key: string, group: KeyGroup]> {
    for (const shard of this.shards) if (shard !== undefined) yield* shard;
  }

  private openFirst(group: KeyGroup, job: JobEntry): void {
    group.parked?.remove(job);
    job.parked = false;
    this.parkedCount -= 1;
    group.open.splice(placeIn(group.open, job), 0, job);
    this.ready.add(job);
  }

  private close(group: KeyGroup, job: JobEntry): void {
    const at = placeIn(group.open, job);
    assert(group.open[at] === job, 'J11 a job that may be assigned is in its group', () => job.jobId);
    group.open.splice(at, 1);
    this.ready.remove(job);
  }

  private find(key: string): KeyGroup | undefined {
    return this.shards[shardOf(key)]?.get(key);
  }

  private ensure(key: string): KeyGroup {
    const at = shardOf(key);
    const shard = (this.shards[at] ??= new Map<string, KeyGroup>());
    let group = shard.get(key);
    if (group === undefined) shard.set(key, (group = new KeyGroup()));
    return group;
  }
}

function shardOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 16)) & (SHARDS - 1);
}

function placeIn(jobs: readonly JobEntry[], job: JobEntry): number {
  let low = 0;
  let high = jobs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAssignedFirst(jobs[middle] as JobEntry, job)) low = middle + 1;
    else high = middle;
  }
  return low;
}
