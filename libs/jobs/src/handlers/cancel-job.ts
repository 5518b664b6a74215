import { unreachable } from '@synod/base';
import type { CancelJob } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { finishJob, requestCancel } from '../transitions.js';

/** A job that waits is cancelled at once; one under way is asked to end, and its attempt's end decides. */
export function cancelJob(state: JobsState, entry: EntryContext, command: CancelJob): CompactReply {
  const { jobId } = command;
  const job = state.jobs.find(jobId);
  if (job === undefined) return { type: 'refused', refusal: { code: 'jobUnknown', jobId } };
  const { ifRevision } = command;
  if (ifRevision !== undefined && ifRevision !== job.revision) {
    return { type: 'refused', refusal: { code: 'revisionMismatch', revision: job.revision } };
  }
  switch (job.state) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'expired':
      return { type: 'jobCancelled', jobId: job.jobId, alreadyFinal: true };
    case 'waiting':
    case 'ready':
      requestCancel(state, entry, job, command.reason);
      finishJob(state, entry, job, 'cancelled');
      break;
    case 'assigned':
    case 'running':
      if (!job.cancelRequested) requestCancel(state, entry, job, command.reason);
      break;
    default:
      unreachable(job.state);
  }
  return { type: 'jobCancelled', jobId: job.jobId, alreadyFinal: false };
}
