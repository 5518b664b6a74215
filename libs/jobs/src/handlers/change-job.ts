import type { ChangeJob, RetryJob } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import { FINAL_JOB_STATES } from '../job.js';
import type { JobSpec } from '../job.js';
import type { JobEntry } from '../state/job-entry.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { endWait, reopenJob } from '../transitions.js';

/** A job that has ended runs again; one that waits waits no longer. Any other has nothing to be retried. */
export function retryJob(state: JobsState, entry: EntryContext, command: RetryJob): CompactReply {
  const job = findJob(state, command);
  if ('type' in job) return job;
  if (job.state === 'waiting') {
    endWait(state, entry, job);
  } else if (FINAL_JOB_STATES.has(job.state)) {
    const { maxUnfinishedJobs } = state.options;
    if (state.jobs.unfinishedCount >= maxUnfinishedJobs) {
      return { type: 'refused', refusal: { code: 'tooManyJobs', limit: maxUnfinishedJobs } };
    }
    reopenJob(state, entry, job);
  } else {
    return unfit(job);
  }
  return changed(job);
}

/** Another priority or queue: for a job of which no attempt is under way, as that holds the limits of the queue it began in. */
export function changeJob(state: JobsState, entry: EntryContext, command: ChangeJob): CompactReply {
  const job = findJob(state, command);
  if ('type' in job) return job;
  if (job.state !== 'waiting' && job.state !== 'ready') return unfit(job);
  const { spec } = job.interned;
  const next = changedSpec(spec, command);
  if (next === spec) return changed(job);
  state.jobs.respecify(job, state.interner.intern(next));
  const { jobId, priority } = job;
  entry.events.push({ type: 'jobChanged', jobId, priority, queue: next.queue });
  return changed(job);
}

/** Priority 0 is told by its absence, as in a submission. */
function changedSpec(spec: JobSpec, { priority = spec.priority ?? 0, queue = spec.queue }: ChangeJob): JobSpec {
  if (priority === (spec.priority ?? 0) && queue === spec.queue) return spec;
  const { priority: _, ...rest } = spec;
  return priority === 0 ? { ...rest, queue } : { ...rest, queue, priority };
}

function findJob(state: JobsState, { jobId, ifRevision }: RetryJob | ChangeJob): JobEntry | CompactReply {
  const job = state.jobs.find(jobId);
  if (job === undefined) return { type: 'refused', refusal: { code: 'jobUnknown', jobId } };
  if (ifRevision === undefined || ifRevision === job.revision) return job;
  return { type: 'refused', refusal: { code: 'revisionMismatch', revision: job.revision } };
}

function unfit({ jobId, state }: JobEntry): CompactReply {
  return { type: 'refused', refusal: { code: 'jobStateUnfit', jobId, state } };
}

function changed({ jobId, revision }: JobEntry): CompactReply {
  return { type: 'jobChanged', jobId, revision };
}
