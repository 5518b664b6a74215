import { assert, InvariantViolation, unreachable } from '@synod/base';
import type { EntryContext } from '../entry-context.js';
import type { JobEntry } from '../state/job-entry.js';
import type { JobsState } from '../state/jobs-state.js';
import type { QueueSetup } from '../state/queue-setup.js';
import type { CompactReply } from '../state/reply-hash.js';
import type { Timed } from '../state/timer-index.js';
import { fireJobTimer } from '../transitions.js';

/** Timers of one command: an apply stays short, however many are due. A change needs a feature level. */
export const MAX_TIMERS_PER_COMMAND = 1_000;

/**
 * Time has passed: what is due happens, in order of its time. The command's stamp is all that it says; what doesn't fit in one
 * command is for the next, which the reply asks for.
 */
export function advanceTime(state: JobsState, entry: EntryContext): CompactReply {
  let fired = 0;
  while (fired < MAX_TIMERS_PER_COMMAND) {
    const timed = state.timers.firstDue(entry.timeMs);
    if (timed === undefined) break;
    fire(state, entry, timed);
    fired += 1;
    assert(timed.timerPlace < 0 || timed.dueMs > entry.timeMs, 'J10 a timer that fired is due no more');
  }
  return { type: 'timeAdvanced', fired, moreDue: state.timers.firstDue(entry.timeMs) !== undefined };
}

function fire(state: JobsState, entry: EntryContext, timed: Timed): void {
  switch (timed.timerKind) {
    case 'job':
      fireJobTimer(state, entry, timed as JobEntry);
      break;
    case 'queue':
      state.queues.fireTimer(timed as QueueSetup, entry.timeMs);
      break;
    case 'schedule':
    case 'key':
      throw new InvariantViolation(`J10 no timer of kind ${timed.timerKind} is in the index`);
    default:
      unreachable(timed.timerKind);
  }
}
