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
  [{ code: 'featureLevelTooLow', needed: 2, level: 1 }, 'FAILED_PRECONDITION FEATURE_LEVEL_TOO_LOW'],
];
const requests: [RequestRefusal, string][] = [
  [{ code: 'overloaded', retryAfterMs: 250 }, 'RESOURCE_EXHAUSTED OVERLOADED'],
  [{ code: 'noLeader', retryAfterMs: 100 }, 'UNAVAILABLE NO_LEADER'],
  [{ code: 'noLeader', retryAfterMs: 100, unfit: { c1: 'diskFull' } }, 'UNAVAILABLE NO_LEADER'],
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
  [{ code: 'storageIdRefused', nodeId: 'c2' }, 'FAILED_PRECONDITION STORAGE_ID_REFUSED'],
  [{ code: 'snapshotUnavailable', aboveSlot: 7 }, 'NOT_FOUND SNAPSHOT_UNAVAILABLE'],
  [{ code: 'transferRefused', because: 'busy', targetId: 'c2', why: '' }, 'FAILED_PRECONDITION TRANSFER_REFUSED'],
  [{ code: 'transferTimedOut', targetId: 'c2' }, 'ABORTED TRANSFER_TIMED_OUT'],
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
    expect(describeError(new RequestRefusedError({ code: 'storageIdRefused', nodeId: 'c2' }))?.metadata).toEqual({
      nodeId: 'c2',
    });
    const violations = [{ field: 'f', description: 'd' }];
    expect(describeError(new ContractError({ code: 'invalidRequest', violations }, 'm'))?.violations).toEqual(
      violations,
    );
  });

  it('tells without a leader what the members say is wrong with them, and what to do about it', () => {
    const unfit = { c3: 'clock', c1: 'diskFull', c2: 'constructor' };
    const described = describeError(new RequestRefusedError({ code: 'noLeader', retryAfterMs: 100, unfit }));
    expect(described?.metadata).toEqual({ unfit: 'c1=diskFull,c2=constructor,c3=clock' });
    expect(described?.message).toMatch(/c1: its disk is full, free some space; c2: constructor; c3: its clock is off/);
    expect(described?.retryAfterMs).toBe(100);
    const silent = describeError(new RequestRefusedError({ code: 'noLeader', retryAfterMs: 100 }));
    expect(silent?.metadata).toEqual({});
  });

  it.each([
    ['unknownTarget', '', /no coordinator c2 with a vote: .*lists them/],
    ['unfitTarget', 'diskFull', /c2 can't lead now \(its disk is full, free some space\): mend that, or choose/],
    ['unfitTarget', '', /c2 can't lead now: mend that, or choose/],
    ['busy', '', /wait for its end/],
  ] as const)('tells why a transfer is refused, and what to do next: %s %s', (because, why, text) => {
    const facts = { code: 'transferRefused', because, targetId: 'c2', why } as const;
    const described = describeError(new RequestRefusedError(facts));
    expect(described?.message).toMatch(text);
    expect(described?.metadata).toEqual({ because, targetId: 'c2', ...(why === '' ? {} : { why }) });
  });
});
