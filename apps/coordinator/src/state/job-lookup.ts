import type { ActiveAttempt, AttemptRecord, JobId, JobRecord, JobsView } from '@synod/jobs';
import { FINAL_JOB_STATES } from '@synod/jobs';

export function isFinal(job: JobRecord): boolean {
  return FINAL_JOB_STATES.has(job.state);
}

export function lastAttempt(job: JobRecord): AttemptRecord | undefined {
  return job.attempts.at(-1);
}

/** The attempt of this job that has not ended, if there is one. */
export function activeAttemptOf(view: JobsView, jobId: JobId): ActiveAttempt | undefined {
  const job = view.job(jobId);
  const attempt = job === undefined ? undefined : lastAttempt(job);
  if (job === undefined || attempt === undefined || attempt.finishedAtMs !== undefined) return undefined;
  return {
    jobId,
    attempt: attempt.attempt,
    fencingToken: attempt.fencingToken,
    workerIncarnation: attempt.workerIncarnation,
    spec: job.spec,
    started: attempt.startedAtMs !== undefined,
    cancelRequested: job.cancelRequested,
    ...(job.terminated === true ? { terminated: true } : {}),
    ...(job.firing === undefined ? {} : { firing: job.firing }),
    evicting: attempt.evicting === true,
  };
}
