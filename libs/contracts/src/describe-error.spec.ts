import type { CommandRefusal } from '@synod/jobs';
import { CommandRefusedError, ContractError, describeError, RequestRefusedError } from './index.js';
import type { ContractFacts, RequestRefusal } from './index.js';

const refusals: [CommandRefusal, string][] = [
  [{ code: 'jobUnknown', jobId: 'j' }, 'NOT_FOUND JOB_UNKNOWN'],
  [{ code: 'incarnationOutdated', newest: 9 }, 'FAILED_PRECONDITION INCARNATION_OUTDATED'],
  [{ code: 'workerUnknown', workerId: 'w' }, 'NOT_FOUND WORKER_UNKNOWN'],
  [{ code: 'sessionEvicted' }, 'ABORTED SESSION_EVICTED'],
  [{ code: 'tooManyJobs', limit: 5 }, 'RESOURCE_EXHAUSTED TOO_MANY_JOBS'],
  [{ code: 'idempotencyKeyReused', idempotencyKey: 'k' }, 'ALREADY_EXISTS IDEMPOTENCY_KEY_REUSED'],
];
const requests: [RequestRefusal, string][] = [
  [{ code: 'overloaded', retryAfterMs: 250 }, 'RESOURCE_EXHAUSTED OVERLOADED'],
  [{ code: 'noLeader', retryAfterMs: 100 }, 'UNAVAILABLE NO_LEADER'],
  [{ code: 'notLeader', leaderId: '' }, 'FAILED_PRECONDITION NOT_LEADER'],
  [{ code: 'outcomeUnknown' }, 'UNAVAILABLE OUTCOME_UNKNOWN'],
  [{ code: 'shuttingDown' }, 'UNAVAILABLE SHUTTING_DOWN'],
  [{ code: 'deadlineExceeded' }, 'DEADLINE_EXCEEDED DEADLINE_EXCEEDED'],
  [{ code: 'jobUnknown', jobId: 'j' }, 'NOT_FOUND JOB_UNKNOWN'],
  [{ code: 'workerUnknown', workerId: 'w' }, 'NOT_FOUND WORKER_UNKNOWN'],
  [{ code: 'cursorOutdated', oldestCursor: 'c' }, 'OUT_OF_RANGE CURSOR_OUTDATED'],
  [{ code: 'logsUnavailable', jobId: 'j' }, 'NOT_FOUND LOGS_UNAVAILABLE'],
  [{ code: 'incarnationOutdated', newest: 9 }, 'FAILED_PRECONDITION INCARNATION_OUTDATED'],
  [{ code: 'wrongCluster', clusterId: 'c' }, 'FAILED_PRECONDITION WRONG_CLUSTER'],
];
const contracts: [ContractFacts, string | undefined][] = [
  [{ code: 'invalidRequest', violations: [{ field: 'f', description: 'd' }] }, 'INVALID_ARGUMENT INVALID_REQUEST'],
  [{ code: 'unsafeInteger', field: 'f', value: 'x' }, 'INVALID_ARGUMENT INTEGER_OUT_OF_RANGE'],
  [{ code: 'fencingTokenInvalid', value: 'x' }, 'INVALID_ARGUMENT FENCING_TOKEN_INVALID'],
  [{ code: 'cursorInvalid' }, 'INVALID_ARGUMENT CURSOR_INVALID'],
  [{ code: 'commandTooLarge', sizeBytes: 2, limitBytes: 1 }, 'INVALID_ARGUMENT REQUEST_TOO_LARGE'],
  [{ code: 'damagedMessage', part: 'body' }, 'INVALID_ARGUMENT MESSAGE_DAMAGED'],
  [{ code: 'unknownCommand', type: 't', version: 1 }, undefined],
  [{ code: 'damagedCommand' }, undefined],
  [{ code: 'unknownRecord', version: 2 }, undefined],
  [{ code: 'damagedRecord' }, undefined],
];

const named = (error: unknown) => {
  const description = describeError(error);
  return description === undefined ? undefined : `${description.status} ${description.reason}`;
};

describe('the table of errors', () => {
  it.each(refusals)('tells a refused command: %j', (refusal, expected) => {
    expect(named(new CommandRefusedError(refusal))).toBe(expected);
  });

  it.each(requests)('tells a refused request: %j', (refusal, expected) => {
    expect(named(new RequestRefusedError(refusal))).toBe(expected);
  });

  it.each(contracts)('tells what breaks the contract, and keeps to itself what is no answer: %j', (facts, expected) => {
    expect(named(new ContractError(facts, 'm'))).toBe(expected);
  });

  it('knows no other errors', () => {
    for (const error of [new Error('x'), 'x', undefined, { code: 'overloaded' }])
      expect(describeError(error)).toBeUndefined();
  });

  it('gives the facts that a client acts on', () => {
    expect(describeError(new RequestRefusedError({ code: 'overloaded', retryAfterMs: 250 }))?.retryAfterMs).toBe(250);
    expect(describeError(new RequestRefusedError({ code: 'notLeader', leaderId: 'c2' }))?.metadata).toEqual({
      leaderId: 'c2',
    });
    expect(describeError(new RequestRefusedError({ code: 'cursorOutdated', oldestCursor: 'c' }))?.metadata).toEqual({
      oldestCursor: 'c',
    });
    const violations = [{ field: 'f', description: 'd' }];
    expect(describeError(new ContractError({ code: 'invalidRequest', violations }, 'm'))?.violations).toEqual(
      violations,
    );
  });
});
