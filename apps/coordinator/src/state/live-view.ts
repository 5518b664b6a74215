import type { JobFilter, JobId, JobsStateMachine, JobsView } from '@synod/jobs';

/**
 * The state machine of the moment, for all who read it. A snapshot puts another state machine in the place of the one before;
 * whoever holds this view needn't know.
 */
export class LiveView implements JobsView {
  constructor(private readonly machine: () => JobsStateMachine) {}

  get appliedSlot(): number {
    return this.machine().appliedSlot;
  }

  get timeMs(): number {
    return this.machine().timeMs;
  }

  get featureLevel(): number {
    return this.machine().featureLevel;
  }

  get nextDueMs(): number | undefined {
    return this.machine().nextDueMs;
  }

  get workersRevision(): number {
    return this.machine().workersRevision;
  }

  job(jobId: JobId): ReturnType<JobsView['job']> {
    return this.machine().job(jobId);
  }

  listJobs(filter: JobFilter, beforeJobId: JobId | undefined, limit: number): ReturnType<JobsView['listJobs']> {
    return this.machine().listJobs(filter, beforeJobId, limit);
  }

  counts(): ReturnType<JobsView['counts']> {
    return this.machine().counts();
  }

  worker(workerId: string): ReturnType<JobsView['worker']> {
    return this.machine().worker(workerId);
  }

  workers(): ReturnType<JobsView['workers']> {
    return this.machine().workers();
  }

  activeAttempts(workerId: string): ReturnType<JobsView['activeAttempts']> {
    return this.machine().activeAttempts(workerId);
  }

  activeInQueue(queue: string): ReadonlyMap<string, number> {
    return this.machine().activeInQueue(queue);
  }

  queueRoom(queue: string): number {
    return this.machine().queueRoom(queue);
  }

  queuePlacement(queue: string): ReturnType<JobsView['queuePlacement']> {
    return this.machine().queuePlacement(queue);
  }

  readyPlace(jobId: JobId): ReturnType<JobsView['readyPlace']> {
    return this.machine().readyPlace(jobId);
  }

  queue(queue: string): ReturnType<JobsView['queue']> {
    return this.machine().queue(queue);
  }

  queues(): ReturnType<JobsView['queues']> {
    return this.machine().queues();
  }

  readyClasses(): ReturnType<JobsView['readyClasses']> {
    return this.machine().readyClasses();
  }

  schedule(scheduleId: string): ReturnType<JobsView['schedule']> {
    return this.machine().schedule(scheduleId);
  }

  scheduleIds(): ReturnType<JobsView['scheduleIds']> {
    return this.machine().scheduleIds();
  }

  listSchedules(afterScheduleId: string, limit: number): ReturnType<JobsView['listSchedules']> {
    return this.machine().listSchedules(afterScheduleId, limit);
  }

  scheduleJobs(scheduleId: string): ReturnType<JobsView['scheduleJobs']> {
    return this.machine().scheduleJobs(scheduleId);
  }

  readyCount(): number {
    return this.machine().readyCount();
  }

  nodes(): ReturnType<JobsView['nodes']> {
    return this.machine().nodes();
  }
}
