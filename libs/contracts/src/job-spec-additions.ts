import type { JobSpec, RetryPolicy } from '@synod/jobs';
import type { WireJobSpec, WireJobSpecInput, WireRetryPolicy, WireRetryPolicyInput } from '@synod/wire';
import { backoffs } from './enums.js';
import {
  BACKOFF_INITIAL_DEFAULT_MS,
  BACKOFF_INITIAL_MAX_MS,
  BACKOFF_JITTER_DEFAULT_PERCENT,
  BACKOFF_MAX_DEFAULT_MS,
  BACKOFF_MAX_MS,
  DELAY_MAX_MS,
  NOT_RETRIED_ERRORS_MAX,
  NOT_RETRIED_EXIT_CODES_MAX,
  ON_FAILURE_ENV_MAX,
  ON_FAILURE_HEADERS_MAX,
  ON_FAILURE_LABELS_MAX,
  PRIORITY_MAX,
  RETRY_ATTEMPTS_DEFAULT,
  RETRY_ATTEMPTS_MAX,
} from './limits.js';
import { ERROR_TYPE_RULE, LIMIT_KEY_RULE } from './rules.js';
import { shown } from './violations.js';
import type { Violations } from './violations.js';

// What feature level 3 added to specs. What isn't asked for is absent, so that a spec without any is as lower levels know it.

type Additions = Pick<
  JobSpec,
  'priority' | 'delayMs' | 'runAtMs' | 'expiresAtMs' | 'scheduleToStartTimeoutMs' | 'retry' | 'onFailure' | 'limitKey'
>;

const PRIORITY_RULE = { min: -PRIORITY_MAX, max: PRIORITY_MAX };

export function readAdditions(
  wire: WireJobSpec,
  prefix: string,
  violations: Violations,
  readNested: (wire: WireJobSpec, field: string) => JobSpec,
): Additions {
  const priority = violations.integer(prefix, 'priority', wire.priority, PRIORITY_RULE);
  const delayMs = readSpan(violations, prefix, 'delay_ms', wire.delayMs);
  const runAtMs = readTime(violations, prefix, 'run_at_ms', wire.runAtMs);
  const expiresAtMs = readTime(violations, prefix, 'expires_at_ms', wire.expiresAtMs);
  const timeoutMs = readSpan(violations, prefix, 'schedule_to_start_timeout_ms', wire.scheduleToStartTimeoutMs);
  const limitKey = violations.text(prefix, 'limit_key', wire.limitKey, LIMIT_KEY_RULE);
  if (delayMs > 0 && runAtMs !== undefined) {
    violations.add(prefix, 'delay_ms', 'is given together with run_at_ms: keep one');
  }
  if (runAtMs !== undefined && expiresAtMs !== undefined && expiresAtMs <= runAtMs) {
    violations.add(prefix, 'expires_at_ms', 'is not behind run_at_ms, so that the job could never start');
  }
  const onFailure = wire.onFailure ? readOnFailure(wire.onFailure, prefix, violations, readNested) : undefined;
  return {
    ...(priority === 0 ? {} : { priority }),
    ...(delayMs === 0 ? {} : { delayMs }),
    ...(runAtMs === undefined ? {} : { runAtMs }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(timeoutMs === 0 ? {} : { scheduleToStartTimeoutMs: timeoutMs }),
    ...(wire.retry ? { retry: readRetry(wire.retry, prefix, violations) } : {}),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(limitKey === '' ? {} : { limitKey }),
  };
}

function readSpan(violations: Violations, prefix: string, field: string, value: unknown): number {
  const spanMs = violations.unsigned(prefix, field, value);
  if (spanMs > DELAY_MAX_MS) violations.add(prefix, field, `is ${spanMs} ms: at most ${DELAY_MAX_MS} ms are allowed`);
  return Math.min(spanMs, DELAY_MAX_MS);
}

function readTime(violations: Violations, prefix: string, field: string, value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : violations.unsigned(prefix, field, value, 1);
}

function readRetry(wire: WireRetryPolicy, prefix: string, violations: Violations): RetryPolicy {
  const integer = (field: string, value: unknown, min: number, max: number, fallback?: number, unit?: string) =>
    violations.integer(prefix, `retry.${field}`, value, {
      ...{ min, max },
      ...(fallback === undefined ? {} : { fallback }),
      ...(unit === undefined ? {} : { unit }),
    });
  const codes = violations.list(
    prefix,
    'retry.not_retried_exit_codes',
    wire.notRetriedExitCodes,
    NOT_RETRIED_EXIT_CODES_MAX,
  );
  const errors = violations.list(prefix, 'retry.not_retried_errors', wire.notRetriedErrors, NOT_RETRIED_ERRORS_MAX);
  const backoff = backoffs.fromWire(wire.backoff);
  if (backoff === undefined && wire.backoff && wire.backoff !== 'BACKOFF_UNSPECIFIED') {
    violations.add(prefix, 'retry.backoff', `has the unknown value ${shown(wire.backoff)}`);
  }
  const { initialMs = BACKOFF_INITIAL_DEFAULT_MS, jitterPercent = BACKOFF_JITTER_DEFAULT_PERCENT } = wire;
  return {
    maxAttempts: integer('max_attempts', wire.maxAttempts, 1, RETRY_ATTEMPTS_MAX, RETRY_ATTEMPTS_DEFAULT),
    backoff: backoff ?? 'exponential',
    initialMs: integer('initial_ms', initialMs, 0, BACKOFF_INITIAL_MAX_MS, undefined, 'ms'),
    maxMs: integer('max_ms', wire.maxMs, 1, BACKOFF_MAX_MS, BACKOFF_MAX_DEFAULT_MS, 'ms'),
    jitterPercent: integer('jitter_percent', jitterPercent, 0, 100),
    notRetriedExitCodes: sorted(
      codes.map((code, at) => integer(`not_retried_exit_codes[${at}]`, code, -(2 ** 31), 2 ** 31 - 1)),
      (left, right) => left - right,
    ),
    notRetriedErrors: sorted(
      errors.map((error, at) => {
        const rule = { ...ERROR_TYPE_RULE, required: true };
        return violations.text(prefix, `retry.not_retried_errors[${at}]`, error, rule);
      }),
      (left, right) => (left < right ? -1 : 1),
    ),
  };
}

function sorted<Item>(items: readonly Item[], compare: (left: Item, right: Item) => number): Item[] {
  return [...new Set(items)].sort(compare);
}

function readOnFailure(
  wire: WireJobSpec,
  prefix: string,
  violations: Violations,
  readNested: (wire: WireJobSpec, field: string) => JobSpec,
): JobSpec | undefined {
  const field = prefix === '' ? 'on_failure' : `${prefix}.on_failure`;
  if (wire.onFailure) {
    violations.add(field, 'on_failure', 'is one too many: a job that follows a failure has none of its own');
    return undefined;
  }
  const spec = readNested(wire, field);
  const { task, labels } = spec;
  checkRoom(violations, field, 'labels', labels, ON_FAILURE_LABELS_MAX);
  if (task.kind === 'exec') checkRoom(violations, field, 'exec.env', task.env, ON_FAILURE_ENV_MAX);
  if (task.kind === 'http') checkRoom(violations, field, 'http.headers', task.headers, ON_FAILURE_HEADERS_MAX);
  return spec;
}

/** One entry more is added when the job is submitted. */
function checkRoom(violations: Violations, prefix: string, field: string, map: object, most: number): void {
  const count = Object.keys(map).length;
  if (count > most)
    violations.add(prefix, field, `has ${count} entries: at most ${most} here, as one more says which job failed`);
}

export function additionsToWire(spec: JobSpec, toWire: (spec: JobSpec) => WireJobSpecInput): Partial<WireJobSpecInput> {
  const wire: Partial<WireJobSpecInput> = {};
  if (spec.priority !== undefined) wire.priority = spec.priority;
  if (spec.delayMs !== undefined) wire.delayMs = spec.delayMs;
  if (spec.runAtMs !== undefined) wire.runAtMs = spec.runAtMs;
  if (spec.expiresAtMs !== undefined) wire.expiresAtMs = spec.expiresAtMs;
  if (spec.scheduleToStartTimeoutMs !== undefined) wire.scheduleToStartTimeoutMs = spec.scheduleToStartTimeoutMs;
  if (spec.retry !== undefined) wire.retry = retryToWire(spec.retry);
  if (spec.onFailure !== undefined) wire.onFailure = toWire(spec.onFailure);
  if (spec.limitKey !== undefined) wire.limitKey = spec.limitKey;
  return wire;
}

function retryToWire(retry: RetryPolicy): WireRetryPolicyInput {
  return {
    maxAttempts: retry.maxAttempts,
    backoff: backoffs.toWire[retry.backoff],
    initialMs: retry.initialMs,
    maxMs: retry.maxMs,
    jitterPercent: retry.jitterPercent,
    notRetriedExitCodes: [...retry.notRetriedExitCodes],
    notRetriedErrors: [...retry.notRetriedErrors],
  };
}
