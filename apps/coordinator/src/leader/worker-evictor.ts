import type { Clock, Logger } from '@synod/base';
import type { Command, CommandReply, JobsView, WorkerRecord } from '@synod/jobs';

export interface WorkerEvictorModules {
  readonly view: JobsView;
  /** Its wall time is what entries are stamped with, so that apply finds passed what is found passed here. */
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly logger: Logger;
  /** Proposes in the present leadership only. */
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/** On the leader: finds draining workers whose deadline has passed, and has what still runs there evicted. */
export class WorkerEvictor {
  private readonly underWay = new Set<string>();

  constructor(private readonly modules: WorkerEvictorModules) {}

  /** One eviction of a worker is under way at a time; one that failed is found again by the next look, of whoever leads. */
  look(): void {
    const nowMs = this.modules.clock.wallMs();
    for (const worker of this.modules.view.workers()) {
      if (isDue(worker, nowMs) && !this.underWay.has(worker.workerId) && this.hasWork(worker)) this.evict(worker);
    }
  }

  private hasWork({ workerId }: WorkerRecord): boolean {
    return this.modules.view
      .activeAttempts(workerId)
      .some(({ evicting, cancelRequested, spec }) => !evicting && !cancelRequested && spec.mode !== 'atMostOnce');
  }

  private evict({ workerId, activeAttempts }: WorkerRecord): void {
    const { logger, propose } = this.modules;
    logger.info(
      { worker: workerId, active: activeAttempts },
      'the time of a draining worker is over: its attempts end',
    );
    this.underWay.add(workerId);
    propose({ type: 'evictWorker', workerId })
      .catch((error: unknown) => {
        logger.info({ error, worker: workerId }, 'a worker was not evicted; whoever leads tries again');
      })
      .finally(() => this.underWay.delete(workerId));
  }
}

function isDue({ scheduling, evictAtMs, activeAttempts, state }: WorkerRecord, nowMs: number): boolean {
  return scheduling === 'draining' && state === 'online' && activeAttempts > 0 && (evictAtMs ?? Infinity) <= nowMs;
}
