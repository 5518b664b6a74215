import type { EvictWorker } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { evictAttempt } from '../transitions.js';

/**
 * What runs on a draining worker is to end, if its deadline has passed by the log's own time. Left alone: what ends already,
 * and what may run at most once, for it could not run elsewhere.
 */
export function evictWorker(state: JobsState, entry: EntryContext, { workerId }: EvictWorker): CompactReply {
  const worker = state.workers.get(workerId);
  if (worker === undefined) return { type: 'refused', refusal: { code: 'workerUnknown', workerId } };
  const { scheduling, evictAtMs } = worker.scheduled;
  if (scheduling !== 'draining' || evictAtMs === undefined || evictAtMs > entry.timeMs) {
    return { type: 'workerEvicted', evicting: 0 };
  }
  let evicting = 0;
  for (const job of worker.activeJobs) {
    const attempt = job.activeAttempt;
    if (attempt === undefined || attempt.evicting || job.cancelRequested) continue;
    if (job.interned.spec.mode === 'atMostOnce') continue;
    evictAttempt(state, entry, job, attempt);
    evicting += 1;
  }
  return { type: 'workerEvicted', evicting };
}
