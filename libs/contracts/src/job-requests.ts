import type { CancelJob, ChangeJob, JobFilter, JobSpec, JobState, RetryJob, SubmitJobs } from '@synod/jobs';
import type {
  WireCancelJobRequest,
  WireChangeJobRequest,
  WireGetJobLogsRequest,
  WireJobSpec,
  WireListJobsRequest,
  WireRetryJobRequest,
  WireSubmitJobRequest,
  WireSubmitJobsRequest,
  WireWatchEventsRequest,
} from '@synod/wire';
import { jobStates } from './enums.js';
import { cursorFromWire } from './cursor.js';
import type { EventPosition } from './cursor.js';
import { CLUSTER_DEFAULTS, readJobSpec, specBytes, specBytesBound } from './job-spec.js';
import type { SpecDefaults } from './job-spec.js';
import {
  KEY_LIFETIME_MAX_MS,
  KEY_LIFETIME_MIN_MS,
  PAGE_DEFAULT_JOBS,
  PAGE_MAX_JOBS,
  PRIORITY_MAX,
  SUBMIT_MAX_BYTES,
  SUBMIT_MAX_JOBS,
  WATCH_MAX_JOBS,
  WATCH_MAX_TYPES,
} from './limits.js';
import { IDEMPOTENCY_KEY_RULE, JOB_ID_RULE, QUEUE_RULE, readLabels, REASON_RULE } from './rules.js';
import { Violations } from './violations.js';

// Requests of JobService as commands and queries, validated. Each function throws `invalidRequest` with all violations.

export function submitJobFromWire(
  request: WireSubmitJobRequest,
  defaults: SpecDefaults = CLUSTER_DEFAULTS,
): SubmitJobs {
  const violations = new Violations();
  const specs =
    request.spec === null || request.spec === undefined
      ? []
      : [readJobSpec(request.spec, 'spec', violations, defaults)];
  if (specs.length === 0) violations.add('', 'spec', 'is missing: say what to run');
  const key = readKey(request, violations);
  violations.throwIfAny();
  return { type: 'submitJobs', specs, ...key };
}

/** Also for one message of SubmitStream. */
export function submitJobsFromWire(
  request: Pick<WireSubmitJobsRequest, 'specs' | 'idempotencyKey'> & {
    readonly idempotencyKeyLifetimeMs?: string;
  },
  defaults: SpecDefaults = CLUSTER_DEFAULTS,
): SubmitJobs {
  const violations = new Violations();
  const wireSpecs = request.specs ?? [];
  if (wireSpecs.length === 0) violations.add('', 'specs', 'is empty: give at least one');
  if (wireSpecs.length > SUBMIT_MAX_JOBS) {
    violations.add(
      '',
      'specs',
      `has ${wireSpecs.length} jobs; at most ${SUBMIT_MAX_JOBS} are allowed: submit them in parts`,
    );
    violations.throwIfAny();
  }
  const specs: JobSpec[] = new Array<JobSpec>(wireSpecs.length);
  let bound = 0;
  for (let index = 0; index < wireSpecs.length; index += 1) {
    const spec = readJobSpec(wireSpecs[index] as WireJobSpec, `specs[${index}]`, violations, defaults);
    specs[index] = spec;
    bound += specBytesBound(spec);
  }
  if (!violations.any && bound > SUBMIT_MAX_BYTES) checkSize(specs, violations);
  const key = readKey(request, violations);
  violations.throwIfAny();
  return { type: 'submitJobs', specs, ...key };
}

function readKey(
  request: { readonly idempotencyKey: string; readonly idempotencyKeyLifetimeMs?: string },
  violations: Violations,
): Pick<SubmitJobs, 'idempotencyKey' | 'idempotencyKeyLifetimeMs'> {
  const idempotencyKey = violations.text('', 'idempotency_key', request.idempotencyKey, IDEMPOTENCY_KEY_RULE);
  const field = 'idempotency_key_lifetime_ms';
  const lifetimeMs = violations.unsigned('', field, request.idempotencyKeyLifetimeMs);
  if (lifetimeMs === 0) return { idempotencyKey };
  if (lifetimeMs < KEY_LIFETIME_MIN_MS || lifetimeMs > KEY_LIFETIME_MAX_MS) {
    violations.add('', field, `must be from ${KEY_LIFETIME_MIN_MS} to ${KEY_LIFETIME_MAX_MS} ms, not ${lifetimeMs}`);
  }
  if (idempotencyKey === '') violations.add('', field, 'is given without idempotency_key: give the key, too');
  return { idempotencyKey, idempotencyKeyLifetimeMs: lifetimeMs };
}

function checkSize(specs: readonly JobSpec[], violations: Violations): void {
  const sizeBytes = specs.reduce((sum, spec) => sum + specBytes(spec) + 1, 0);
  if (sizeBytes <= SUBMIT_MAX_BYTES) return;
  violations.add(
    '',
    'specs',
    `take ${sizeBytes} bytes as stored; at most ${SUBMIT_MAX_BYTES} are allowed: submit them in parts`,
  );
}

export function cancelJobFromWire(request: WireCancelJobRequest): CancelJob {
  const violations = new Violations();
  const jobId = violations.text('', 'job_id', request.jobId, JOB_ID_RULE);
  const reason = violations.text('', 'reason', request.reason, REASON_RULE);
  const ifRevision = readRevision(request.ifRevision, violations);
  violations.throwIfAny();
  return { type: 'cancelJob', jobId, reason, ...(ifRevision === undefined ? {} : { ifRevision }) };
}

export function retryJobFromWire(request: WireRetryJobRequest): RetryJob {
  const violations = new Violations();
  const jobId = violations.text('', 'job_id', request.jobId, JOB_ID_RULE);
  const ifRevision = readRevision(request.ifRevision, violations);
  violations.throwIfAny();
  return { type: 'retryJob', jobId, ifRevision };
}

export function changeJobFromWire(request: WireChangeJobRequest): ChangeJob {
  const violations = new Violations();
  const jobId = violations.text('', 'job_id', request.jobId, JOB_ID_RULE);
  const ifRevision = readRevision(request.ifRevision, violations);
  const range = { min: -PRIORITY_MAX, max: PRIORITY_MAX };
  const priority =
    request.priority === undefined ? undefined : violations.integer('', 'priority', request.priority, range);
  const queue = violations.text('', 'queue', request.queue, QUEUE_RULE);
  if (priority === undefined && queue === '') violations.add('', 'priority', 'is missing: give it, or queue, or both');
  violations.throwIfAny();
  return { type: 'changeJob', jobId, ifRevision, priority, queue: queue === '' ? undefined : queue };
}

/** Jobs have revisions from 1: 0 means any. */
function readRevision(value: unknown, violations: Violations): number | undefined {
  const revision = violations.unsigned('', 'if_revision', value);
  return revision === 0 ? undefined : revision;
}

/** The id of a request that names one job. */
export function jobIdFromWire(request: { readonly jobId: string }): string {
  const violations = new Violations();
  const jobId = violations.text('', 'job_id', request.jobId, JOB_ID_RULE);
  violations.throwIfAny();
  return jobId;
}

export interface ListJobsQuery {
  readonly filter: JobFilter;
  readonly limit: number;
  /** Jobs below this id, newest first; undefined: from the newest. */
  readonly beforeJobId: string | undefined;
}

export function listJobsFromWire(request: WireListJobsRequest): ListJobsQuery {
  const violations = new Violations();
  const limit = violations.integer('', 'page_size', request.pageSize, {
    min: 1,
    max: PAGE_MAX_JOBS,
    fallback: PAGE_DEFAULT_JOBS,
  });
  const states: JobState[] = [];
  for (const [index, wireState] of request.states.entries()) {
    const state = jobStates.fromWire(wireState);
    if (state === undefined) violations.add('', `states[${index}]`, `is not a state of jobs: ${wireState}`);
    else states.push(state);
  }
  const before = violations.text('', 'page_token', request.pageToken, { ...JOB_ID_RULE, required: false });
  // Any name can be asked for: a queue that never had a job has none to list.
  const queue = violations.text('', 'queue', request.queue, { maxCharacters: 1_000 });
  const labels = readLabels(violations, '', 'labels', request.labels);
  violations.throwIfAny();
  const filter = { states, queue, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
  return { filter, limit, beforeJobId: before === '' ? undefined : before };
}

/** The page token behind which a listing goes on: empty at the end. */
export function pageTokenToWire(lastJobId: string | undefined): string {
  return lastJobId ?? '';
}

export interface WatchEventsQuery {
  /** Events behind this position; undefined: from now. */
  readonly after: EventPosition | undefined;
  /** Empty: all. */
  readonly jobIds: ReadonlySet<string>;
  /** Empty: all. */
  readonly types: ReadonlySet<string>;
}

export function watchEventsFromWire(request: WireWatchEventsRequest): WatchEventsQuery {
  const violations = new Violations();
  const jobIds = violations.list('', 'job_ids', request.jobIds, WATCH_MAX_JOBS);
  jobIds.forEach((jobId, index) => violations.text('', `job_ids[${index}]`, jobId, JOB_ID_RULE));
  const types = violations.list('', 'types', request.types, WATCH_MAX_TYPES);
  types.forEach((type, index) => violations.text('', `types[${index}]`, type, { maxCharacters: 100, required: true }));
  violations.throwIfAny();
  return {
    after: request.cursor === '' ? undefined : cursorFromWire(request.cursor),
    jobIds: new Set(jobIds as readonly string[]),
    types: new Set(types as readonly string[]),
  };
}

export interface JobLogsQuery {
  readonly jobId: string;
  /** Undefined: the last attempt or, when following, all from the current one on. */
  readonly attempt: number | undefined;
  readonly follow: boolean;
  readonly stdoutPosition: number;
  readonly stderrPosition: number;
}

export function jobLogsFromWire(request: WireGetJobLogsRequest): JobLogsQuery {
  const violations = new Violations();
  const jobId = violations.text('', 'job_id', request.jobId, JOB_ID_RULE);
  const attempt = violations.integer('', 'attempt', request.attempt, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const follow = violations.flag('', 'follow', request.follow);
  const stdoutPosition = violations.unsigned('', 'stdout_position', request.stdoutPosition);
  const stderrPosition = violations.unsigned('', 'stderr_position', request.stderrPosition);
  violations.throwIfAny();
  return { jobId, attempt: attempt === 0 ? undefined : attempt, follow, stdoutPosition, stderrPosition };
}
