import { assert } from '@synod/base';
import { fencingTokenFromString, fencingTokenToString } from '@synod/contracts';
import type { AttemptRef, FencingToken, JobSpec } from '@synod/jobs';
import type { StartOrder } from '../shared/guard-protocol.js';
import type { HeldAttempt } from './held-attempt.js';

/** The token as jobs see it: one number of 64 bits. */
export function tokenText(token: FencingToken): string {
  return fencingTokenToString(token);
}

export function refFromProcess(it: { jobId: string; attempt: number; fencingToken: string }): AttemptRef {
  return { jobId: it.jobId, attempt: it.attempt, fencingToken: fencingTokenFromString(it.fencingToken) };
}

export function startOrder(held: HeldAttempt, spec: JobSpec, workerId: string): StartOrder {
  const { task } = spec;
  assert(task.kind === 'exec', 'only exec tasks are given to the guard');
  return {
    key: held.key,
    jobId: held.ref.jobId,
    attempt: held.ref.attempt,
    fencingToken: tokenText(held.ref.fencingToken),
    workerId,
    command: task.command,
    args: task.args,
    env: task.env,
    cwd: task.cwd,
    stdin: task.stdin,
    user: task.user,
    timeoutMs: spec.startToCloseTimeoutMs,
    killGraceMs: spec.killGraceMs,
    leaseMs: held.leaseMs,
  };
}
