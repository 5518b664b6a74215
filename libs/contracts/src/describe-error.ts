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

function keyReused(idempotencyKey: string): StatusDescription {
  const message = `The idempotency key ${idempotencyKey} was used for another request: choose a new key for a new request.`;
  return status('ALREADY_EXISTS', 'IDEMPOTENCY_KEY_REUSED', message, { metadata: { idempotencyKey } });
}

function describeRefusal(refusal: CommandRefusal): StatusDescription {
  switch (refusal.code) {
    case 'jobUnknown':
      return jobUnknown(refusal.jobId);
    case 'workerUnknown':
      return workerUnknown(refusal.workerId);
    case 'incarnationOutdated':
      return incarnationOutdated(refusal.newest);
    case 'scheduleUnknown':
      return status(
        'NOT_FOUND',
        'SCHEDULE_UNKNOWN',
        `There is no schedule ${refusal.scheduleId}; \`synod schedule list\` shows them.`,
        { metadata: { scheduleId: refusal.scheduleId } },
      );
    case 'tooManySchedules':
      return tooMany(
        'TOO_MANY_SCHEDULES',
        refusal.limit,
        `The cluster has ${refusal.limit} schedules, its limit: delete some that are no longer needed.`,
      );
    case 'sessionEvicted':
      return status(
        'ABORTED',
        'SESSION_EVICTED',
        'The coordinator lost its place in the log: whether an earlier try took effect is unknown. Look at the state, or repeat with an idempotency key.',
      );
    case 'tooManyJobs':
      return tooMany(
        'TOO_MANY_JOBS',
        refusal.limit,
        `The cluster holds ${refusal.limit} active jobs, its limit: try again later.`,
        TOO_MANY_JOBS_RETRY_MS,
      );
    case 'idempotencyKeyReused':
      return keyReused(refusal.idempotencyKey);
    case 'revisionMismatch':
      return status(
        'ABORTED',
        'REVISION_MISMATCH',
        `It was changed meanwhile, its revision is ${refusal.revision}: look at it again, then decide.`,
        { metadata: { revision: String(refusal.revision) } },
      );
    case 'jobStateUnfit':
      return status(
        'FAILED_PRECONDITION',
        'JOB_STATE_UNFIT',
        `Job ${refusal.jobId} is ${refusal.state}: only a job that has ended or waits can be retried, and only one that no worker has can be changed.`,
        { metadata: { jobId: refusal.jobId, state: refusal.state } },
      );
    case 'tooManyQueues':
      return tooMany(
        'TOO_MANY_QUEUES',
        refusal.limit,
        `Settings of ${refusal.limit} queues are kept, and no more: reset one that is no longer needed.`,
      );
    case 'featureLevelTooLow':
      return status(
        'FAILED_PRECONDITION',
        'FEATURE_LEVEL_TOO_LOW',
        `This needs feature level ${refusal.needed}, and the cluster is at ${refusal.level}: update all members; the level rises by itself seconds later.`,
        { metadata: { needed: String(refusal.needed), level: String(refusal.level) } },
      );
    default:
      return unreachable(refusal);
  }
}

function tooMany(reason: string, limit: number, text: string, retryAfterMs?: number): StatusDescription {
  return status('RESOURCE_EXHAUSTED', reason, text, {
    metadata: { limit: String(limit) },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function describeRequestRefusal(refusal: RequestRefusal): StatusDescription {
  switch (refusal.code) {
    case 'jobUnknown':
      return jobUnknown(refusal.jobId);
    case 'workerUnknown':
      return workerUnknown(refusal.workerId);
    case 'incarnationOutdated':
      return incarnationOutdated(refusal.newest);
    case 'queueUnknown':
      return status(
        'NOT_FOUND',
        'QUEUE_UNKNOWN',
        `Queue ${refusal.queue} has no jobs, and nothing is set of it: look for its name with "synod queue list".`,
        { metadata: { queue: refusal.queue } },
      );
    case 'jobRetired':
      return status(
        'FAILED_PRECONDITION',
        'JOB_RETIRED',
        `Job ${refusal.jobId} ended too long ago to be changed, only its record is left: submit it again.`,
        { metadata: { jobId: refusal.jobId } },
      );
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
  {
    code:
      | 'jobUnknown'
      | 'workerUnknown'
      | 'queueUnknown'
      | 'jobRetired'
      | 'incarnationOutdated'
      | 'cursorOutdated'
      | 'logsUnavailable';
  }
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
      return noLeader(refusal.retryAfterMs, refusal.unfit ?? {});
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
      return describeMembership(refusal);
  }
}

type MembershipRefusal = Extract<
  RequestRefusal,
  { code: 'storageIdRefused' | 'snapshotUnavailable' | 'transferRefused' | 'transferTimedOut' }
>;

/** What concerns coordinators among themselves. */
function describeMembership(refusal: MembershipRefusal): StatusDescription {
  switch (refusal.code) {
    case 'storageIdRefused':
      return status(
        'FAILED_PRECONDITION',
        'STORAGE_ID_REFUSED',
        `Coordinator ${refusal.nodeId} is known with other data than this: give back its own data directory. If that is lost, start it under a new id, as a new member.`,
        { metadata: { nodeId: refusal.nodeId } },
      );
    case 'snapshotUnavailable':
      return status(
        'NOT_FOUND',
        'SNAPSHOT_UNAVAILABLE',
        `This coordinator has no snapshot above slot ${refusal.aboveSlot}: ask another one.`,
        { metadata: { aboveSlot: String(refusal.aboveSlot) } },
      );
    case 'transferRefused':
      return transferRefused(refusal);
    case 'transferTimedOut':
      return status(
        'ABORTED',
        'TRANSFER_TIMED_OUT',
        `Coordinator ${refusal.targetId} did not take over in time, and the leader goes on: see \`synod cluster status\`, then try again.`,
        { metadata: { targetId: refusal.targetId } },
      );
    default:
      return unreachable(refusal);
  }
}

function transferRefused({
  because,
  targetId,
  why,
}: Extract<RequestRefusal, { code: 'transferRefused' }>): StatusDescription {
  const texts: Readonly<Record<typeof because, string>> = {
    unknownTarget: `There is no coordinator ${targetId} with a vote: \`synod cluster status\` lists them.`,
    unfitTarget: `Coordinator ${targetId} can't lead now${why === '' ? '' : ` (${unfitText(why)})`}: mend that, or choose another one.`,
    busy: 'Another transfer of leadership is under way: wait for its end.',
  };
  const metadata = { because, targetId, ...(why === '' ? {} : { why }) };
  return status('FAILED_PRECONDITION', 'TRANSFER_REFUSED', texts[because], { metadata });
}

function noLeader(retryAfterMs: number, unfit: Readonly<Record<string, string>>): StatusDescription {
  const members = Object.keys(unfit).sort();
  const reasons = members.map((id) => `${id}: ${unfitText(unfit[id] as string)}`).join('; ');
  const because = reasons === '' ? '' : ` (${reasons})`;
  return status(
    'UNAVAILABLE',
    'NO_LEADER',
    `No coordinator leads at the moment${because}: try again, and see \`synod cluster status\`.`,
    // Member ids are no names of ours: one fact holds them all.
    { retryAfterMs, metadata: reasons === '' ? {} : { unfit: members.map((id) => `${id}=${unfit[id]}`).join(',') } },
  );
}

/** What is wrong with a coordinator that isn't fit to lead, and what to do. Words that are not ours are passed on. */
const UNFIT_TEXTS: Readonly<Record<string, string>> = {
  disk: 'its disk is too slow or fails, look at the disk',
  diskFull: 'its disk is full, free some space',
  eventLoop: 'its process gets too little CPU time, lighten the load of that host',
  clock: 'its clock is off, mend the time synchronisation of that host',
};

function unfitText(reason: string): string {
  return Object.hasOwn(UNFIT_TEXTS, reason) ? (UNFIT_TEXTS[reason] as string) : reason;
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
