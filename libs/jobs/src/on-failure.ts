import { unreachable } from '@synod/base';
import type { JobId, JobSpec, Task } from './job.js';

/** How a job that was submitted because another had failed says which. */
export const FAILED_JOB_LABEL = 'synod.failed-job';
export const FAILED_JOB_ENV = 'SYNOD_FAILED_JOB_ID';
export const FAILED_JOB_HEADER = 'Synod-Failed-Job-Id';

/** The spec of the job that follows a failure: with the failed job's id among its labels, and where its task can read it. */
export function onFailureSpec(spec: JobSpec, failedJobId: JobId): JobSpec {
  const labels = { ...spec.labels, [FAILED_JOB_LABEL]: failedJobId };
  return { ...spec, labels, task: withFailedJob(spec.task, failedJobId) };
}

function withFailedJob(task: Task, failedJobId: JobId): Task {
  switch (task.kind) {
    case 'exec':
      return { ...task, env: { ...task.env, [FAILED_JOB_ENV]: failedJobId } };
    case 'http':
      return { ...task, headers: { ...task.headers, [FAILED_JOB_HEADER]: failedJobId } };
    case 'handler':
      return task;
    default:
      return unreachable(task);
  }
}
