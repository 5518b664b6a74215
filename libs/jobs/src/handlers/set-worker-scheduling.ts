import type { SetWorkerScheduling } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { ACTIVE_SCHEDULING } from '../state/worker-entry.js';
import type { SchedulingEntry, WorkerEntry } from '../state/worker-entry.js';

/** The last word of an operator holds. A worker speaks for its own incarnation only, and only where no operator has spoken. */
export function setWorkerScheduling(state: JobsState, entry: EntryContext, command: SetWorkerScheduling): CompactReply {
  const { workerId, incarnation } = command;
  const worker = state.workers.get(workerId);
  if (worker === undefined) return { type: 'refused', refusal: { code: 'workerUnknown', workerId } };
  if (incarnation !== undefined) {
    const newest = worker.incarnation;
    if (newest !== incarnation) return { type: 'refused', refusal: { code: 'incarnationOutdated', newest } };
    if (isOperators(worker)) return { type: 'workerSchedulingSet' };
  }
  const scheduled = schedulingOf(command);
  if (isSame(scheduled, worker.scheduled)) return { type: 'workerSchedulingSet' };
  state.workers.schedule(worker, scheduled);
  const { scheduling, evictAtMs, reason } = scheduled;
  entry.events.push({ type: 'workerSchedulingChanged', workerId, scheduling, evictAtMs, reason });
  return { type: 'workerSchedulingSet' };
}

function isOperators({ scheduled }: WorkerEntry): boolean {
  return scheduled.scheduling !== 'active' && scheduled.incarnation === undefined;
}

function schedulingOf({ scheduling, evictAtMs, incarnation, reason }: SetWorkerScheduling): SchedulingEntry {
  if (scheduling === 'active') return ACTIVE_SCHEDULING;
  return { scheduling, evictAtMs: scheduling === 'draining' ? evictAtMs : undefined, incarnation, reason };
}

function isSame(left: SchedulingEntry, right: SchedulingEntry): boolean {
  return (
    left.scheduling === right.scheduling &&
    left.evictAtMs === right.evictAtMs &&
    left.incarnation === right.incarnation &&
    left.reason === right.reason
  );
}
