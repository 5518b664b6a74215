import { assert } from '@synod/base';
import type { JobEntry } from './job-entry.js';
import { OrderedSequence } from './ordered-sequence.js';

interface FinishOrder {
  readonly finishedOrder: number;
}

/** Finished jobs in order of finishing, with the text that they hold: the oldest retire first. */
export class FinishedJobs {
  private readonly jobs = new OrderedSequence<JobEntry, FinishOrder>(
    (left, right) => left.finishedOrder < right.finishedOrder,
  );
  private units = 0;

  get size(): number {
    return this.jobs.size;
  }

  get textUnits(): number {
    return this.units;
  }

  add(job: JobEntry): void {
    assert(this.jobs.insert(job), 'J7 places in the order of finishing are taken once', () => job.jobId);
    this.units += job.textUnits;
  }

  remove(job: JobEntry): void {
    assert(this.jobs.remove(job), 'J7 a finished job is in its order', () => job.jobId);
    this.units -= job.textUnits;
  }

  /** The oldest, while there are more than the bounds allow. */
  oldestAbove(maxJobs: number, maxTextUnits: number): JobEntry | undefined {
    return this.jobs.size > maxJobs || this.units > maxTextUnits ? this.jobs.first() : undefined;
  }

  /** Oldest first. */
  values(): IterableIterator<JobEntry> {
    return this.jobs.ascending();
  }
}
