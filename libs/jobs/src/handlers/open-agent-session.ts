import type { AttemptRef, CommandEnvelope, OpenAgentSession } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import { HTTP_FEATURE_LEVEL } from '../feature-levels.js';
import type { AttemptEntry, JobEntry } from '../state/job-entry.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { ACTIVE_SCHEDULING } from '../state/worker-entry.js';
import type { WorkerEntry } from '../state/worker-entry.js';
import { loseAttemptsOf } from '../transitions.js';
import type { WorkerDescription } from '../worker.js';
import { refersTo } from './attempt-ref.js';

/** A worker is there, anew or again. Of an older incarnation's attempts it takes over what it still holds. */
export function openAgentSession(
  state: JobsState,
  entry: EntryContext,
  command: OpenAgentSession,
  { origin }: CommandEnvelope,
): CompactReply {
  const described = command.worker;
  const known = state.workers.get(described.workerId);
  if (known !== undefined && described.incarnation < known.incarnation) {
    return { type: 'refused', refusal: { code: 'incarnationOutdated', newest: known.incarnation } };
  }
  const isNew = known === undefined || described.incarnation > known.incarnation;
  const description = copyDescription(state, described);
  const worker = known ?? state.workers.add(description);
  if (isNew) takeOver(state, entry, worker, described.incarnation, command.held);
  const registeredAtMs = isNew ? entry.timeMs : worker.registeredAtMs;
  state.workers.goOnline(worker, description, origin.nodeId, registeredAtMs);
  const { workerId, incarnation } = worker;
  const scheduledBy = worker.scheduled.incarnation;
  if (scheduledBy !== undefined && scheduledBy < incarnation) {
    // An earlier incarnation drained because it was to stop; it has.
    state.workers.schedule(worker, ACTIVE_SCHEDULING);
    entry.events.push({
      type: 'workerSchedulingChanged',
      workerId,
      scheduling: 'active',
      evictAtMs: undefined,
      reason: '',
    });
  }
  entry.events.push({ type: 'workerChanged', workerId, incarnation, state: 'online' });
  return { type: 'agentSessionOpened' };
}

/**
 * Active attempts of older incarnations: lost unless held. Held ones that are no longer current need nothing here; the
 * coordinator tells the worker to end them.
 */
function takeOver(
  state: JobsState,
  entry: EntryContext,
  worker: WorkerEntry,
  incarnation: number,
  held: readonly AttemptRef[],
): void {
  const heldByJob = new Map<string, AttemptRef[]>();
  for (const ref of held) {
    const refs = heldByJob.get(ref.jobId);
    if (refs === undefined) heldByJob.set(ref.jobId, [ref]);
    else refs.push(ref);
  }
  const isHeld = (job: JobEntry, attempt: AttemptEntry): boolean =>
    heldByJob.get(job.jobId)?.some((ref) => refersTo(ref, attempt)) ?? false;

  const message = `worker ${worker.workerId} restarted and no longer holds the attempt`;
  loseAttemptsOf(state, entry, worker, message, (job, attempt) => !isHeld(job, attempt));
  for (const job of worker.activeJobs) {
    (job.activeAttempt as AttemptEntry).workerIncarnation = incarnation;
    state.jobs.touch(job);
  }
}

function copyDescription({ interner, featureLevel }: JobsState, worker: WorkerDescription): WorkerDescription {
  const runsHttp = worker.runsHttp === true && featureLevel >= HTTP_FEATURE_LEVEL;
  return {
    workerId: worker.workerId,
    incarnation: worker.incarnation,
    labels: interner.record(worker.labels),
    capacity: worker.capacity,
    runsExec: worker.runsExec,
    ...(runsHttp ? { runsHttp } : {}),
    handlers: interner.texts(worker.handlers),
    version: interner.text(worker.version),
    host: worker.host,
  };
}
