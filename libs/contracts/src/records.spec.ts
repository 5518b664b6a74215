import fc from 'fast-check';
import type { JobEvent } from '@synod/jobs';
import {
  anyNode,
  anyRecord,
  anyReport,
  anySpec,
  anyToken,
  anyWorker,
  contractError,
  overTheWire,
  violatedFields,
} from './contracts.spec-support.js';
import {
  assignmentFromWire,
  assignmentToWire,
  attemptRefFromWire,
  attemptRefToWire,
  attemptReportFromWire,
  attemptReportsFromWire,
  attemptReportToWire,
  checkFenceFromWire,
  compareEventPositions,
  eventToWire,
  fencingTokenToString,
  fenceCheckToWire,
  heartbeatFromWire,
  heldFromHello,
  jobStates,
  jobToWire,
  nodeFromWire,
  nodeToWire,
  OUTPUT_TAIL_MAX_BYTES,
  registerNodeFromWire,
  setWorkerSchedulingFromWire,
  RESULT_MAX_BYTES,
  workerDescriptionFromHello,
  workerDescriptionToHello,
  workerToWire,
} from './index.js';

const REF = { jobId: 'j1', attempt: 2, fencingToken: { generation: 1, counter: 9 } };
const AT = { cursor: 'c', timeMs: 5 };

describe('journeys over the wire', () => {
  it('keep attempt reports', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const received = overTheWire('AttemptReport', attemptReportToWire(report));
        expect(attemptReportFromWire(received)).toStrictEqual(report);
      }),
    );
  });

  it('keep assignments', () => {
    fc.assert(
      fc.property(anySpec, anyToken, (spec, fencingToken) => {
        const assigned = { jobId: 'j', attempt: 3, fencingToken, spec };
        expect(assignmentFromWire(overTheWire('Assignment', assignmentToWire(assigned)))).toEqual(assigned);
      }),
    );
  });

  it('keep attempt references', () => {
    expect(attemptRefFromWire(overTheWire('AttemptRef', attemptRefToWire(REF)))).toEqual(REF);
  });

  it('keep what a worker says of itself', () => {
    fc.assert(
      fc.property(anyWorker, (worker) => {
        expect(workerDescriptionFromHello(overTheWire('Hello', workerDescriptionToHello(worker)))).toEqual(worker);
      }),
    );
  });

  it('keep nodes', () => {
    fc.assert(
      fc.property(anyNode, (node) => {
        expect(nodeFromWire(overTheWire('Node', nodeToWire(node)))).toEqual(node);
        const request = overTheWire('RegisterNodeRequest', { node: nodeToWire(node), ttlMs: node.ttlMs });
        expect(registerNodeFromWire(request)).toEqual(node);
      }),
    );
  });
});

describe('a job as its users see it', () => {
  it('has everything of the record, and unset what is not yet', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const job = overTheWire('Job', jobToWire(record));
        expect(jobStates.fromWire(job.state)).toBe(record.state);
        expect('finishedAtMs' in job).toBe(record.finishedAtMs !== undefined);
        expect(job.attempts.map((attempt) => attempt.fencingToken)).toEqual(
          record.attempts.map((attempt) => fencingTokenToString(attempt.fencingToken)),
        );
        for (const [index, attempt] of job.attempts.entries()) {
          const expected = record.attempts[index]?.end;
          expect(attempt.exitCode).toBe(expected?.exitCode);
          expect(attempt.stdoutTail.toString('base64')).toBe(expected?.stdoutTail ?? '');
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a report', () => {
  const report = (end: object) => () =>
    attemptReportFromWire(
      overTheWire('AttemptReport', { ...attemptRefToWire(REF), end: { outcome: 'ATTEMPT_STATE_FAILED', ...end } }),
    );

  it('is refused where it does not say how the attempt ended', () => {
    expect(violatedFields(report({ outcome: 'ATTEMPT_STATE_RUNNING' }))).toEqual(['report.end.outcome']);
    expect(violatedFields(report({ outcome: 'ATTEMPT_STATE_UNSPECIFIED' }))).toEqual(['report.end.outcome']);
  });

  it('is refused with too large a result, as half a result would be a wrong one', () => {
    expect(violatedFields(report({ result: Buffer.alloc(RESULT_MAX_BYTES + 1) }))).toEqual(['report.end.result']);
  });

  it('keeps the end of a long output and the start of a long message', () => {
    const stdoutTail = Buffer.concat([Buffer.alloc(100, 'a'), Buffer.alloc(OUTPUT_TAIL_MAX_BYTES, 'b')]);
    const end = report({ stdoutTail, message: 'm'.repeat(9_999) })().end;
    expect(Buffer.from(end?.stdoutTail ?? '', 'base64').equals(Buffer.alloc(OUTPUT_TAIL_MAX_BYTES, 'b'))).toBe(true);
    expect(end?.message).toHaveLength(2_000);
  });

  it('without attempt, job or token is refused', () => {
    const wire = overTheWire('AttemptReport', { fencingToken: 5 });
    expect(violatedFields(() => attemptReportsFromWire([wire]))).toEqual([
      'reports.reports[0].job_id',
      'reports.reports[0].attempt',
    ]);
  });
});

describe('workers and nodes', () => {
  it('a hello that says too little is refused field by field', () => {
    expect(violatedFields(() => workerDescriptionFromHello(overTheWire('Hello', { handlers: [''] })))).toEqual([
      'hello.handlers[0]',
      'hello.worker_id',
      'hello.incarnation',
      'hello.capacity',
    ]);
  });

  it('handlers come out sorted and once each', () => {
    const hello = overTheWire('Hello', { workerId: 'w', incarnation: 1, capacity: 1, handlers: ['b', 'a', 'b'] });
    expect(workerDescriptionFromHello(hello).handlers).toEqual(['a', 'b']);
  });

  it('what a worker holds is read from its hello', () => {
    expect(heldFromHello(overTheWire('Hello', { held: [attemptRefToWire(REF)] }))).toEqual([REF]);
    const bad = overTheWire('Hello', { held: [{ jobId: '', attempt: 1, fencingToken: 1 }] });
    expect(violatedFields(() => heldFromHello(bad))).toEqual(['hello.held[0].job_id']);
  });

  it('a worker that was never heard has no age', () => {
    const description = workerDescriptionFromHello(
      overTheWire('Hello', { workerId: 'w', incarnation: 1, capacity: 1 }),
    );
    const record = {
      ...description,
      state: 'lost' as const,
      coordinatorId: 'c1',
      registeredAtMs: 7,
      activeAttempts: 0,
      scheduling: 'draining' as const,
      evictAtMs: 9,
      schedulingReason: 'r',
    };
    const worker = overTheWire('Worker', workerToWire(record, undefined));
    expect(worker).toMatchObject({ workerId: 'w', state: 'WORKER_STATE_LOST', registeredAtMs: '7' });
    expect(worker).toMatchObject({ scheduling: 'WORKER_SCHEDULING_DRAINING', evictAtMs: '9', schedulingReason: 'r' });
    expect('heardAgoMs' in worker).toBe(false);
    expect(overTheWire('Worker', workerToWire(record, 12.6)).heardAgoMs).toBe('13');
  });

  it('a worker is scheduled as asked, with a deadline from now on', () => {
    const of = (changes: object) => {
      const request = { workerId: 'w', scheduling: 'WORKER_SCHEDULING_DRAINING' as const, ...changes };
      return () => setWorkerSchedulingFromWire(overTheWire('SetWorkerSchedulingRequest', request), 1_000);
    };
    const command = { type: 'setWorkerScheduling', workerId: 'w', incarnation: undefined };
    expect(of({ reason: 'r' })()).toEqual({ ...command, scheduling: 'draining', evictAtMs: undefined, reason: 'r' });
    expect(of({ evictAfterMs: 0 })()).toMatchObject({ evictAtMs: 1_000 });
    expect(of({ evictAfterMs: 500 })()).toMatchObject({ evictAtMs: 1_500 });
    expect(violatedFields(of({ evictAfterMs: 400 * 86_400_000 }))).toEqual(['evict_after_ms']);
    const cordoned = { scheduling: 'WORKER_SCHEDULING_CORDONED' };
    expect(violatedFields(of({ ...cordoned, evictAfterMs: 5 }))).toEqual(['evict_after_ms']);
    expect(violatedFields(of({ workerId: '', scheduling: 0 }))).toEqual(['worker_id', 'scheduling']);
  });

  it('a fencing token is checked by its number', () => {
    const request = overTheWire('CheckFenceRequest', { jobId: 'j1', fencingToken: '281474976710665' });
    expect(checkFenceFromWire(request)).toEqual({ jobId: 'j1', fencingToken: { generation: 1, counter: 9 } });
    expect(violatedFields(() => checkFenceFromWire({ ...request, jobId: '' }))).toEqual(['job_id']);
    const newestToken = { generation: 1, counter: 9 };
    const answer = fenceCheckToWire({ current: true, newestToken, jobState: 'running' });
    expect(overTheWire('CheckFenceResponse', answer)).toMatchObject({ current: true, newestToken: '281474976710665' });
    const none = fenceCheckToWire({ current: false, newestToken: undefined, jobState: 'ready' });
    expect(overTheWire('CheckFenceResponse', none)).toEqual({ current: false, jobState: 'JOB_STATE_READY' });
  });

  it('a coordinator without an address can not be registered', () => {
    const request = overTheWire('RegisterNodeRequest', {
      node: { nodeId: 'c1', kind: 'NODE_KIND_COORDINATOR' },
      ttlMs: 999,
    });
    expect(violatedFields(() => registerNodeFromWire({ ...request, ttlMs: 0 }))).toEqual(['node.address']);
    expect(violatedFields(() => registerNodeFromWire(request))).toEqual(['ttl_ms']);
    expect(violatedFields(() => registerNodeFromWire(overTheWire('RegisterNodeRequest', {})))).toEqual(['node']);
    expect(violatedFields(() => nodeFromWire(overTheWire('Node', { nodeId: 'x' })))).toEqual(['node.kind']);
  });

  it('a heartbeat has safe integers', () => {
    expect(heartbeatFromWire({ workerId: 'w', incarnation: '5', sequence: '6' })).toEqual({
      workerId: 'w',
      incarnation: 5,
      sequence: 6,
    });
    const load = { running: 3, loadPerProcessor: 0.5, freeMemoryBytes: 7 };
    const sent = { workerId: 'w', incarnation: 5, sequence: 6 };
    const heard = heartbeatFromWire(overTheWire('HeartbeatRequest', { ...sent, load }));
    expect(heard).toEqual({ ...sent, load });
    const senseless = { ...load, loadPerProcessor: Number.NaN };
    expect(heartbeatFromWire(overTheWire('HeartbeatRequest', { ...sent, load: senseless }))).toEqual(sent);
    const bad = { workerId: 'w', incarnation: '5', sequence: '9007199254740992' };
    expect(contractError(() => heartbeatFromWire(bad)).code).toBe('unsafeInteger');
  });
});

describe('events', () => {
  const end = {
    outcome: 'timedOut',
    exitCode: undefined,
    signal: '',
    message: 'm',
    result: '',
    stdoutTail: '',
    stderrTail: '',
  } as const;
  const attempt = { ...REF, workerId: 'w1' };
  it.each<[JobEvent, object]>([
    [{ type: 'jobSubmitted', jobId: 'j1' }, { jobId: 'j1' }],
    [
      { type: 'attemptAssigned', ...attempt, workerIncarnation: 1 },
      { attempt: 2, workerId: 'w1', fencingToken: '281474976710665' },
    ],
    [
      { type: 'attemptStarted', jobId: 'j1', attempt: 2, workerId: 'w1' },
      { attempt: 2, workerId: 'w1' },
    ],
    [
      { type: 'attemptFinished', ...attempt, end },
      { attemptState: 'ATTEMPT_STATE_TIMED_OUT', message: 'm' },
    ],
    [
      { type: 'jobRetried', jobId: 'j1', lostAttempts: 2, drainedAttempts: 1, failedAttempts: 0 },
      { jobId: 'j1', message: 'lost attempts: 2, drained: 1, failed: 0' },
    ],
    [
      { type: 'cancelRequested', jobId: 'j1', attempt: undefined, workerId: undefined, fencingToken: undefined },
      { attempt: 0 },
    ],
    [
      { type: 'cancelRequested', ...attempt },
      { attempt: 2, workerId: 'w1', fencingToken: '281474976710665' },
    ],
    [
      { type: 'jobWaits', jobId: 'j1', reason: 'backOff', untilMs: 77 },
      { jobState: 'JOB_STATE_WAITING', message: 'backOff, until 77' },
    ],
    [{ type: 'jobReady', jobId: 'j1' }, { jobState: 'JOB_STATE_READY' }],
    [{ type: 'jobReopened', jobId: 'j1' }, { jobState: 'JOB_STATE_READY' }],
    [
      { type: 'jobChanged', jobId: 'j1', priority: 3, queue: 'q' },
      { jobId: 'j1', message: 'priority 3, queue q' },
    ],
    [{ type: 'queueChanged', queue: 'q', revision: 4, paused: true }, { message: 'q: revision 4, paused' }],
    [{ type: 'jobFinished', jobId: 'j1', state: 'expired' }, { jobState: 'JOB_STATE_EXPIRED' }],
    [
      { type: 'reportRefused', jobId: 'j1', attempt: 2, workerId: 'w1' },
      { attempt: 2, workerId: 'w1' },
    ],
    [
      { type: 'workerChanged', workerId: 'w1', incarnation: 1, state: 'left' },
      { workerId: 'w1', message: 'left' },
    ],
    [
      { type: 'workerSchedulingChanged', workerId: 'w1', scheduling: 'draining', evictAtMs: 5, reason: 'kernel' },
      { workerId: 'w1', message: 'draining: kernel' },
    ],
    [
      { type: 'evictionRequested', ...attempt },
      { attempt: 2, workerId: 'w1', fencingToken: '281474976710665' },
    ],
  ])('are told to watchers: %j', (event, fields) => {
    const wire = eventToWire(event, AT);
    expect(overTheWire('Event', wire ?? {})).toMatchObject({ ...fields, type: event.type, cursor: 'c', timeMs: '5' });
  });

  it('of the node store are not told', () => {
    expect(eventToWire({ type: 'nodeChanged', nodeId: 'n', present: true }, AT)).toBeUndefined();
  });

  it('have an order', () => {
    const positions = [
      { slot: 2, index: 0 },
      { slot: 1, index: 5 },
      { slot: 1, index: 4 },
    ];
    expect(positions.sort(compareEventPositions).map(({ slot, index }) => `${slot}.${index}`)).toEqual([
      '1.4',
      '1.5',
      '2.0',
    ]);
  });
});
