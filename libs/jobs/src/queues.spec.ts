import fc from 'fast-check';
import { aSpec, anEnd, aWorker, Driver, refused, START_MS } from './machine.spec-support.js';
import { NO_QUEUE_SETTINGS } from './queue.js';
import type { QueueSettings } from './queue.js';
import { restoreJobsStateMachine } from './state-machine.js';

function begun(options = {}): Driver {
  const driver = new Driver(options);
  driver.raiseLevel();
  driver.open(aWorker('w1', { capacity: 100 }));
  return driver;
}

function setQueue(driver: Driver, changes: Partial<QueueSettings>, ifRevision?: number) {
  const settings = { ...NO_QUEUE_SETTINGS, ...changes };
  return driver.command({ type: 'setQueue', queue: 'default', settings, ifRevision });
}

function pause(driver: Driver, paused: boolean) {
  return driver.command({ type: 'pauseQueue', queue: 'default', paused, reason: paused ? 'repairs' : '' });
}

/** Proposes these jobs, all in one command; what became of each. */
function assignAll(driver: Driver, jobIds: readonly string[]): readonly string[] {
  const assignments = jobIds.map((jobId) => driver.proposal(jobId, 'w1'));
  const reply = driver.command({ type: 'assignJobs', assignments });
  return reply.type === 'jobsAssigned' ? reply.refusals.map((refusal) => refusal ?? 'assigned') : [];
}

const submit = (driver: Driver, count: number, limitKey?: string) =>
  driver.submit(...Array.from({ length: count }, () => aSpec(limitKey === undefined ? {} : { limitKey })));
const readyIds = (driver: Driver) =>
  [...driver.machine.readyClasses()].flatMap((readyClass) => [...readyClass.jobs()].map((job) => job.jobId));

describe('ready jobs', () => {
  it('are in order of priority, then of their ids', () => {
    const driver = begun();
    const [a, b, c, d] = driver.submit(
      aSpec(),
      aSpec({ priority: 5 }),
      aSpec({ priority: -1 }),
      aSpec({ priority: 5 }),
    );
    expect(readyIds(driver)).toEqual([b, d, a, c]);
  });

  it('get another priority or queue while they wait, and none when an attempt is under way', () => {
    const driver = begun();
    const [a, b] = driver.submit(aSpec(), aSpec()) as [string, string];
    const change = { type: 'changeJob', ifRevision: undefined, priority: undefined, queue: undefined } as const;
    const { revision } = driver.job(b);
    expect(driver.command({ ...change, jobId: b, priority: 9, ifRevision: revision })).toEqual({
      type: 'jobChanged',
      jobId: b,
      revision: revision + 1,
    });
    expect(readyIds(driver)).toEqual([b, a]);
    expect(driver.command({ ...change, jobId: b, priority: 3, ifRevision: revision })).toEqual(
      refused({ code: 'revisionMismatch', revision: revision + 1 }),
    );
    driver.command({ ...change, jobId: b, priority: 0, queue: 'other' });
    expect(driver.job(b).spec).toEqual(aSpec({ queue: 'other' }));
    expect(driver.machine.queue('other')?.counts.ready).toBe(1);
    driver.assign(a, 'w1');
    expect(driver.command({ ...change, jobId: a, priority: 1 })).toEqual(
      refused({ code: 'jobStateUnfit', jobId: a, state: 'assigned' }),
    );
  });
});

describe('a paused queue', () => {
  it('starts nothing, lets go on what runs, and starts again when it is resumed', () => {
    const driver = begun();
    const [runs, waits] = submit(driver, 2) as [string, string];
    const attempt = driver.assign(runs, 'w1');
    pause(driver, true);
    expect(driver.machine.queueRoom('default')).toBe(0);
    expect(assignAll(driver, [waits])).toEqual(['queuePaused']);
    driver.finish('w1', attempt);
    expect(driver.machine.queue('default')).toMatchObject({ paused: true, pauseReason: 'repairs', revision: 1 });
    pause(driver, false);
    expect(assignAll(driver, [waits])).toEqual(['assigned']);
  });

  it('that was never paused is resumed without a trace', () => {
    const driver = begun();
    expect(pause(driver, false)).toEqual({ type: 'queueChanged', revision: 0 });
    expect(driver.machine.queues()).toEqual([]);
  });
});

describe('the limit of a queue', () => {
  it('is held by attempts and freed with each, however it ends', () => {
    const driver = begun();
    setQueue(driver, { maxRunning: 2 });
    const jobIds = submit(driver, 6);
    expect(assignAll(driver, jobIds)).toEqual([
      ...['assigned', 'assigned'],
      ...['queueFull', 'queueFull', 'queueFull', 'queueFull'],
    ]);
    expect(driver.machine.queueRoom('default')).toBe(0);
    driver.finish('w1', driver.attemptOf(jobIds[0] as string));
    expect(driver.machine.queueRoom('default')).toBe(1);
    driver.command({ type: 'loseAttempts', attempts: [driver.attemptOf(jobIds[1] as string)], reason: '' });
    expect(driver.machine.queueRoom('default')).toBe(2);
    expect(assignAll(driver, jobIds.slice(1, 4))).toEqual(['assigned', 'assigned', 'queueFull']);
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'lost' });
    expect(driver.machine.queueRoom('default')).toBe(2);
  });

  it('that falls below what runs ends nothing, and lets nothing more start', () => {
    const driver = begun();
    const jobIds = submit(driver, 4);
    assignAll(driver, jobIds.slice(0, 3));
    setQueue(driver, { maxRunning: 1 });
    expect(assignAll(driver, jobIds.slice(3))).toEqual(['queueFull']);
    expect(driver.machine.queue('default')?.counts.assigned).toBe(3);
  });

  it('ends when nothing is set of the queue any more', () => {
    const driver = begun();
    setQueue(driver, { maxRunning: 1 });
    const jobIds = submit(driver, 2);
    assignAll(driver, jobIds);
    const reset = { type: 'resetQueue', queue: 'default' } as const;
    expect(driver.command({ ...reset, ifRevision: 7 })).toEqual(refused({ code: 'revisionMismatch', revision: 1 }));
    expect(driver.command({ ...reset, ifRevision: 1 })).toEqual({ type: 'queueChanged', revision: 0 });
    expect(driver.machine.queueRoom('default')).toBe(Infinity);
    expect(assignAll(driver, jobIds.slice(1))).toEqual(['assigned']);
  });
});

describe('settings of a queue', () => {
  it('change only from the revision that the caller saw', () => {
    const driver = begun();
    expect(setQueue(driver, { maxRunning: 1 }, 1)).toEqual(refused({ code: 'revisionMismatch', revision: 0 }));
    expect(setQueue(driver, { maxRunning: 1 }, 0)).toEqual({ type: 'queueChanged', revision: 1 });
    expect(setQueue(driver, { maxRunning: 2 }, 0)).toEqual(refused({ code: 'revisionMismatch', revision: 1 }));
    expect(setQueue(driver, { maxRunning: 2 }, 1)).toEqual({ type: 'queueChanged', revision: 2 });
    expect(driver.machine.queue('default')?.settings.maxRunning).toBe(2);
  });

  it('are kept of so many queues and no more', () => {
    const driver = begun({ maxQueues: 1 });
    setQueue(driver, { maxRunning: 1 });
    const settings = NO_QUEUE_SETTINGS;
    expect(driver.command({ type: 'setQueue', queue: 'other', settings, ifRevision: undefined })).toEqual(
      refused({ code: 'tooManyQueues', limit: 1 }),
    );
    expect(setQueue(driver, { maxRunning: 3 })).toEqual({ type: 'queueChanged', revision: 2 });
  });
});

describe('the rate of a queue', () => {
  it('lets a burst start, then one for each token, and is due when there is one', () => {
    const driver = begun();
    setQueue(driver, { rate: { tokens: 2, perMs: 1_000, burst: 3 } });
    const jobIds = submit(driver, 6);
    expect(driver.machine.queueRoom('default')).toBe(3);
    expect(assignAll(driver, jobIds)).toEqual([
      ...['assigned', 'assigned', 'assigned'],
      ...['rateLimited', 'rateLimited', 'rateLimited'],
    ]);
    expect(driver.machine.nextDueMs).toBe(START_MS + 500);
    expect(driver.machine.queue('default')).toMatchObject({ tokens: 0, nextTokenMs: START_MS + 500 });
    driver.nowMs += 499;
    expect(assignAll(driver, jobIds.slice(3))).toEqual(['rateLimited', 'rateLimited', 'rateLimited']);
    driver.nowMs += 1;
    expect(driver.command({ type: 'advanceTime' })).toMatchObject({ fired: 1 });
    expect(driver.machine.queueRoom('default')).toBe(1);
    expect(assignAll(driver, jobIds.slice(3))).toEqual(['assigned', 'rateLimited', 'rateLimited']);
    driver.nowMs += 100_000;
    driver.command({ type: 'advanceTime' });
    expect(driver.machine.queueRoom('default')).toBe(3);
  });

  it('is never exceeded in any stretch of time, whatever comes when', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat({ max: 400 }), tries: fc.nat({ max: 4 }) }), { maxLength: 40 });
    const rate = fc.record({
      tokens: fc.integer({ min: 1, max: 5 }),
      perMs: fc.integer({ min: 1, max: 700 }),
      burst: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(rate, steps, (limit, drawn) => {
        const driver = begun();
        setQueue(driver, { rate: limit });
        const starts: number[] = [];
        for (const { afterMs, tries } of drawn) {
          driver.nowMs += afterMs;
          if (tries === 0) driver.command({ type: 'advanceTime' });
          const outcomes = assignAll(driver, submit(driver, tries));
          for (const outcome of outcomes) if (outcome === 'assigned') starts.push(driver.nowMs);
        }
        for (let from = 0; from < starts.length; from += 1) {
          for (let to = from; to < starts.length; to += 1) {
            const stretchMs = (starts[to] as number) - (starts[from] as number);
            expect(to - from + 1).toBeLessThanOrEqual(
              limit.burst + Math.floor((stretchMs * limit.tokens) / limit.perMs),
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('that changes gives nobody a new burst, but for what may be had at once more than before', () => {
    const driver = begun();
    setQueue(driver, { rate: { tokens: 1, perMs: 1_000, burst: 5 } });
    assignAll(driver, submit(driver, 4));
    setQueue(driver, { rate: { tokens: 7, perMs: 10_000, burst: 5 } });
    expect(driver.machine.queueRoom('default')).toBe(1);
    setQueue(driver, { rate: { tokens: 1, perMs: 10_000, burst: 7 } });
    expect(driver.machine.queueRoom('default')).toBe(3);
    setQueue(driver, { rate: { tokens: 1, perMs: 10_000, burst: 2 } });
    expect(driver.machine.queueRoom('default')).toBe(2);
  });
});

describe('the limit by key', () => {
  it('offers no more jobs of a key than may start, the first in order, and the next when one ends', () => {
    const driver = begun();
    setQueue(driver, { maxRunningPerKey: 2 });
    const a = submit(driver, 4, 'a');
    const b = submit(driver, 1, 'b');
    const free = submit(driver, 1);
    expect(readyIds(driver)).toEqual([a[0], a[1], b[0], free[0]]);
    expect(driver.machine.queue('default')?.waitingForKey).toBe(2);
    expect(driver.machine.counts().ready).toBe(6);
    expect(assignAll(driver, [...a, ...b])).toEqual(['assigned', 'assigned', 'keyFull', 'keyFull', 'assigned']);
    expect(readyIds(driver)).toEqual([free[0]]);
    driver.finish('w1', driver.attemptOf(a[0] as string), anEnd('failed'));
    expect(readyIds(driver)).toEqual([a[2], free[0]]);
  });

  it('lets a higher priority take the place of one that has not started', () => {
    const driver = begun();
    setQueue(driver, { maxRunningPerKey: 1 });
    const [low] = submit(driver, 1, 'a');
    const planned = driver.proposal(low as string, 'w1');
    const [high] = driver.submit(aSpec({ limitKey: 'a', priority: 1 }));
    expect(readyIds(driver)).toEqual([high]);
    const reply = driver.command({ type: 'assignJobs', assignments: [planned] });
    expect(reply).toEqual({ type: 'jobsAssigned', refusals: ['keyFull'] });
  });

  it('puts a lost job behind a higher priority of its key', () => {
    const driver = begun();
    setQueue(driver, { maxRunningPerKey: 1 });
    const [low] = submit(driver, 1, 'a') as [string];
    const attempt = driver.assign(low, 'w1');
    const [high] = driver.submit(aSpec({ limitKey: 'a', priority: 1 }));
    driver.command({ type: 'loseAttempts', attempts: [attempt], reason: '' });
    expect(readyIds(driver)).toEqual([high]);
  });

  it('holds for what is there when it is set, lowered, raised and ended', () => {
    const driver = begun();
    const jobIds = submit(driver, 5, 'a');
    driver.assign(jobIds[0] as string, 'w1');
    setQueue(driver, { maxRunningPerKey: 3 });
    expect(readyIds(driver)).toEqual(jobIds.slice(1, 3));
    setQueue(driver, { maxRunningPerKey: 1 });
    expect(readyIds(driver)).toEqual([]);
    setQueue(driver, { maxRunningPerKey: 4 });
    expect(readyIds(driver)).toEqual(jobIds.slice(1, 4));
    setQueue(driver, {});
    expect(readyIds(driver)).toEqual(jobIds.slice(1));
  });

  it('is the same in a state that was restored from an image', () => {
    const driver = begun();
    setQueue(driver, { maxRunningPerKey: 2, rate: { tokens: 1, perMs: 5_000, burst: 7 } });
    submit(driver, 5, 'a');
    assignAll(driver, submit(driver, 3, 'b'));
    pause(driver, true);
    const { machine, options } = driver;
    const restored = restoreJobsStateMachine(options, machine.appliedSlot, machine.records(), machine.stateHash());
    restored.checkInvariants();
    expect(restored.queues()).toEqual(machine.queues());
    expect([...restored.readyClasses()].map((it) => [...it.jobs()])).toEqual(
      [...machine.readyClasses()].map((it) => [...it.jobs()]),
    );
  });
});

describe('a job that has ended', () => {
  const retry = (jobId: string, ifRevision?: number) => ({ type: 'retryJob', jobId, ifRevision }) as const;

  it('is retried under its id: attempts and tokens go on, its revision rises, old reports stay refused', () => {
    const driver = begun();
    const jobId = driver.submitOne();
    const first = driver.assign(jobId, 'w1');
    driver.finish('w1', first, anEnd('failed'));
    const { revision } = driver.job(jobId);
    expect(driver.command(retry(jobId, revision - 1))).toEqual(refused({ code: 'revisionMismatch', revision }));
    expect(driver.command(retry(jobId))).toEqual({ type: 'jobChanged', jobId, revision: revision + 1 });
    expect(driver.job(jobId)).toMatchObject({ state: 'ready', finishedAtMs: undefined, retriedAtMs: START_MS });
    const second = driver.assign(jobId, 'w1');
    expect(second.attempt).toBe(2);
    expect(driver.report('w1', first, { end: anEnd('succeeded') })).toMatchObject({ outcomes: ['stale'] });
    driver.finish('w1', second);
    expect(driver.job(jobId)).toMatchObject({ state: 'succeeded' });
    expect(driver.job(jobId).attempts).toHaveLength(2);
  });

  it('is retried also when its deadline has passed or it was cancelled', () => {
    const driver = begun();
    const expired = driver.submitOne({ scheduleToStartTimeoutMs: 10 });
    driver.nowMs += 10;
    driver.command({ type: 'advanceTime' });
    driver.command(retry(expired));
    expect(driver.job(expired).state).toBe('ready');
    expect(driver.machine.nextDueMs).toBeUndefined();
    const cancelled = driver.submitOne();
    driver.command({ type: 'cancelJob', jobId: cancelled, reason: 'r' });
    driver.command(retry(cancelled));
    expect(driver.job(cancelled)).toMatchObject({ state: 'ready', cancelRequested: false, cancelReason: '' });
  });

  it('that waits waits no longer; one that is ready or runs has nothing to be retried', () => {
    const driver = begun();
    const jobId = driver.submitOne({ delayMs: 9_999 });
    driver.command(retry(jobId));
    expect(driver.job(jobId).state).toBe('ready');
    expect(driver.command(retry(jobId))).toEqual(refused({ code: 'jobStateUnfit', jobId, state: 'ready' }));
    expect(driver.command(retry('j0000000099990000'))).toMatchObject({ refusal: { code: 'jobUnknown' } });
  });
});

describe('dead letters', () => {
  it('are kept apart from other finished jobs, and driven again by queue, the oldest first', () => {
    const driver = begun({ maxFinishedJobs: 1, maxDeadLetters: 3 });
    const fail = (queue: string) => {
      const jobId = driver.submitOne({ queue });
      driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('failed'));
      return jobId;
    };
    const [a, b, other] = [fail('q'), fail('q'), fail('other')];
    for (let count = 0; count < 5; count += 1) driver.complete('w1');
    expect(driver.machine.counts()).toMatchObject({ failed: 3, succeeded: 1 });
    const redrive = (limit: number) => driver.command({ type: 'redriveQueue', queue: 'q', limit });
    expect(redrive(1)).toEqual({ type: 'queueRedriven', redriven: 1, more: true });
    expect([driver.job(a).state, driver.job(b).state, driver.job(other).state]).toEqual(['ready', 'failed', 'failed']);
    expect(redrive(10)).toEqual({ type: 'queueRedriven', redriven: 1, more: false });
    expect(redrive(10)).toEqual({ type: 'queueRedriven', redriven: 0, more: false });
    for (const [at, expected] of [
      [0, 3],
      [1, 3],
      [2, 3],
    ] as const) {
      fail('q');
      expect([at, driver.machine.counts().failed]).toEqual([at, Math.min(expected, at + 2)]);
    }
    expect(driver.retired.at(-1)?.jobId).toBe(other);
  });

  it('of a group that begins level 3 are set apart then', () => {
    const driver = new Driver({ maxFinishedJobs: 2 });
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne();
    driver.finish('w1', driver.assign(jobId, 'w1'), anEnd('failed'));
    driver.complete('w1');
    driver.raiseLevel();
    for (let count = 0; count < 3; count += 1) driver.complete('w1');
    expect(driver.job(jobId).state).toBe('failed');
  });
});
