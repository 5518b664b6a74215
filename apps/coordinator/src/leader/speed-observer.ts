import type { Clock } from '@synod/base';
import type { AppliedEntry, JobRecord, JobsView, JobSpec } from '@synod/jobs';
import { WorkerSpeeds } from '@synod/scheduling';
import type { SlowWorker, SpeedView } from '@synod/scheduling';

export interface SpeedObserverModules {
  readonly view: Pick<JobsView, 'job'>;
  readonly clock: Clock;
}

/**
 * Measures on the leader how fast workers are, from the attempts that it sees end; the planner's weights follow it. A new leader begins
 * without knowledge: for it all workers are equal until they show otherwise.
 */
export class SpeedObserver implements SpeedView {
  private readonly speeds = new WorkerSpeeds();

  constructor(private readonly modules: SpeedObserverModules) {}

  /** This node no longer leads: what it knows grows old. */
  reset(): void {
    this.speeds.clear();
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
    return this.speeds.slowWorkers(this.modules.clock.monotonicMs());
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
