import type { AssignJobs, AssignmentRefusal, ProposedAssignment } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { assignJob } from '../transitions.js';
import { workerFits } from '../worker-fit.js';

/** Each assignment that still holds is made; the others are refused one by one. */
export function assignJobs(state: JobsState, entry: EntryContext, command: AssignJobs): CompactReply {
  const refusals = command.assignments.map((proposed) => assign(state, entry, proposed));
  return { type: 'jobsAssigned', refusals };
}

function assign(state: JobsState, entry: EntryContext, proposed: ProposedAssignment): AssignmentRefusal | undefined {
  const job = state.jobs.find(proposed.jobId);
  if (job === undefined) return 'jobUnknown';
  if (job.state !== 'ready' || job.revision !== proposed.jobRevision) return 'jobChanged';
  const expiryMs = job.expiryMs;
  if (expiryMs !== undefined && expiryMs <= entry.timeMs) return 'jobExpired';
  if (job.parked) return 'keyFull';
  const block = state.queues.block(job.interned.spec.queue, entry.timeMs);
  if (block !== undefined) return block;
  const worker = state.workers.get(proposed.workerId);
  if (worker === undefined || worker.state !== 'online' || worker.incarnation !== proposed.workerIncarnation) {
    return 'workerGone';
  }
  if (worker.scheduled.scheduling !== 'active') return 'workerNotActive';
  if (!workerFits(worker.description, job.interned.spec)) return 'workerUnfit';
  if (worker.activeJobs.size >= worker.description.capacity) return 'workerFull';
  assignJob(state, entry, job, worker);
  return undefined;
}
