import { Ring } from '@synod/hashing';
import type { JobsView, ProposedAssignment, ReadyClass, ReadyJob, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';

/** The same plan by looking at every worker for every job. */
export function naivePlan(
  view: JobsView,
  eligible: (workerId: string) => boolean,
  limit: number,
  outstanding: readonly ProposedAssignment[],
  firstOfEquals: number,
): ProposedAssignment[] {
  const plan: ProposedAssignment[] = [];
  const workers = view.workers();
  const taken = () => [...outstanding, ...plan];
  const loadOf = (worker: WorkerRecord) =>
    worker.activeAttempts + taken().filter((it) => it.workerId === worker.workerId).length;
  const rank = (worker: WorkerRecord) => (workers.indexOf(worker) - firstOfEquals + workers.length) % workers.length;
  const ring = new Ring();
  for (const worker of workers) if (worker.state === 'online') ring.set(worker.workerId);

  const choose = (readyClass: ReadyClass, job: ReadyJob): WorkerRecord | undefined => {
    const fitting = workers.filter(
      (worker) =>
        worker.state === 'online' &&
        worker.scheduling === 'active' &&
        workerFits(worker, readyClass) &&
        eligible(worker.workerId) &&
        loadOf(worker) < worker.capacity,
    );
    if (job.placement === 'leastLoaded') {
      const relative = (worker: WorkerRecord) => loadOf(worker) / worker.capacity;
      return fitting.sort((left, right) => relative(left) - relative(right) || rank(left) - rank(right))[0];
    }
    const preferred = ring.preferenceList(job.placementKey, workers.length);
    const owner = preferred.find((workerId) => fitting.some((worker) => worker.workerId === workerId));
    return fitting.find((worker) => worker.workerId === owner);
  };

  const all = [...view.readyClasses()].flatMap((it) => [...it.jobs()].map((job) => ({ readyClass: it, job })));
  all.sort((left, right) => (left.job.jobId < right.job.jobId ? -1 : 1));
  const blocked = new Set<string>();
  for (const { readyClass, job } of all) {
    if (plan.length >= limit) break;
    if (blocked.has(readyClass.classKey) || outstanding.some((it) => it.jobId === job.jobId)) continue;
    const worker = choose(readyClass, job);
    if (worker === undefined) {
      blocked.add(readyClass.classKey);
      continue;
    }
    const { workerId, incarnation: workerIncarnation } = worker;
    plan.push({ jobId: job.jobId, jobRevision: job.revision, workerId, workerIncarnation });
  }
  return plan;
}
