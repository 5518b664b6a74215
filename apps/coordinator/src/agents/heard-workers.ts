import type { Timers } from '@synod/base';
import type { WorkerHeard } from '@synod/contracts';
import type { JobsView } from '@synod/jobs';
import type { WorkerLiveness } from './worker-liveness.js';

export interface HeardWorkersModules {
  readonly view: Pick<JobsView, 'worker' | 'workers'>;
  readonly liveness: Pick<WorkerLiveness, 'silentForMs' | 'eligible' | 'loadOf'>;
  readonly timers: Timers;
  readonly serving: () => boolean;
  /** Rejects while there is no link to a leader. */
  readonly askLeader: (workerId: string | undefined) => Promise<readonly WorkerHeard[]>;
}

/** What people see is not worth a longer wait. */
const PATIENCE_MS = 1_000;
const NOTHING: ReadonlyMap<string, WorkerHeard> = new Map();

/**
 * What the leader knows of workers beside the log (when each was heard, and its load), for those who ask any coordinator. For people to
 * see: no quorum confirms it, and nothing may be decided by it.
 */
export class HeardWorkers {
  constructor(private readonly modules: HeardWorkersModules) {}

  /** As this node knows it, which must lead: of one worker, or of all that are online. */
  known(workerId?: string): WorkerHeard[] {
    const { view, liveness } = this.modules;
    const one = workerId === undefined ? undefined : view.worker(workerId);
    const workers = workerId === undefined ? view.workers() : one === undefined ? [] : [one];
    return workers
      .filter(({ state }) => state === 'online')
      .map(({ workerId: id }) => ({
        ...{ workerId: id, heardAgoMs: liveness.silentForMs(id) },
        ...{ eligible: liveness.eligible(id), load: liveness.loadOf(id) },
      }));
  }

  /** By worker; nothing of any when no leader answers soon. Never rejects. */
  async ask(workerId?: string): Promise<ReadonlyMap<string, WorkerHeard>> {
    if (this.modules.serving()) return byId(this.known(workerId));
    const { timers, askLeader } = this.modules;
    return new Promise((resolve) => {
      const cancel = timers.after(PATIENCE_MS, () => resolve(NOTHING));
      const answered = (heard: ReadonlyMap<string, WorkerHeard>): void => {
        cancel();
        resolve(heard);
      };
      askLeader(workerId).then(
        (workers) => answered(byId(workers)),
        () => answered(NOTHING),
      );
    });
  }
}

function byId(workers: readonly WorkerHeard[]): ReadonlyMap<string, WorkerHeard> {
  return new Map(workers.map((worker) => [worker.workerId, worker]));
}
