import { assert } from '@synod/base';
import type { JobSpec } from '../job.js';
import type { ReadyBefore, ReadyClass, ReadyJob } from '../state-machine-port.js';
import type { JobEntry } from './job-entry.js';
import { isAssignedFirst } from './ordered-jobs.js';
import type { ReadyOrder } from './ordered-jobs.js';
import { OrderedSequence } from './ordered-sequence.js';

/** The ready jobs of one class, in the order in which they are to be assigned. */
class ReadyClassEntry implements ReadyClass, ReadyOrder {
  /** The place of its first job, by which classes are in order; set by the index, which takes it out before. */
  priority = 0;
  slot = 0;
  index = 0;
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

  first(): ReadyJob {
    const first = this.ready.first();
    assert(first !== undefined, 'a class has jobs');
    return readyJob(first);
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
  /** The same in the order of their first jobs: a plan looks at those whose turn comes, however many there are. */
  private readonly inOrder = new OrderedSequence<ReadyClassEntry, ReadyOrder>(isAssignedFirst);
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
    const first = readyClass.ready.first();
    const leads = first === undefined || isAssignedFirst(job, first);
    if (leads && first !== undefined) this.inOrder.remove(readyClass);
    assert(readyClass.ready.insert(job), 'job is ready once', () => job.jobId);
    if (leads) this.file(readyClass, job);
    this.count += 1;
  }

  remove(job: JobEntry): void {
    const { classKey } = job.interned;
    const readyClass = this.byKey.get(classKey);
    const led = readyClass?.ready.first() === job;
    if (led) this.inOrder.remove(readyClass);
    assert(readyClass?.ready.remove(job) === true, 'ready job is in its class', () => job.jobId);
    const first = readyClass.ready.first();
    if (first === undefined) this.byKey.delete(classKey);
    else if (led) this.file(readyClass, first);
    this.count -= 1;
  }

  private file(readyClass: ReadyClassEntry, { priority, slot, index }: ReadyOrder): void {
    readyClass.priority = priority;
    readyClass.slot = slot;
    readyClass.index = index;
    assert(this.inOrder.insert(readyClass), 'a job leads one class', () => readyClass.classKey);
  }

  /** By class, the jobs that would be assigned before this one, which need not be here. */
  before(job: JobEntry): ReadyBefore[] {
    const found: ReadyBefore[] = [];
    for (const { queue, task, workerLabels, ready } of this.byKey.values()) {
      const count = ready.countBefore(job);
      if (count > 0) found.push({ queue, task, workerLabels, count, highestPriority: ready.first()?.priority ?? 0 });
    }
    return found;
  }

  /** In the order of their first jobs. */
  classes(): IterableIterator<ReadyClass> {
    return this.inOrder.ascending();
  }

  /** Classes are in the order of their first jobs. */
  check(): void {
    assert(this.inOrder.size === this.byKey.size, 'J6 each class has its turn');
    for (const { ready, priority, slot, index, classKey } of this.inOrder.ascending()) {
      const first = ready.first();
      const isTrue = first?.priority === priority && first.slot === slot && first.index === index;
      assert(isTrue, 'J6 classes are in the order of their first jobs', () => classKey);
    }
  }

  /** For checks. */
  *entries(): IterableIterator<readonly [classKey: string, job: JobEntry]> {
    for (const [classKey, readyClass] of this.byKey) {
      for (const job of readyClass.ready.ascending()) yield [classKey, job];
    }
  }
}
