import type { RingOptions } from '@synod/hashing';
import type { Placement, WorkerNeeds, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import { Planner } from '../planner.js';
import type { PlannerView } from '../planner.js';
import { ringWeight, WorkerRing } from '../worker-ring.js';
import { hypotheticalView } from './hypothetical-view.js';

/** Why a job would go to a worker or pass it over. */
export type PlacementVerdict = 'free' | 'full' | 'cordoned' | 'draining' | 'unfit';

export interface PreferredWorker {
  readonly worker: WorkerRecord;
  /** Its share of the keys relative to others. */
  readonly weight: number;
  readonly verdict: PlacementVerdict;
}

export interface ShownPlacement {
  /** First in the preference list that fits and is open, full or not; undefined when there is none. */
  readonly owner: string | undefined;
  /** Where a job of this key would go now by the policy; undefined: nowhere. */
  readonly chosen: string | undefined;
  /** The key's preference list, online workers only. */
  readonly preferred: readonly PreferredWorker[];
}

export interface PlacementQuestion {
  readonly key: string;
  readonly queue: string;
  readonly needs: WorkerNeeds;
  readonly placement: Placement;
  /** Workers of the preference list that are shown. */
  readonly count: number;
}

/** Who owns a key, and who would get a job of it now, by the planner's own ring and strategies. */
export function showPlacement(
  view: PlannerView,
  question: PlacementQuestion,
  ringOptions: Partial<RingOptions> = {},
): ShownPlacement {
  const { key, queue, needs, placement, count } = question;
  const workers = view.workers();
  const byId = new Map(workers.map((worker) => [worker.workerId, worker]));
  const ring = new WorkerRing(ringOptions).current(workers, view.workersRevision);
  const recordOf = (workerId: string) => byId.get(workerId) as WorkerRecord;
  const preferred = ring.preferenceList(key, count).map((workerId) => {
    const worker = recordOf(workerId);
    return { worker, weight: ringWeight(worker.capacity), verdict: verdictOf(worker, needs) };
  });
  const owner = ring.firstAccepted(key, (workerId) => {
    const verdict = verdictOf(recordOf(workerId), needs);
    return verdict === 'free' || verdict === 'full';
  });
  const { policy, options } = placement;
  const job = {
    ...{ jobId: key, revision: 1, priority: 0, placement: policy, placementKey: key, ownPlacement: true as const },
    ...(options === undefined ? {} : { placementOptions: options }),
  };
  const classes = [{ classKey: '', queue, ...needs, jobs: [job] }];
  const hypothetical = hypotheticalView(workers, classes, (name) => view.activeInQueue(name));
  const [proposed] = new Planner({ ring: ringOptions }).plan(hypothetical, () => true, 1);
  return { owner, chosen: proposed?.workerId, preferred };
}

function verdictOf(worker: WorkerRecord, needs: WorkerNeeds): PlacementVerdict {
  if (!workerFits(worker, needs)) return 'unfit';
  if (worker.scheduling !== 'active') return worker.scheduling;
  return worker.activeAttempts < worker.capacity ? 'free' : 'full';
}
