import { OrderedSequence } from './ordered-sequence.js';

/** Place of a job in the order of creation, which is the order of job ids. */
export interface JobOrder {
  readonly slot: number;
  readonly index: number;
}

/** Place of a ready job: higher priorities first, then older jobs. */
export interface ReadyOrder extends JobOrder {
  readonly priority: number;
}

export function isOlder(left: JobOrder, right: JobOrder): boolean {
  return left.slot < right.slot || (left.slot === right.slot && left.index < right.index);
}

export function isAssignedFirst(left: ReadyOrder, right: ReadyOrder): boolean {
  return left.priority === right.priority ? isOlder(left, right) : left.priority > right.priority;
}

/** Jobs in order of creation. */
export class OrderedJobs<Job extends JobOrder> extends OrderedSequence<Job, JobOrder> {
  /** Used again for each search: jobs are looked up several times in each one's life. */
  private readonly probe = { slot: 0, index: 0 };

  constructor() {
    super(isOlder);
  }

  find(slot: number, index: number): Job | undefined {
    this.probe.slot = slot;
    this.probe.index = index;
    return this.at(this.probe);
  }
}
