import { MAX_TIMERS_PER_COMMAND } from './handlers/advance-time.js';
import { aSpec, anEnd, aWorker, Driver, START_MS } from './machine.spec-support.js';
import type { JobSpec, RetryPolicy } from './job.js';

function begun(): Driver {
  const driver = new Driver();
  driver.raiseLevel();
  driver.open(aWorker('w1'));
  return driver;
}

/** Time passes, and the leader says so. */
function advance(driver: Driver, byMs: number) {
  driver.nowMs += byMs;
  return driver.command({ type: 'advanceTime' });
}

const RETRY: RetryPolicy = {
  maxAttempts: 3,
  backoff: 'exponential',
  initialMs: 1_000,
  maxMs: 60_000,
  jitterPercent: 0,
  notRetriedExitCodes: [],
  notRetriedErrors: [],
};

describe('a delayed job', () => {
  it.each<[string, Partial<JobSpec>]>([
    ['a delay', { delayMs: 5_000 }],
    ['a time', { runAtMs: START_MS + 5_000 }],
  ])('waits for %s, and is ready when the log says that it has come', (_, changes) => {
    const driver = begun();
    const jobId = driver.submitOne(changes);
    expect(driver.job(jobId)).toMatchObject({
      state: 'waiting',
      waitReason: 'delay',
      waitsUntilMs: START_MS + 5_000,
    });
    expect(driver.machine.nextDueMs).toBe(START_MS + 5_000);
    expect(advance(driver, 4_999)).toEqual({ type: 'timeAdvanced', fired: 0, moreDue: false });
    expect(driver.machine.readyCount()).toBe(0);
    expect(advance(driver, 1)).toEqual({ type: 'timeAdvanced', fired: 1, moreDue: false });
    expect(driver.job(jobId)).toMatchObject({ state: 'ready' });
    expect(driver.job(jobId).waitReason).toBeUndefined();
    expect(driver.machine.nextDueMs).toBeUndefined();
  });

  it('whose time has passed waits for nothing', () => {
    const driver = begun();
    expect(driver.job(driver.submitOne({ runAtMs: START_MS - 1 })).state).toBe('ready');
    expect(driver.job(driver.submitOne({ delayMs: 0 })).state).toBe('ready');
  });

  it('is cancelled while it waits, and its timer with it', () => {
    const driver = begun();
    const jobId = driver.submitOne({ delayMs: 5_000 });
    driver.command({ type: 'cancelJob', jobId, reason: '' });
    expect(driver.job(jobId).state).toBe('cancelled');
    expect(driver.machine.nextDueMs).toBeUndefined();
  });

  it('stays as it is while other commands move the time', () => {
    const driver = begun();
    const jobId = driver.submitOne({ delayMs: 5_000 });
    driver.nowMs += 10_000;
    driver.submitOne();
    expect(driver.job(jobId).state).toBe('waiting');
    expect(advance(driver, 0)).toMatchObject({ fired: 1 });
  });
});

it('one command fires a bounded number of timers, and says that more are due', () => {
  const driver = new Driver();
  driver.raiseLevel();
  driver.submit(...Array.from({ length: MAX_TIMERS_PER_COMMAND + 1 }, () => aSpec({ delayMs: 10 })));
  const full = { type: 'timeAdvanced', fired: MAX_TIMERS_PER_COMMAND, moreDue: true };
  expect(advance(driver, 10)).toEqual(full);
  expect(advance(driver, 0)).toEqual({ type: 'timeAdvanced', fired: 1, moreDue: false });
});

describe('a deadline', () => {
  it.each<[string, Partial<JobSpec>, number]>([
    ['expiresAtMs', { expiresAtMs: START_MS + 3_000 }, 3_000],
    ['scheduleToStartTimeoutMs', { scheduleToStartTimeoutMs: 2_000 }, 2_000],
    ['both', { expiresAtMs: START_MS + 3_000, scheduleToStartTimeoutMs: 2_000 }, 2_000],
    ['a delay and a timeout behind it', { delayMs: 1_000, scheduleToStartTimeoutMs: 2_000 }, 3_000],
  ])('%s: a job that nobody started expires then, not before', (_, changes, afterMs) => {
    const driver = begun();
    const jobId = driver.submitOne(changes);
    advance(driver, afterMs - 1);
    expect(driver.job(jobId).state).toBe('ready');
    advance(driver, 1);
    expect(driver.job(jobId).state).toBe('expired');
    expect(driver.events.at(-1)).toEqual({ type: 'jobFinished', jobId, state: 'expired' });
  });

  it('that has passed when its delay is over as well ends the job: nobody told the log in time', () => {
    const driver = begun();
    const jobId = driver.submitOne({ delayMs: 1_000, expiresAtMs: START_MS + 1_500 });
    advance(driver, 2_000);
    expect(driver.job(jobId).state).toBe('expired');
    expect(driver.events.map(({ type }) => type)).not.toContain('jobReady');
  });

  it('that has passed refuses an assignment, also before the log said so', () => {
    const driver = begun();
    const jobId = driver.submitOne({ scheduleToStartTimeoutMs: 1_000 });
    driver.nowMs += 1_000;
    const reply = driver.command({ type: 'assignJobs', assignments: [driver.proposal(jobId, 'w1')] });
    expect(reply).toEqual({ type: 'jobsAssigned', refusals: ['jobExpired'] });
  });

  it('holds again for a job whose attempt was lost before it started, and no more for one that had started', () => {
    const driver = begun();
    const [never, begunOnce] = driver.submit(
      aSpec({ scheduleToStartTimeoutMs: 1_000 }),
      aSpec({ scheduleToStartTimeoutMs: 1_000 }),
    ) as [string, string];
    const first = driver.assign(never, 'w1');
    const second = driver.assign(begunOnce, 'w1');
    driver.start('w1', second);
    advance(driver, 2_000);
    expect(driver.job(never).state).toBe('assigned');
    driver.command({ type: 'loseAttempts', attempts: [first, second], reason: 'unheard' });
    advance(driver, 0);
    expect(driver.job(never).state).toBe('expired');
    expect(driver.job(begunOnce).state).toBe('ready');
  });
});

describe('a retry policy', () => {
  it('runs a failed job again after its back-off, up to its attempts', () => {
    const driver = begun();
    const jobId = driver.submitOne({ retry: RETRY });
    for (const waitMs of [1_000, 2_000]) {
      driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('failed'));
      expect(driver.job(jobId)).toMatchObject({ state: 'waiting', waitReason: 'backOff' });
      expect(driver.machine.nextDueMs).toBe(driver.nowMs + waitMs);
      advance(driver, waitMs);
      expect(driver.job(jobId).state).toBe('ready');
    }
    driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('timedOut'));
    expect(driver.job(jobId)).toMatchObject({ state: 'failed', failedAttempts: 3 });
    expect(driver.job(jobId).attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it.each<[string, Partial<RetryPolicy>, readonly number[]]>([
    ['fixed', { backoff: 'fixed' }, [1_000, 1_000, 1_000, 1_000]],
    ['linear', { backoff: 'linear' }, [1_000, 2_000, 3_000, 3_500]],
    ['exponential', { backoff: 'exponential' }, [1_000, 2_000, 3_500, 3_500]],
  ])('%s: waits grow as it says, to the most that it allows', (_, changes, waits) => {
    const driver = begun();
    const jobId = driver.submitOne({ retry: { ...RETRY, maxAttempts: 9, maxMs: 3_500, ...changes } });
    const seen = waits.map(() => {
      driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('failed'));
      const waitMs = (driver.machine.nextDueMs ?? 0) - driver.nowMs;
      advance(driver, waitMs);
      return waitMs;
    });
    expect(seen).toEqual(waits);
  });

  it('takes jitter off a wait, another for each job, the same on every replica', () => {
    const driver = begun();
    const retry = { ...RETRY, initialMs: 10_000, jitterPercent: 30 };
    const waits = Array.from({ length: 20 }, () => {
      const jobId = driver.submitOne({ retry });
      driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('failed'));
      return (driver.job(jobId).waitsUntilMs ?? 0) - driver.nowMs;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(7_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(new Set(waits).size).toBeGreaterThan(15);
    expect(driver.replayed().stateHash()).toBe(driver.machine.stateHash());
  });

  it.each<[string, Partial<RetryPolicy>, Parameters<typeof anEnd>, string]>([
    ['an exit status in the list', { notRetriedExitCodes: [2, 7] }, ['failed', { exitCode: 7 }], 'failed'],
    ['another exit status', { notRetriedExitCodes: [2, 7] }, ['failed', { exitCode: 3 }], 'waiting'],
    ['an error in the list', { notRetriedErrors: ['TypeError'] }, ['failed', { errorType: 'TypeError' }], 'failed'],
    ['another error', { notRetriedErrors: ['TypeError'] }, ['failed', { errorType: 'RangeError' }], 'waiting'],
    ['a time-out in the list', { notRetriedErrors: ['timedOut'] }, ['timedOut'], 'failed'],
    ['a time-out', {}, ['timedOut'], 'waiting'],
  ])('decides on %s', (_, changes, end, state) => {
    const driver = begun();
    const jobId = driver.submitOne({ retry: { ...RETRY, ...changes } });
    driver.finish('w1', driver.assign(jobId, 'w1'), anEnd(...end));
    expect(driver.job(jobId).state).toBe(state);
  });

  it('is of no effect on a job that is cancelled or may run at most once, and lost attempts are not counted', () => {
    const driver = begun();
    const cancelled = driver.submitOne({ retry: RETRY });
    const attempt = driver.assign(cancelled, 'w1');
    driver.command({ type: 'cancelJob', jobId: cancelled, reason: '' });
    driver.finish('w1', attempt, anEnd('failed'));
    expect(driver.job(cancelled).state).toBe('failed');
    const once = driver.submitOne({ retry: RETRY, mode: 'atMostOnce' });
    driver.finish('w1', driver.assign(once, 'w1'), anEnd('failed'));
    expect(driver.job(once).state).toBe('failed');
    const lost = driver.submitOne({ retry: RETRY });
    driver.command({ type: 'loseAttempts', attempts: [driver.assign(lost, 'w1')], reason: '' });
    expect(driver.job(lost)).toMatchObject({ state: 'ready', lostAttempts: 1 });
    expect(driver.job(lost).failedAttempts).toBeUndefined();
  });

  it('without a wait makes the job ready at once', () => {
    const driver = begun();
    const jobId = driver.submitOne({ retry: { ...RETRY, initialMs: 0 } });
    driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('failed'));
    expect(driver.job(jobId).state).toBe('ready');
  });
});

describe('onFailure', () => {
  const onFailure = aSpec({ queue: 'alarms' });

  it('is submitted in the entry in which the job failed, and says which', () => {
    const driver = begun();
    const jobId = driver.submitOne({ onFailure });
    const attempt = driver.assign(jobId, 'w1');
    const events = driver.eventsOf(() => driver.finish('w1', attempt, anEnd('failed')));
    expect(events.map(({ type }) => type)).toEqual([
      'attemptStarted',
      'attemptFinished',
      'jobFinished',
      'jobSubmitted',
    ]);
    const [follower] = driver.machine.listJobs({ states: [], queue: 'alarms' }, undefined, 10);
    expect(follower).toMatchObject({
      state: 'ready',
      principal: 'alice',
      spec: { labels: { 'synod.failed-job': jobId }, task: { env: { SYNOD_FAILED_JOB_ID: jobId } } },
    });
  });

  it('follows what expired; not what succeeded, was cancelled, or runs again', () => {
    const driver = begun();
    const states = () => driver.machine.listJobs({ states: [], queue: 'alarms' }, undefined, 10).length;
    driver.complete('w1', { onFailure });
    driver.command({ type: 'cancelJob', jobId: driver.submitOne({ onFailure }), reason: '' });
    const again = driver.submitOne({ onFailure, retry: RETRY });
    driver.finish('w1', driver.assign(again, 'w1'), anEnd('failed'));
    expect(states()).toBe(0);
    driver.submitOne({ onFailure, scheduleToStartTimeoutMs: 10 });
    advance(driver, 10);
    expect(states()).toBe(1);
  });
});

it('below level 3 nothing of it is accepted', () => {
  const driver = new Driver();
  for (const changes of [{ delayMs: 1 }, { priority: 1 }, { retry: RETRY }, { onFailure: aSpec() }]) {
    const reply = driver.command({ type: 'submitJobs', specs: [aSpec(changes)], idempotencyKey: '' });
    expect(reply).toMatchObject({ refusal: { code: 'featureLevelTooLow', needed: 3, level: 1 } });
  }
  expect(driver.command({ type: 'advanceTime' })).toMatchObject({ refusal: { needed: 3 } });
});
