import { encodeCommand, SUBMIT_MAX_BYTES, SUBMIT_MAX_JOBS } from './index.js';
import {
  cancelJobFromWire,
  cursorFromWire,
  cursorToWire,
  jobIdFromWire,
  jobLogsFromWire,
  listJobsFromWire,
  pageTokenToWire,
  submitJobFromWire,
  submitJobsFromWire,
  watchEventsFromWire,
} from './index.js';
import { contractError, overTheWire, violatedFields } from './contracts.spec-support.js';

const SPEC = { exec: { command: 'true' } };
const submit = (specs: object[], idempotencyKey = '') =>
  submitJobsFromWire(overTheWire('SubmitJobsRequest', { specs, idempotencyKey }));

describe('SubmitJob', () => {
  it('becomes a command of one spec', () => {
    const command = submitJobFromWire(overTheWire('SubmitJobRequest', { spec: SPEC, idempotencyKey: 'k' }));
    expect(command).toMatchObject({ type: 'submitJobs', idempotencyKey: 'k', specs: [{ queue: 'default' }] });
  });

  it('is refused without a spec, and with a key that is too long', () => {
    expect(violatedFields(() => submitJobFromWire(overTheWire('SubmitJobRequest', {})))).toEqual(['spec']);
    const request = overTheWire('SubmitJobRequest', { spec: SPEC, idempotencyKey: 'k'.repeat(257) });
    expect(violatedFields(() => submitJobFromWire(request))).toEqual(['idempotency_key']);
  });
});

describe('SubmitJobs', () => {
  it('names the spec that is wrong', () => {
    expect(violatedFields(() => submit([SPEC, {}, { exec: {} }]))).toEqual(['specs[1].task', 'specs[2].exec.command']);
  });

  it('takes 1 to 10,000 jobs', () => {
    expect(violatedFields(() => submit([]))).toEqual(['specs']);
    expect(violatedFields(() => submit(Array<object>(SUBMIT_MAX_JOBS + 1).fill(SPEC)))).toEqual(['specs']);
    expect(submit(Array<object>(SUBMIT_MAX_JOBS).fill(SPEC)).specs).toHaveLength(SUBMIT_MAX_JOBS);
  });

  it('takes what fits a log entry, and no more', () => {
    const large = { handler: { handler: 'h', payload: Buffer.alloc(200 * 1024) } };
    const accepted = submit(Array<object>(15).fill(large));
    const envelope = {
      groupId: 0,
      version: 1,
      stampMs: 0,
      principal: '',
      traceContext: '',
      origin: { nodeId: 'c1', incarnation: 1, sequence: 1, acknowledgedBelow: 1 },
      body: accepted,
    };
    expect(encodeCommand(envelope).length).toBeLessThanOrEqual(SUBMIT_MAX_BYTES);
    expect(violatedFields(() => submit(Array<object>(16).fill(large)))).toEqual(['specs']);
  });
});

describe('other requests', () => {
  it('CancelJob needs a job id, and keeps the reason', () => {
    expect(cancelJobFromWire({ jobId: 'j', reason: 'r', ifRevision: '0' })).toEqual({
      type: 'cancelJob',
      jobId: 'j',
      reason: 'r',
    });
    expect(violatedFields(() => cancelJobFromWire({ jobId: '', reason: 'r'.repeat(2_001), ifRevision: '0' }))).toEqual([
      'job_id',
      'reason',
    ]);
    expect(violatedFields(() => jobIdFromWire({ jobId: 'a b' }))).toEqual(['job_id']);
  });

  it('ListJobs has a page size by default, and refuses states that there are not', () => {
    const query = listJobsFromWire(overTheWire('ListJobsRequest', { states: ['JOB_STATE_READY'], pageToken: 'j9' }));
    expect(query).toEqual({ filter: { states: ['ready'], queue: '' }, limit: 100, beforeJobId: 'j9' });
    const labelled = listJobsFromWire(overTheWire('ListJobsRequest', { labels: { team: 'a', env: '' } }));
    expect(labelled.filter).toEqual({ states: [], queue: '', labels: { team: 'a', env: '' } });
    const bad = overTheWire('ListJobsRequest', {
      pageSize: 1_001,
      states: ['JOB_STATE_UNSPECIFIED', 'JOB_STATE_FAILED'],
    });
    expect(violatedFields(() => listJobsFromWire(bad))).toEqual(['page_size', 'states[0]']);
    expect([pageTokenToWire(undefined), pageTokenToWire('j')]).toEqual(['', 'j']);
  });

  it('WatchEvents goes on behind its cursor', () => {
    const cursor = cursorToWire({ slot: 2 ** 52, index: 7 });
    const query = watchEventsFromWire(
      overTheWire('WatchEventsRequest', { cursor, jobIds: ['a'], types: ['jobFinished'] }),
    );
    expect(query).toEqual({
      after: { slot: 2 ** 52, index: 7 },
      jobIds: new Set(['a']),
      types: new Set(['jobFinished']),
    });
    expect(watchEventsFromWire(overTheWire('WatchEventsRequest', {})).after).toBeUndefined();
  });

  it('GetJobLogs has positions', () => {
    const query = jobLogsFromWire(overTheWire('GetJobLogsRequest', { jobId: 'j', stdoutPosition: 5, follow: true }));
    expect(query).toEqual({ jobId: 'j', attempt: undefined, follow: true, stdoutPosition: 5, stderrPosition: 0 });
    const bad = overTheWire('GetJobLogsRequest', { jobId: 'j', stderrPosition: '9007199254740992' });
    expect(violatedFields(() => jobLogsFromWire(bad))).toEqual(['stderr_position']);
  });
});

describe('a cursor', () => {
  it.each([
    '',
    'x',
    'MS0x',
    Buffer.from('2-1-1').toString('base64url'),
    Buffer.from('1-01-1').toString('base64url'),
    'y'.repeat(999),
  ])('of another kind is refused: %#', (cursor) =>
    expect(contractError(() => cursorFromWire(cursor)).code).toBe('cursorInvalid'),
  );
});
