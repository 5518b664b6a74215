import type { ReadyClass, ReadyJob, WorkerRecord } from '@synod/jobs';
import { isFirst } from '../class-merge.js';
import type { PlannerView } from '../planner.js';

/** Ready jobs that need the same of a worker, for a plan that is not carried out. */
export interface HypotheticalClass extends Pick<ReadyClass, 'classKey' | 'queue' | 'task' | 'workerLabels'> {
  readonly jobs: readonly ReadyJob[];
}

/** A state that isn't: these workers, and these jobs as all that is ready. */
export function hypotheticalView(
  workers: readonly WorkerRecord[],
  classes: readonly HypotheticalClass[],
  activeInQueue: (queue: string) => ReadonlyMap<string, number>,
): PlannerView {
  const count = classes.reduce((sum, { jobs }) => sum + jobs.length, 0);
  return {
    workers: () => workers,
    workersRevision: 0,
    readyCount: () => count,
    readyClasses: () =>
      classes
        .filter(({ jobs }) => jobs.length > 0)
        .map(asReadyClass)
        .sort((left, right) => (isFirst(left.first(), right.first()) ? -1 : 1))
        .values(),
    activeInQueue,
    // What is asked is where jobs would go, whatever a queue's limits let start now.
    queueRoom: () => Infinity,
    queuePlacement: () => undefined,
  };
}

function asReadyClass({ classKey, queue, task, workerLabels, jobs }: HypotheticalClass): ReadyClass {
  return { classKey, queue, task, workerLabels, first: () => jobs[0] as ReadyJob, jobs: () => jobs.values() };
}
