import { workerLeaseMs } from '@synod/base';
import type { AttemptRef, JobSpec } from '@synod/jobs';
import { attemptKey } from '../shared/data-directory.js';
import type { AttemptEnding, AttemptProcess, StopOrder } from '../shared/guard-protocol.js';

/**
 * An attempt that this agent is answerable for.
 *
 *   waiting   assigned, not yet given to the guard: it waits for a lease, for a place or for the guard
 *   ordered   given to the guard
 *   running   the guard started its process
 *   ended     it is over; its report waits for a coordinator's acknowledgement
 */
export type Phase = 'waiting' | 'ordered' | 'running' | 'ended';

export interface HeldAttempt {
  readonly key: string;
  readonly ref: AttemptRef;
  /** Worker lease from the sending of the last acknowledged heartbeat; 0: none. */
  readonly leaseMs: number;
  /** May run at most once: a drain leaves it to finish, for ended it would be lost for good. */
  readonly atMostOnce: boolean;
  phase: Phase;
  /** What to run; only until the guard has it. */
  spec: JobSpec | undefined;
  /** Process as the guard started it. */
  process: AttemptProcess | null;
  /** No longer current: it is ended, and nobody wants to hear of it. */
  outdated: boolean;
  /** Asked for already; repeated to a guard that may have missed it. */
  stop: StopOrder | undefined;
}

export function leaseOf(spec: JobSpec): number {
  return spec.mode === 'atLeastOnce' ? 0 : workerLeaseMs(spec.lostAfterMs);
}

export function heldAttempt(
  ref: AttemptRef,
  leaseMs: number,
  phase: Phase,
  spec?: JobSpec,
  atMostOnce = spec?.mode === 'atMostOnce',
): HeldAttempt {
  return {
    key: attemptKey(ref.jobId, ref.attempt),
    ref: { jobId: ref.jobId, attempt: ref.attempt, fencingToken: ref.fencingToken },
    leaseMs,
    atMostOnce,
    phase,
    spec,
    process: null,
    outdated: false,
    stop: undefined,
  };
}

/** An ending that the agent knows of by itself: the process never ran, or its guard died. */
export function endingWithoutGuard(
  outcome: AttemptEnding['outcome'],
  message: string,
  times: { readonly startedAtMs: number | null; readonly finishedAtMs: number },
): AttemptEnding {
  return { outcome, message, exitCode: null, signal: '', ...times };
}
