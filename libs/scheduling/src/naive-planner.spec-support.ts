import { Ring } from '@synod/hashing';
import type { JobsView, ProposedAssignment, ReadyClass, ReadyJob, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import { ringWeight } from './worker-ring.js';

export interface NaiveModules {
  readonly view: JobsView;
  readonly eligible: (workerId: string) => boolean;
  readonly outstanding: readonly ProposedAssignment[];
  readonly firstOfEquals: number;
}

/** Policies that need no memory of plans before; the others are tested by what they promise. */
export const NAIVE_POLICIES = ['leastLoaded', 'consistentHash', 'boundedHash', 'binPack', 'spread'] as const;

/** The same plan by looking at every worker for every job. */
export function naivePlan(modules: NaiveModules, limit: number): ProposedAssignment[] {
  const { view, outstanding } = modules;
  const plan: ProposedAssignment[] = [];
  const all = [...view.readyClasses()].flatMap((it) => [...it.jobs()].map((job) => ({ readyClass: it, job })));
  all.sort((left, right) => (left.job.jobId < right.job.jobId ? -1 : 1));
  const blocked = new Set<string>();
  for (const { readyClass, job } of all) {
    if (plan.length >= limit) break;
    if (blocked.has(readyClass.classKey) || outstanding.some((it) => it.jobId === job.jobId)) continue;
    const worker = choose(modules, plan, readyClass, job);
    if (worker === undefined) {
      blocked.add(readyClass.classKey);
      continue;
    }
    const { workerId, incarnation: workerIncarnation } = worker;
    plan.push({ jobId: job.jobId, jobRevision: job.revision, workerId, workerIncarnation });
  }
  return plan;
}

function choose(
  { view, eligible, outstanding, firstOfEquals }: NaiveModules,
  plan: readonly ProposedAssignment[],
  readyClass: ReadyClass,
  job: ReadyJob,
): WorkerRecord | undefined {
  const workers = view.workers();
  const taken = [...outstanding, ...plan];
  const loadOf = (worker: WorkerRecord) =>
    worker.activeAttempts + taken.filter((it) => it.workerId === worker.workerId).length;
  const rank = (worker: WorkerRecord) => (workers.indexOf(worker) - firstOfEquals + workers.length) % workers.length;
  const relative = (worker: WorkerRecord) => (loadOf(worker) + 1) / worker.capacity;
  const fitting = workers.filter(
    (worker) => worker.state === 'online' && worker.scheduling === 'active' && workerFits(worker, readyClass),
  );
  const accepted = fitting.filter((worker) => eligible(worker.workerId));
  const free = accepted.filter((worker) => loadOf(worker) < worker.capacity);
  const first = (...order: ((worker: WorkerRecord) => number)[]) =>
    [...free].sort((left, right) => order.map((by) => by(left) - by(right)).find((it) => it !== 0) ?? 0)[0];
  const byKey = (among: readonly WorkerRecord[]) => {
    const preferred = ringOf(workers).preferenceList(job.placementKey, workers.length);
    return preferred.map((id) => among.find((it) => it.workerId === id)).find((it) => it !== undefined);
  };

  switch (job.placement) {
    case 'leastLoaded':
      return first(relative, rank);
    case 'consistentHash':
      return byKey(free);
    case 'boundedHash': {
      const sum = (of: (worker: WorkerRecord) => number) => accepted.reduce((total, it) => total + of(it), 0);
      const factor = (job.placementOptions?.loadFactorPercent ?? 125) * (sum(loadOf) + 1);
      const capacity = sum((worker) => worker.capacity);
      const below = free.filter((it) => loadOf(it) < Math.ceil((factor / (100 * capacity)) * it.capacity));
      return byKey(below) ?? byKey(free);
    }
    case 'binPack':
      return first((worker) => -loadOf(worker) / worker.capacity);
    case 'spread': {
      const label = job.placementOptions?.spreadLabel;
      const group = (worker: WorkerRecord) => (label === undefined ? undefined : worker.labels[label]);
      const inQueue = (worker: WorkerRecord) =>
        view.activeAttempts(worker.workerId).filter(({ spec }) => spec.queue === readyClass.queue).length +
        taken.filter((it) => it.workerId === worker.workerId && queueOf(view, it) === readyClass.queue).length;
      const inGroup = (worker: WorkerRecord) =>
        fitting.filter((it) => group(it) === group(worker)).reduce((total, it) => total + inQueue(it), 0);
      return first(inGroup, inQueue, relative, rank);
    }
    default:
      throw new Error(`no naive planner for ${job.placement}`);
  }
}

function ringOf(workers: readonly WorkerRecord[]): Ring {
  const ring = new Ring();
  for (const worker of workers) if (worker.state === 'online') ring.set(worker.workerId, ringWeight(worker.capacity));
  return ring;
}

function queueOf(view: JobsView, { jobId }: ProposedAssignment): string {
  return view.job(jobId)?.spec.queue ?? '';
}
