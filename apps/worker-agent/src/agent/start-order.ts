import { assert } from '@synod/base';
import { fencingTokenFromString, fencingTokenToString } from '@synod/contracts';
import type { AttemptRef, FencingToken, HttpTask, JobSpec } from '@synod/jobs';
import type { HttpRules, RequestOrder, StartOrder } from '../shared/guard-protocol.js';
import type { HeldAttempt } from './held-attempt.js';

/** The token as jobs see it: one number of 64 bits. */
export function tokenText(token: FencingToken): string {
  return fencingTokenToString(token);
}

export function refFromProcess(it: { jobId: string; attempt: number; fencingToken: string }): AttemptRef {
  return { jobId: it.jobId, attempt: it.attempt, fencingToken: fencingTokenFromString(it.fencingToken) };
}

/** What this host allows to be run. Each order carries it, so that a guard that outlives its agent keeps no old rules. */
export interface WorkerRules {
  readonly http: HttpRules;
  /** Absolute paths; absent: any command. */
  readonly allowCommands?: readonly string[];
}

export const NO_RULES: WorkerRules = { http: { privateRedirects: false, forbidPrivate: false } };

export function startOrder(held: HeldAttempt, spec: JobSpec, workerId: string, rules: WorkerRules): StartOrder {
  const { task } = spec;
  assert(task.kind !== 'handler', 'only commands and requests are given to the guard');
  const process = task.kind === 'exec' ? task : NO_PROCESS;
  return {
    key: held.key,
    jobId: held.ref.jobId,
    attempt: held.ref.attempt,
    fencingToken: tokenText(held.ref.fencingToken),
    workerId,
    command: process.command,
    args: process.args,
    env: process.env,
    cwd: process.cwd,
    stdin: process.stdin,
    user: process.user,
    timeoutMs: spec.startToCloseTimeoutMs,
    killGraceMs: spec.killGraceMs,
    leaseMs: held.leaseMs,
    ...(rules.allowCommands === undefined ? {} : { allowCommands: rules.allowCommands }),
    ...(task.kind === 'exec' && task.limits !== undefined ? { limits: task.limits } : {}),
    ...(task.kind === 'http' ? { request: requestOf(task, rules.http) } : {}),
  };
}

const NO_PROCESS = { command: '', args: [], env: {}, cwd: '', stdin: '', user: '' };

function requestOf(task: HttpTask, rules: HttpRules): RequestOrder {
  const { method, url, headers, body, expectedStatuses, requestTimeoutMs, maxRedirects } = task;
  return { method, url, headers, body, expectedStatuses, requestTimeoutMs, maxRedirects, rules };
}
