import type { CloseWorker } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import { GIVEN_BACK_FEATURE_LEVEL } from '../feature-levels.js';
import type { AttemptEntry } from '../state/job-entry.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { loseAttemptsOf } from '../transitions.js';

const MESSAGES: Readonly<Record<CloseWorker['cause'], (workerId: string) => string>> = {
  left: (workerId) => `worker ${workerId} left before the attempt had ended`,
  lost: (workerId) => `worker ${workerId} was not heard from for too long`,
  guardEnded: (workerId) => `the agent of worker ${workerId} died, and its guard ended the attempt`,
};

/** This incarnation of the worker, or an older one, is gone: what it ran is lost. A newer one is left alone. */
export function closeWorker(state: JobsState, entry: EntryContext, command: CloseWorker): CompactReply {
  const { workerId, incarnation, cause } = command;
  const worker = state.workers.get(workerId);
  if (worker === undefined) return { type: 'refused', refusal: { code: 'workerUnknown', workerId } };
  if (worker.incarnation > incarnation || worker.state !== 'online') return { type: 'workerClosed' };

  // Who drains and then says goodbye gives back what it has not begun.
  const drained = cause === 'left' && worker.scheduled.scheduling === 'draining';
  // And whoever says goodbye has reported all that it began.
  const givesBack = cause === 'left' && state.featureLevel >= GIVEN_BACK_FEATURE_LEVEL;
  const neverBegun = (attempt: AttemptEntry): boolean => givesBack && attempt.startedAtMs === undefined;
  loseAttemptsOf(state, entry, worker, MESSAGES[cause](workerId), () => true, drained, neverBegun);
  const gone = cause === 'left' ? 'left' : 'lost';
  state.workers.goOffline(worker, gone, state.nextOrder());
  entry.events.push({ type: 'workerChanged', workerId, incarnation: worker.incarnation, state: gone });
  return { type: 'workerClosed' };
}
