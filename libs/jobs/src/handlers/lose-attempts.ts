import type { LoseAttempts } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { loseAttempt, lostEnd } from '../transitions.js';
import { refersTo } from './attempt-ref.js';

/** Attempts whose worker was unheard for too long. Those that ended meanwhile are left as they are. */
export function loseAttempts(state: JobsState, entry: EntryContext, command: LoseAttempts): CompactReply {
  let lost = 0;
  for (const ref of command.attempts) {
    const job = state.jobs.find(ref.jobId);
    const attempt = job?.activeAttempt;
    if (job === undefined || attempt === undefined || !refersTo(ref, attempt)) continue;
    loseAttempt(state, entry, job, lostEnd(command.reason), undefined);
    lost += 1;
  }
  return { type: 'attemptsLost', lost };
}
