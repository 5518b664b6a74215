import { aWorker, anEnd, Driver } from './machine.spec-support.js';
import type { CloseWorker } from './commands.js';
import { MAX_KEPT_ATTEMPTS } from './options.js';

function withWorkers(): Driver {
  const driver = new Driver();
  driver.open(aWorker('w1'));
  driver.open(aWorker('w2'));
  return driver;
}

const close = (driver: Driver, workerId: string, cause: CloseWorker['cause'], incarnation = 1) =>
  driver.command({ type: 'closeWorker', workerId, incarnation, cause });

const lose = (driver: Driver, jobId: string) =>
  driver.command({ type: 'loseAttempts', attempts: [driver.attemptOf(jobId)], reason: 'unheard for 10 s' });

describe('lost attempt', () => {
  it('makes its job ready again, at its old place and with a new revision', () => {
    const driver = withWorkers();
    const jobId = driver.submitOne();
    const later = driver.submitOne();
    const ref = driver.assign(jobId, 'w1');
    const { revision } = driver.job(jobId);
    const events = driver.eventsOf(() => expect(lose(driver, jobId)).toEqual({ type: 'attemptsLost', lost: 1 }));
    const end = anEnd('lost', { message: 'unheard for 10 s', stdoutTail: '' });
    expect(events).toEqual([
      { type: 'attemptFinished', ...ref, workerId: 'w1', end },
      { type: 'jobRetried', jobId, lostAttempts: 1, drainedAttempts: 0, failedAttempts: 0 },
    ]);
    expect(driver.job(jobId)).toMatchObject({ state: 'ready', lostAttempts: 1, attempts: [{ state: 'lost', end }] });
    expect(driver.job(jobId).revision).toBeGreaterThan(revision);
    const [readyClass] = driver.machine.readyClasses();
    expect([...(readyClass?.jobs() ?? [])].map((job) => job.jobId)).toEqual([jobId, later]);
  });

  it('is followed by one with a higher token', () => {
    const driver = withWorkers();
    const jobId = driver.submitOne();
    const first = driver.assign(jobId, 'w1');
    lose(driver, jobId);
    const second = driver.assign(jobId, 'w2');
    expect(second.attempt).toBe(2);
    expect(second.fencingToken.counter).toBeGreaterThan(first.fencingToken.counter);
  });

  it.each([1, 2, 3])('fails its job as the last of %i that may be lost', (maxLostAttempts) => {
    const driver = withWorkers();
    const jobId = driver.submitOne({ maxLostAttempts });
    for (let lost = 1; lost <= maxLostAttempts; lost += 1) {
      expect(driver.job(jobId).state).toBe('ready');
      driver.assign(jobId, 'w1');
      lose(driver, jobId);
    }
    const job = driver.job(jobId);
    expect(job).toMatchObject({ state: 'failed', lostAttempts: maxLostAttempts });
    expect(job.attempts.at(-1)?.end?.message).toContain('maxLostAttempts');
  });

  it('fails a job that may run at most once, and says why', () => {
    const driver = withWorkers();
    const jobId = driver.submitOne({ mode: 'atMostOnce' });
    driver.assign(jobId, 'w1');
    lose(driver, jobId);
    expect(driver.job(jobId)).toMatchObject({ state: 'failed', lostAttempts: 1 });
    expect(driver.job(jobId).attempts[0]?.end?.message).toContain('atMostOnce');
  });

  it('runs a job again whose mode is atLeastOnce', () => {
    const driver = withWorkers();
    const jobId = driver.submitOne({ mode: 'atLeastOnce' });
    driver.assign(jobId, 'w1');
    lose(driver, jobId);
    expect(driver.job(jobId).state).toBe('ready');
  });

  it('cancels a job that was being cancelled', () => {
    const driver = withWorkers();
    const jobId = driver.submitOne();
    driver.assign(jobId, 'w1');
    driver.command({ type: 'cancelJob', jobId, reason: 'enough' });
    lose(driver, jobId);
    expect(driver.job(jobId)).toMatchObject({ state: 'cancelled', cancelReason: 'enough' });
  });

  it('is not lost again, nor when it ended, nor by another token', () => {
    const driver = withWorkers();
    const jobId = driver.submitOne();
    const ref = driver.assign(jobId, 'w1');
    const wrong = { ...ref, fencingToken: { generation: 0, counter: 99 } };
    const unknown = { ...ref, jobId: 'unknown' };
    const twice = driver.command({ type: 'loseAttempts', attempts: [wrong, unknown, ref, ref], reason: '' });
    expect(twice).toEqual({ type: 'attemptsLost', lost: 1 });
    expect(driver.job(jobId).lostAttempts).toBe(1);
  });

  it(`is kept in the record as one of the last ${MAX_KEPT_ATTEMPTS}`, () => {
    const driver = withWorkers();
    const jobId = driver.submitOne({ maxLostAttempts: 100 });
    for (let lost = 1; lost <= 20; lost += 1) {
      driver.assign(jobId, 'w1');
      lose(driver, jobId);
    }
    const kept = driver.job(jobId).attempts.map((attempt) => attempt.attempt);
    expect(kept).toEqual(Array.from({ length: MAX_KEPT_ATTEMPTS }, (_, at) => 5 + at));
  });
});

describe('closeWorker', () => {
  it.each([
    ['left', 'left'],
    ['lost', 'lost'],
    ['guardEnded', 'lost'],
  ] as const)('for cause %s loses what the worker ran, in order of token, and leaves others alone', (cause, state) => {
    const driver = withWorkers();
    const [first, second, elsewhere] = [driver.submitOne(), driver.submitOne(), driver.submitOne()];
    driver.assign(second, 'w1');
    driver.assign(first, 'w1');
    driver.assign(elsewhere, 'w2');
    const events = driver.eventsOf(() => expect(close(driver, 'w1', cause)).toEqual({ type: 'workerClosed' }));
    expect(events.flatMap((event) => (event.type === 'jobRetried' ? [event.jobId] : []))).toEqual([second, first]);
    expect(events.at(-1)).toEqual({ type: 'workerChanged', workerId: 'w1', incarnation: 1, state });
    expect(driver.machine.worker('w1')).toMatchObject({ state, activeAttempts: 0 });
    expect([first, second, elsewhere].map((jobId) => driver.job(jobId).state)).toEqual(['ready', 'ready', 'assigned']);
  });

  describe('of a job that may run at most once', () => {
    function closed(cause: CloseWorker['cause'], { started = false, level = 3 } = {}) {
      const driver = withWorkers();
      driver.command({ type: 'setFeatureLevel', level });
      const jobId = driver.submitOne({ mode: 'atMostOnce' });
      const ref = driver.assign(jobId, 'w1');
      if (started) driver.start('w1', ref);
      close(driver, 'w1', cause);
      return driver.job(jobId).state;
    }

    it('lets it run elsewhere when the worker says goodbye and never began it', () => {
      expect(closed('left')).toBe('ready');
    });

    it('fails it when it may have begun', () => {
      expect([closed('left', { started: true }), closed('lost'), closed('guardEnded')]).toEqual([
        'failed',
        'failed',
        'failed',
      ]);
    });

    it('fails it below level 3, as ever', () => {
      expect(closed('left', { level: 2 })).toBe('failed');
    });
  });

  it('does nothing to a newer incarnation', () => {
    const driver = withWorkers();
    driver.open(aWorker('w1', { incarnation: 3 }));
    const jobId = driver.submitOne();
    driver.assign(jobId, 'w1');
    expect(driver.eventsOf(() => close(driver, 'w1', 'guardEnded', 2))).toEqual([]);
    expect(driver.machine.worker('w1')?.state).toBe('online');
    expect(driver.job(jobId).state).toBe('assigned');
  });

  it('does nothing the second time', () => {
    const driver = withWorkers();
    close(driver, 'w1', 'lost');
    expect(driver.eventsOf(() => close(driver, 'w1', 'left'))).toEqual([]);
    expect(driver.machine.worker('w1')?.state).toBe('lost');
  });

  it('refuses an unknown worker', () => {
    const refusal = { code: 'workerUnknown', workerId: 'w9' };
    expect(close(withWorkers(), 'w9', 'lost')).toEqual({ type: 'refused', refusal });
  });

  it('keeps a bounded number of records, those gone last', () => {
    const driver = new Driver({ maxOfflineWorkers: 2 });
    for (const workerId of ['w1', 'w2', 'w3', 'w4']) driver.open(aWorker(workerId));
    close(driver, 'w2', 'lost');
    close(driver, 'w1', 'lost');
    driver.open(aWorker('w2'));
    close(driver, 'w3', 'left');
    close(driver, 'w2', 'lost');
    expect(driver.machine.workers().map((worker) => worker.workerId)).toEqual(['w2', 'w3', 'w4']);
    expect(driver.machine.worker('w1')).toBeUndefined();
  });
});
