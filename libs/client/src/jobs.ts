import { callUnary } from '@synod/rpc';
import type { CallOptions, Calls } from './calls.js';
import { jobFromWire, jobStateFromWire, jobStateToWire } from './convert/job.js';
import type { FenceCheck, Job, JobFilter } from './types.js';

/** The job as a quorum knows it. */
export async function getJob(calls: Calls, jobId: string, options: CallOptions = {}): Promise<Job> {
  const response = await calls.withFailover(({ jobs }, once) => callUnary(jobs, 'getJob', { jobId }, once), options);
  return jobFromWire(response.job);
}

export async function checkFence(
  calls: Calls,
  jobId: string,
  fencingToken: string,
  options: CallOptions = {},
): Promise<FenceCheck> {
  const { current, newestToken, jobState } = await calls.withFailover(
    ({ jobs }, once) => callUnary(jobs, 'checkFence', { jobId, fencingToken }, once),
    options,
  );
  return { current, newestToken, jobState: jobStateFromWire(jobState) };
}

/** Newest first, a page at a time. */
export async function* listJobs(calls: Calls, filter: JobFilter): AsyncGenerator<Job, void, undefined> {
  const states = (filter.states ?? []).map(jobStateToWire);
  const { pageSize = 0, queue = '', labels = {} } = filter;
  let pageToken = '';
  do {
    const page = await calls.withFailover(({ jobs }, once) =>
      callUnary(jobs, 'listJobs', { pageSize, pageToken, states, queue, labels }, once),
    );
    for (const job of page.jobs) yield jobFromWire(job);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}
