import { unreachable } from '@synod/base';
import type { CommandRefusal } from '@synod/jobs';
import type { StatusDescription, StatusName } from '@synod/wire';
import { CommandRefusedError, ContractError, RequestRefusedError } from './errors.js';
import type { ContractFacts, RequestRefusal } from './errors.js';

/** How long a client should wait when the number of active jobs is at its limit, in milliseconds. */
const TOO_MANY_JOBS_RETRY_MS = 1_000;

/**
 * The one table from errors to statuses: what a caller is told, over gRPC and HTTP alike. Undefined for errors that are no
 * answer to a caller; they are INTERNAL, and logged.
 */
export function describeError(error: unknown): StatusDescription | undefined {
  if (error instanceof ContractError) return describeContract(error.facts, error.message);
  if (error instanceof CommandRefusedError) return describeRefusal(error.facts);
  if (error instanceof RequestRefusedError) return describeRequestRefusal(error.facts);
  return undefined;
}

interface Extras {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: StatusDescription['violations'];
  readonly retryAfterMs?: number;
}

function status(name: StatusName, reason: string, message: string, extras: Extras = {}): StatusDescription {
  const { metadata = {}, violations = [], retryAfterMs } = extras;
  return { status: name, reason, message, metadata, violations, retryAfterMs };
}

function describeContract(facts: ContractFacts, message: string): StatusDescription | undefined {
  switch (facts.code) {
    case 'invalidRequest':
      return status('INVALID_ARGUMENT', 'INVALID_REQUEST', message, { violations: facts.violations });
    case 'unsafeInteger':
      return status('INVALID_ARGUMENT', 'INTEGER_OUT_OF_RANGE', message, {
        violations: [{ field: facts.field, description: 'is beyond 2^53 - 1, or no integer' }],
      });
    case 'fencingTokenInvalid':
      return status('INVALID_ARGUMENT', 'FENCING_TOKEN_INVALID', message, {
        violations: [{ field: 'fencing_token', description: 'is not a fencing token' }],
      });
    case 'cursorInvalid':
      return status('INVALID_ARGUMENT', 'CURSOR_INVALID', message, {
        violations: [{ field: 'cursor', description: 'is not a cursor of WatchEvents' }],
      });
    case 'commandTooLarge':
      return status('INVALID_ARGUMENT', 'REQUEST_TOO_LARGE', message, {
        metadata: { sizeBytes: String(facts.sizeBytes), limitBytes: String(facts.limitBytes) },
      });
    case 'damagedMessage':
      return status('INVALID_ARGUMENT', 'MESSAGE_DAMAGED', message, { metadata: { part: facts.part } });
    case 'unknownCommand':
    case 'damagedCommand':
    case 'unknownRecord':
    case 'damagedRecord':
      return undefined;
    default:
      return unreachable(facts);
  }
}

function describeRefusal(refusal: CommandRefusal): StatusDescription {
  switch (refusal.code) {
    case 'jobUnknown':
      return jobUnknown(refusal.jobId);
    case 'workerUnknown':
      return workerUnknown(refusal.workerId);
    case 'incarnationOutdated':
      return incarnationOutdated(refusal.newest);
    case 'sessionEvicted':
      return status(
        'ABORTED',
        'SESSION_EVICTED',
        'The coordinator lost its place in the log: whether an earlier try took effect is unknown. Look at the state, or repeat with an idempotency key.',
      );
    case 'tooManyJobs':
      return status(
        'RESOURCE_EXHAUSTED',
        'TOO_MANY_JOBS',
        `The cluster holds ${refusal.limit} active jobs, its limit: try again later.`,
        {
          metadata: { limit: String(refusal.limit) },
          retryAfterMs: TOO_MANY_JOBS_RETRY_MS,
        },
      );
    case 'idempotencyKeyReused':
      return status(
        'ALREADY_EXISTS',
        'IDEMPOTENCY_KEY_REUSED',
        'This idempotency key was used for another request: choose a new key for a new request.',
        { metadata: { idempotencyKey: refusal.idempotencyKey } },
      );
    default:
      return unreachable(refusal);
  }
}

function describeRequestRefusal(refusal: RequestRefusal): StatusDescription {
  switch (refusal.code) {
    case 'jobUnknown':
      return jobUnknown(refusal.jobId);
    case 'workerUnknown':
      return workerUnknown(refusal.workerId);
    case 'incarnationOutdated':
      return incarnationOutdated(refusal.newest);
    case 'cursorOutdated':
      return status(
        'OUT_OF_RANGE',
        'CURSOR_OUTDATED',
        'Events behind this cursor are no longer kept: go on from oldestCursor.',
        { metadata: { oldestCursor: refusal.oldestCursor } },
      );
    case 'logsUnavailable':
      return status(
        'NOT_FOUND',
        'LOGS_UNAVAILABLE',
        `No output of job ${refusal.jobId} is left, and its worker can't be reached.`,
        { metadata: { jobId: refusal.jobId } },
      );
    default:
      return describeUnready(refusal);
  }
}

type Unready = Exclude<
  RequestRefusal,
  { code: 'jobUnknown' | 'workerUnknown' | 'incarnationOutdated' | 'cursorOutdated' | 'logsUnavailable' }
>;

/** The coordinator or the cluster, not the request, is why there is no answer. */
function describeUnready(refusal: Unready): StatusDescription {
  switch (refusal.code) {
    case 'overloaded':
      return status(
        'RESOURCE_EXHAUSTED',
        'OVERLOADED',
        'The cluster has more work than it can take now: try again later.',
        {
          retryAfterMs: refusal.retryAfterMs,
        },
      );
    case 'noLeader':
      return status(
        'UNAVAILABLE',
        'NO_LEADER',
        'No coordinator leads at the moment: try again, and see `synod cluster status`.',
        {
          retryAfterMs: refusal.retryAfterMs,
        },
      );
    case 'notLeader':
      return status('FAILED_PRECONDITION', 'NOT_LEADER', 'This coordinator does not lead: ask the leader.', {
        metadata: refusal.leaderId === '' ? {} : { leaderId: refusal.leaderId },
      });
    case 'outcomeUnknown':
      return status(
        'UNAVAILABLE',
        'OUTCOME_UNKNOWN',
        'The leader changed meanwhile: it may have been done. Repeat it unchanged.',
      );
    case 'shuttingDown':
      return status('UNAVAILABLE', 'SHUTTING_DOWN', 'This coordinator is stopping: ask another one.');
    case 'deadlineExceeded':
      return status(
        'DEADLINE_EXCEEDED',
        'DEADLINE_EXCEEDED',
        'It took longer than the deadline: it may still be done.',
      );
    case 'wrongCluster':
      return status(
        'FAILED_PRECONDITION',
        'WRONG_CLUSTER',
        `This is cluster ${refusal.clusterId}: check the addresses.`,
        {
          metadata: { clusterId: refusal.clusterId },
        },
      );
    default:
      return unreachable(refusal);
  }
}

function jobUnknown(jobId: string): StatusDescription {
  return status(
    'NOT_FOUND',
    'JOB_UNKNOWN',
    `There is no job ${jobId}: it never was, or its record is no longer kept.`,
    {
      metadata: { jobId },
    },
  );
}

function workerUnknown(workerId: string): StatusDescription {
  return status('NOT_FOUND', 'WORKER_UNKNOWN', `There is no worker ${workerId}; \`synod workers\` lists them.`, {
    metadata: { workerId },
  });
}

function incarnationOutdated(newest: number): StatusDescription {
  return status(
    'FAILED_PRECONDITION',
    'INCARNATION_OUTDATED',
    'A newer process with the same id has registered: this one must stop. Give each process an id of its own.',
    { metadata: { newest: String(newest) } },
  );
}
