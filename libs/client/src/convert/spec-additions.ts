import type { WireJobSpec, WireJobSpecInput, WireRetryPolicy, WireRetryPolicyInput } from '@synod/wire';
import { clientError } from '../errors.js';
import type { Backoff, JobOptions, JobSpec, RetryPolicy } from '../types.js';

const BACKOFFS = {
  fixed: 'BACKOFF_FIXED',
  linear: 'BACKOFF_LINEAR',
  exponential: 'BACKOFF_EXPONENTIAL',
} as const satisfies Record<Backoff, string>;

type Additions = Pick<
  JobOptions,
  'priority' | 'delayMs' | 'runAtMs' | 'expiresAtMs' | 'scheduleToStartTimeoutMs' | 'retry' | 'onFailure' | 'limitKey'
>;

/** What decides when and how often a job runs, as it travels. @throws SynodClientError `invalidArgument` */
export function additionsToWire(
  spec: Additions,
  specToWire: (spec: JobSpec) => WireJobSpecInput,
): Partial<WireJobSpecInput> {
  const wire: Partial<WireJobSpecInput> = {};
  if (spec.priority !== undefined) wire.priority = whole(spec.priority, 'priority');
  if (spec.delayMs !== undefined) wire.delayMs = whole(spec.delayMs, 'delayMs');
  if (spec.runAtMs !== undefined) wire.runAtMs = whole(spec.runAtMs, 'runAtMs');
  if (spec.expiresAtMs !== undefined) wire.expiresAtMs = whole(spec.expiresAtMs, 'expiresAtMs');
  if (spec.scheduleToStartTimeoutMs !== undefined)
    wire.scheduleToStartTimeoutMs = whole(spec.scheduleToStartTimeoutMs, 'scheduleToStartTimeoutMs');
  if (spec.retry !== undefined) wire.retry = retryToWire(spec.retry);
  if (spec.onFailure !== undefined) wire.onFailure = specToWire(spec.onFailure);
  if (spec.limitKey !== undefined) wire.limitKey = spec.limitKey;
  return wire;
}

function retryToWire(retry: RetryPolicy): WireRetryPolicyInput {
  const { maxAttempts, backoff, initialMs, maxMs, jitterPercent, notRetriedExitCodes, notRetriedErrors } = retry;
  if (backoff !== undefined && !Object.hasOwn(BACKOFFS, backoff)) {
    throw invalid('retry.backoff', `is one of ${Object.keys(BACKOFFS).join(', ')}, not ${backoff}`);
  }
  return {
    ...(maxAttempts === undefined ? {} : { maxAttempts: whole(maxAttempts, 'retry.maxAttempts') }),
    ...(backoff === undefined ? {} : { backoff: BACKOFFS[backoff] }),
    ...(initialMs === undefined ? {} : { initialMs: whole(initialMs, 'retry.initialMs') }),
    ...(maxMs === undefined ? {} : { maxMs: whole(maxMs, 'retry.maxMs') }),
    ...(jitterPercent === undefined ? {} : { jitterPercent: whole(jitterPercent, 'retry.jitterPercent') }),
    ...(notRetriedExitCodes === undefined ? {} : { notRetriedExitCodes: [...notRetriedExitCodes] }),
    ...(notRetriedErrors === undefined ? {} : { notRetriedErrors: [...notRetriedErrors] }),
  };
}

/** The wire would silently cut what is none. */
function whole(value: number, field: string): number {
  if (!Number.isSafeInteger(value)) throw invalid(field, `is a whole number, not ${value}`);
  return value;
}

function invalid(field: string, what: string) {
  const description = `${field} ${what}`;
  return clientError('invalidArgument', description, { violations: [{ field, description }] });
}

/** What is unset is left out. */
export function additionsFromWire(wire: WireJobSpec, specFromWire: (wire: WireJobSpec) => JobSpec): Additions {
  const timeoutMs = Number(wire.scheduleToStartTimeoutMs);
  return {
    ...(wire.priority === 0 ? {} : { priority: wire.priority }),
    ...(Number(wire.delayMs) === 0 ? {} : { delayMs: Number(wire.delayMs) }),
    ...(wire.runAtMs === undefined ? {} : { runAtMs: Number(wire.runAtMs) }),
    ...(wire.expiresAtMs === undefined ? {} : { expiresAtMs: Number(wire.expiresAtMs) }),
    ...(timeoutMs === 0 ? {} : { scheduleToStartTimeoutMs: timeoutMs }),
    ...(wire.retry ? { retry: retryFromWire(wire.retry) } : {}),
    ...(wire.onFailure ? { onFailure: specFromWire(wire.onFailure) } : {}),
    ...(wire.limitKey === '' ? {} : { limitKey: wire.limitKey }),
  };
}

function retryFromWire(wire: WireRetryPolicy): RetryPolicy {
  const backoff = (Object.keys(BACKOFFS) as Backoff[]).find((name) => BACKOFFS[name] === wire.backoff);
  return {
    maxAttempts: wire.maxAttempts,
    ...(backoff === undefined ? {} : { backoff }),
    ...(wire.initialMs === undefined ? {} : { initialMs: wire.initialMs }),
    maxMs: wire.maxMs,
    ...(wire.jitterPercent === undefined ? {} : { jitterPercent: wire.jitterPercent }),
    notRetriedExitCodes: wire.notRetriedExitCodes,
    notRetriedErrors: wire.notRetriedErrors,
  };
}
