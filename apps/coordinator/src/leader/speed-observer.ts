import type { Clock, Logger } from '@synod/base';
import type { AppliedEntry, JobRecord, JobsView, JobSpec } from '@synod/jobs';
import { WorkerSpeeds } from '@synod/scheduling';
import type { SlowWorker, SpeedView } from '@synod/scheduling';

export interface SpeedObserverModules {
  readonly view: Pick<JobsView, 'job'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Measures on the leader how fast workers are, from the attempts that it sees end; the planner's weights follow it. A new leader begins
 * without knowledge: for it all workers are equal until they show otherwise.
 */
export class SpeedObserver implements SpeedView {
  private readonly speeds = new WorkerSpeeds();
  /** As last told to the planner. */
  private slow: readonly SlowWorker[] = [];

  constructor(private readonly modules: SpeedObserverModules) {}

  /** This node no longer leads: what it knows grows old. */
  reset(): void {
    this.speeds.clear();
    this.slow = [];
  }

  applied({ events }: Pick<AppliedEntry, 'events'>): void {
    const { view, clock } = this.modules;
    for (const event of events) {
      if (event.type === 'workerChanged' && event.state !== 'online') this.speeds.forget(event.workerId);
      if (event.type !== 'attemptFinished' || event.end.outcome !== 'succeeded') continue;
      // A job that was finished long ago may have left the state with the same entry: one sample less.
      const job = view.job(event.jobId);
      const durationMs = job === undefined ? undefined : durationOf(job, event.attempt);
      if (job === undefined || durationMs === undefined) continue;
      const { workerId } = event;
      this.speeds.observe({ workerId, taskKey: taskKeyOf(job.spec), durationMs }, clock.monotonicMs());
    }
  }

  slowWorkers(): readonly SlowWorker[] {
    const slow = this.speeds.slowWorkers(this.modules.clock.monotonicMs());
    if (slow !== this.slow) this.tellChanges(slow);
    this.slow = slow;
    return slow;
  }

  private tellChanges(slow: readonly SlowWorker[]): void {
    const { logger } = this.modules;
    const before = new Set(this.slow.map(({ workerId }) => workerId));
    for (const { workerId, speed } of slow) {
      if (!before.delete(workerId)) {
        logger.info({ workerId, speed }, 'attempts take longer on this worker than on others: it gets less work');
      }
    }
    for (const workerId of before) logger.info({ workerId }, 'this worker is as fast as others again, or gone');
  }
}

/** Both times are of the worker's own clock. */
function durationOf({ attempts }: JobRecord, number: number): number | undefined {
  const attempt = attempts.find((it) => it.attempt === number);
  if (attempt?.startedAtMs === undefined || attempt.finishedAtMs === undefined) return undefined;
  return attempt.finishedAtMs - attempt.startedAtMs;
}

/** What should take about equally long wherever it runs; arguments differ from job to job and are left out. */
function taskKeyOf({ queue, task }: JobSpec): string {
  switch (task.kind) {
    case 'exec':
      return `${queue} exec ${task.command}`;
    case 'handler':
      return `${queue} handler ${task.handler}`;
    default:
      return `${queue} ${task.kind}`;
  }
}
