import { assert } from '@synod/base';
import type { JobSpec } from '../job.js';
import type { ReadyClass, ReadyJob } from '../state-machine-port.js';
import type { JobEntry } from './job-entry.js';
import { isAssignedFirst } from './ordered-jobs.js';
import type { ReadyOrder } from './ordered-jobs.js';
import { OrderedSequence } from './ordered-sequence.js';

/** The ready jobs of one class, in the order in which they are to be assigned. */
class ReadyClassEntry implements ReadyClass {
  readonly queue: string;
  readonly task: ReadyClass['task'];
  readonly workerLabels: Readonly<Record<string, string>>;
  readonly ready = new OrderedSequence<JobEntry, ReadyOrder>(isAssignedFirst);

  constructor(
    readonly classKey: string,
    spec: JobSpec,
  ) {
    this.queue = spec.queue;
    const { task } = spec;
    this.task = task.kind === 'handler' ? { kind: 'handler', handler: task.handler } : { kind: task.kind };
    this.workerLabels = spec.workerLabels;
  }

  *jobs(): IterableIterator<ReadyJob> {
    for (const job of this.ready.ascending()) {
      yield readyJob(job);
    }
  }
}

function readyJob({ jobId, revision, interned: { spec } }: JobEntry): ReadyJob {
  const { priority = 0, placement, placementKey, placementOptions } = spec;
  if (placementOptions === undefined && spec.ownPlacement === undefined) {
    return { jobId, revision, priority, placement, placementKey };
  }
  return {
    ...{ jobId, revision, priority, placement, placementKey },
    ...(placementOptions === undefined ? {} : { placementOptions }),
    ...(spec.ownPlacement === undefined ? {} : { ownPlacement: true }),
  };
}

/**
 * Ready jobs by class, but for those that wait for another of their key. It follows from the jobs' states and is no part of the
 * state of its own.
 */
export class ReadyIndex {
  /** Classes that have jobs. */
  private readonly byKey = new Map<string, ReadyClassEntry>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(job: JobEntry): void {
    const { classKey, spec } = job.interned;
    let readyClass = this.byKey.get(classKey);
    if (readyClass === undefined) {
      readyClass = new ReadyClassEntry(classKey, spec);
      this.byKey.set(classKey, readyClass);
    }
    assert(readyClass.ready.insert(job), 'job is ready once', () => job.jobId);
    this.count += 1;
  }

  remove(job: JobEntry): void {
    const { classKey } = job.interned;
    const readyClass = this.byKey.get(classKey);
    assert(readyClass?.ready.remove(job) === true, 'ready job is in its class', () => job.jobId);
    if (readyClass.ready.size === 0) this.byKey.delete(classKey);
    this.count -= 1;
  }

  /** How many jobs of this queue would be assigned before this one, of all classes. */
  countBefore(job: JobEntry): number {
    const { queue } = job.interned.spec;
    let before = 0;
    for (const readyClass of this.byKey.values()) {
      if (readyClass.queue === queue) before += readyClass.ready.countBefore(job);
    }
    return before;
  }

  classes(): IterableIterator<ReadyClass> {
    return this.byKey.values();
  }

  /** For checks. */
  *entries(): IterableIterator<readonly [classKey: string, job: JobEntry]> {
    for (const [classKey, readyClass] of this.byKey) {
      for (const job of readyClass.ready.ascending()) yield [classKey, job];
    }
  }
}
