import { aWorker, anEnd, Driver, reported, START_MS } from './machine.spec-support.js';
import type { AttemptOutcome, JobSpec, JobState } from './job.js';

function running(changes: Partial<JobSpec> = {}) {
  const driver = new Driver();
  driver.open(aWorker('w1'));
  const jobId = driver.submitOne(changes);
  const ref = driver.assign(jobId, 'w1');
  return { driver, jobId, ref };
}

describe('reportAttempts', () => {
  it('starts the attempt at the time that its worker saw', () => {
    const { driver, jobId, ref } = running();
    const events = driver.eventsOf(() => driver.report('w1', ref, { startedAtMs: START_MS + 7 }));
    expect(events).toEqual([{ type: 'attemptStarted', jobId, attempt: 1, workerId: 'w1' }]);
    expect(driver.job(jobId)).toMatchObject({
      state: 'running',
      attempts: [{ state: 'running', startedAtMs: START_MS + 7 }],
    });
    expect(driver.report('w1', ref, { startedAtMs: START_MS + 7 })).toEqual(reported('duplicate'));
  });

  it.each<[AttemptOutcome, JobState]>([
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['timedOut', 'failed'],
    ['cancelled', 'failed'],
  ])('ends the job of an attempt that %s as %s', (outcome, state) => {
    const { driver, jobId, ref } = running();
    driver.start('w1', ref);
    const end = anEnd(outcome, { result: 'cg==', stderrTail: 'ZQ==' });
    const events = driver.eventsOf(() => driver.finish('w1', ref, end));
    expect(events).toEqual([
      { type: 'attemptFinished', ...ref, workerId: 'w1', end },
      { type: 'jobFinished', jobId, state },
    ]);
    expect(driver.job(jobId)).toMatchObject({ state, finishedAtMs: START_MS, attempts: [{ state: outcome, end }] });
    expect(driver.machine.worker('w1')?.activeAttempts).toBe(0);
  });

  it('takes start and end in one report', () => {
    const { driver, ref } = running();
    const events = driver.eventsOf(() => driver.finish('w1', ref));
    expect(events.map((event) => event.type)).toEqual(['attemptStarted', 'attemptFinished', 'jobFinished']);
  });

  it('takes the end of an attempt that never started', () => {
    const { driver, jobId, ref } = running();
    const end = anEnd('failed', { exitCode: undefined, message: 'no such command' });
    const events = driver.eventsOf(() => driver.report('w1', ref, { end }));
    expect(events.map((event) => event.type)).toEqual(['attemptFinished', 'jobFinished']);
    expect(driver.job(jobId).attempts[0]).toMatchObject({ startedAtMs: undefined, finishedAtMs: START_MS });
  });

  it('runs the job again when the worker says that the attempt is lost', () => {
    const { driver, jobId, ref } = running();
    const lost = anEnd('lost', { message: 'the guard ended it' });
    const events = driver.eventsOf(() => driver.finish('w1', ref, lost));
    expect(events.map((event) => event.type)).toEqual(['attemptStarted', 'attemptFinished', 'jobRetried']);
    expect(driver.job(jobId)).toMatchObject({ state: 'ready', lostAttempts: 1 });
    expect(driver.finish('w1', ref, lost)).toEqual(reported('duplicate'));
  });

  it('knows a repeated report, also after the job has gone on', () => {
    const { driver, jobId, ref } = running();
    const lost = anEnd('lost');
    driver.finish('w1', ref, lost);
    const second = driver.assign(jobId, 'w1');
    expect(driver.finish('w1', ref, lost)).toEqual(reported('duplicate'));
    driver.finish('w1', second);
    expect(driver.finish('w1', second)).toEqual(reported('duplicate'));
    expect(driver.start('w1', second)).toEqual(reported('duplicate'));
    expect(driver.job(jobId).state).toBe('succeeded');
  });

  it('refuses another end than the one reported before', () => {
    const { driver, jobId, ref } = running();
    driver.finish('w1', ref, anEnd('succeeded'));
    for (const end of [
      anEnd('failed'),
      anEnd('succeeded', { stdoutTail: 'eA==' }),
      anEnd('succeeded', { exitCode: 3 }),
    ]) {
      const events = driver.eventsOf(() => expect(driver.finish('w1', ref, end)).toEqual(reported('stale')));
      expect(events).toEqual([{ type: 'reportRefused', jobId, attempt: 1, workerId: 'w1' }]);
    }
  });

  it('refuses and records a report with another token, attempt or worker, or of an unknown job', () => {
    const { driver, jobId, ref } = running();
    driver.open(aWorker('w2'));
    const wrong = [
      { ...ref, fencingToken: { generation: 0, counter: 2 } },
      { ...ref, fencingToken: { generation: 1, counter: 1 } },
      { ...ref, attempt: 2 },
      { ...ref, jobId: 'j0000000099990000' },
    ];
    for (const other of wrong) expect(driver.finish('w1', other)).toEqual(reported('stale'));
    expect(driver.finish('w2', ref)).toEqual(reported('stale'));
    expect(driver.events.filter((event) => event.type === 'reportRefused')).toHaveLength(5);
    expect(driver.job(jobId).state).toBe('assigned');
  });

  it('refuses the end of an attempt that was lost meanwhile', () => {
    const { driver, jobId, ref } = running();
    driver.command({ type: 'loseAttempts', attempts: [ref], reason: 'unheard' });
    expect(driver.finish('w1', ref)).toEqual(reported('stale'));
    expect(driver.start('w1', ref)).toEqual(reported('stale'));
    expect(driver.job(jobId).state).toBe('ready');
  });

  it('takes the report of an older incarnation whose attempt was not lost', () => {
    const { driver, jobId, ref } = running();
    driver.open(aWorker('w1', { incarnation: 2 }), [ref]);
    expect(driver.finish('w1', ref)).toEqual(reported('applied'));
    expect(driver.job(jobId).state).toBe('succeeded');
  });

  it('judges each report by itself', () => {
    const { driver, ref } = running();
    const good = { ...ref, startedAtMs: START_MS, finishedAtMs: undefined, end: undefined };
    const bad = { ...good, jobId: 'unknown' };
    const reply = driver.command({
      type: 'reportAttempts',
      workerId: 'w1',
      incarnation: 1,
      reports: [bad, good, good],
    });
    expect(reply).toEqual({ type: 'attemptsReported', outcomes: ['stale', 'applied', 'duplicate'] });
  });
});
