import { anEnd, anHttpTask, aSpec, aWorker, Driver, refused, someLimits, START_MS } from './machine.spec-support.js';
import type { ExecutionMode } from './job.js';

/** Level 2, and two workers. */
function withWorkers(): Driver {
  const driver = new Driver();
  driver.raiseLevel();
  driver.open(aWorker('w1'));
  driver.open(aWorker('w2'));
  return driver;
}

function tryAssign(driver: Driver, workerId: string) {
  const jobId = driver.submitOne();
  const reply = driver.command({ type: 'assignJobs', assignments: [driver.proposal(jobId, workerId)] });
  return reply.type === 'jobsAssigned' ? reply.refusals[0] : reply;
}

/** A worker with one running attempt, whose deadline has passed. */
function overdue(mode: ExecutionMode = 'oneLiveHolder', maxLostAttempts = 1) {
  const driver = withWorkers();
  const jobId = driver.submitOne({ mode, maxLostAttempts });
  const ref = driver.assign(jobId, 'w1');
  driver.start('w1', ref);
  driver.schedule('w1', 'draining', START_MS + 1_000);
  driver.nowMs = START_MS + 1_000;
  return { driver, jobId, ref };
}

const drained = anEnd('lost', { message: 'drained' });

describe('setWorkerScheduling', () => {
  it.each(['cordoned', 'draining'] as const)('keeps a %s worker from new assignments, and leaves what runs', (word) => {
    const driver = withWorkers();
    const ref = driver.assign(driver.submitOne(), 'w1');
    const revision = driver.machine.workersRevision;
    expect(driver.schedule('w1', word)).toEqual({ type: 'workerSchedulingSet' });
    expect(driver.machine.workersRevision).toBeGreaterThan(revision);
    expect(tryAssign(driver, 'w1')).toBe('workerNotActive');
    expect(tryAssign(driver, 'w2')).toBeUndefined();
    expect(driver.machine.worker('w1')).toMatchObject({ state: 'online', scheduling: word, schedulingReason: 'r' });
    driver.finish('w1', ref);
    expect(driver.job(ref.jobId).state).toBe('succeeded');
  });

  it('lets an active worker take work again', () => {
    const driver = withWorkers();
    driver.schedule('w1', 'draining', START_MS + 5);
    driver.schedule('w1', 'active', START_MS + 5);
    expect(tryAssign(driver, 'w1')).toBeUndefined();
    expect(driver.machine.worker('w1')).toMatchObject({
      ...{ scheduling: 'active', evictAtMs: undefined, schedulingReason: '' },
    });
  });

  it('outlives restarts, loss and goodbye of the worker, until an operator says otherwise', () => {
    const driver = withWorkers();
    driver.schedule('w1', 'cordoned');
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'left' });
    driver.open(aWorker('w1', { incarnation: 2 }));
    expect(tryAssign(driver, 'w1')).toBe('workerNotActive');
  });

  it('asked by a worker ends with its incarnation', () => {
    const driver = withWorkers();
    driver.schedule('w1', 'draining', undefined, 1);
    driver.open(aWorker('w1'));
    expect(tryAssign(driver, 'w1')).toBe('workerNotActive');
    const events = driver.eventsOf(() => driver.open(aWorker('w1', { incarnation: 2 })));
    expect(events.map((event) => event.type)).toEqual(['workerSchedulingChanged', 'workerChanged']);
    expect(tryAssign(driver, 'w1')).toBeUndefined();
  });

  it('asked by a worker changes nothing that an operator said, nor anything of a later incarnation', () => {
    const driver = withWorkers();
    driver.schedule('w1', 'cordoned');
    expect(driver.eventsOf(() => driver.schedule('w1', 'draining', undefined, 1))).toEqual([]);
    expect(driver.machine.worker('w1')?.scheduling).toBe('cordoned');
    driver.open(aWorker('w2', { incarnation: 2 }));
    const outdated = refused({ code: 'incarnationOutdated', newest: 2 });
    expect(driver.schedule('w2', 'draining', undefined, 1)).toEqual(outdated);
    expect(driver.machine.worker('w2')?.scheduling).toBe('active');
  });

  it('is overruled by an operator for good', () => {
    const driver = withWorkers();
    driver.schedule('w1', 'draining', undefined, 1);
    driver.schedule('w1', 'draining');
    driver.open(aWorker('w1', { incarnation: 2 }));
    expect(driver.machine.worker('w1')?.scheduling).toBe('draining');
  });

  it('tells an event only when something changed', () => {
    const driver = withWorkers();
    const events = driver.eventsOf(() => {
      driver.schedule('w1', 'draining', 5);
      driver.schedule('w1', 'draining', 5);
    });
    const facts = { workerId: 'w1', scheduling: 'draining', evictAtMs: 5, reason: 'r' };
    expect(events).toEqual([{ type: 'workerSchedulingChanged', ...facts }]);
  });

  it('refuses a worker that is unknown', () => {
    const unknown = refused({ code: 'workerUnknown', workerId: 'w9' });
    expect(withWorkers().schedule('w9', 'cordoned')).toEqual(unknown);
    expect(withWorkers().evict('w9')).toEqual(unknown);
  });
});

describe('evictWorker', () => {
  it('asks a draining worker for the end of what runs when the deadline has passed, once', () => {
    const { driver, ref } = overdue();
    const events = driver.eventsOf(() => expect(driver.evict('w1')).toEqual({ type: 'workerEvicted', evicting: 1 }));
    expect(events).toEqual([{ type: 'evictionRequested', workerId: 'w1', ...ref }]);
    expect(driver.machine.activeAttempts('w1')[0]).toMatchObject({ ...ref, evicting: true });
    expect(driver.evict('w1')).toEqual({ type: 'workerEvicted', evicting: 0 });
  });

  it('leads to a loss that does not count as one, however few may be lost', () => {
    const { driver, jobId, ref } = overdue();
    for (let round = 1; round <= 3; round += 1) {
      driver.evict('w1');
      const last = driver.attemptOf(jobId);
      driver.report('w1', last, { end: drained });
      expect(driver.job(jobId)).toMatchObject({ state: 'ready', lostAttempts: 0, drainedAttempts: round });
      driver.schedule('w1', 'active');
      driver.assign(jobId, 'w1');
      driver.schedule('w1', 'draining', START_MS);
    }
    expect(driver.job(jobId).attempts[0]).toMatchObject({ ...{ attempt: ref.attempt }, end: drained });
  });

  it('does not count the worker against the job when it dies while it ends the attempt', () => {
    const { driver, jobId } = overdue();
    driver.evict('w1');
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'lost' });
    expect(driver.job(jobId)).toMatchObject({ state: 'ready', lostAttempts: 0, drainedAttempts: 1 });
  });

  it('counts the death of a draining worker like any other before that', () => {
    const { driver, jobId } = overdue('oneLiveHolder', 2);
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'lost' });
    expect(driver.job(jobId)).toMatchObject({ state: 'ready', lostAttempts: 1, drainedAttempts: 0 });
  });

  it('takes an end that comes by itself for what it is', () => {
    const { driver, jobId, ref } = overdue();
    driver.evict('w1');
    driver.finish('w1', ref);
    expect(driver.job(jobId)).toMatchObject({ state: 'succeeded', drainedAttempts: 0 });
  });

  it('leaves what runs at most once, and what is being cancelled', () => {
    const once = overdue('atMostOnce');
    expect(once.driver.evict('w1')).toEqual({ type: 'workerEvicted', evicting: 0 });
    const { driver, jobId, ref } = overdue();
    driver.command({ type: 'cancelJob', jobId, reason: '' });
    expect(driver.evict('w1')).toEqual({ type: 'workerEvicted', evicting: 0 });
    driver.report('w1', ref, { end: anEnd('cancelled') });
    expect(driver.job(jobId).state).toBe('cancelled');
  });

  it.each([
    ['before the deadline', 'draining', START_MS + 1_001],
    ['without a deadline', 'draining', undefined],
    ['of a worker that is cordoned', 'cordoned', START_MS],
    ['of a worker that is active again', 'active', START_MS],
  ] as const)('does nothing %s', (_, scheduling, evictAtMs) => {
    const { driver } = overdue();
    driver.schedule('w1', scheduling, evictAtMs);
    expect(driver.evict('w1')).toEqual({ type: 'workerEvicted', evicting: 0 });
    expect(driver.machine.activeAttempts('w1')[0]?.evicting).toBe(false);
  });

  it('goes on when the worker is no longer drained: its attempts end all the same', () => {
    const { driver, jobId, ref } = overdue();
    driver.evict('w1');
    driver.schedule('w1', 'active');
    driver.report('w1', ref, { end: drained });
    expect(driver.job(jobId)).toMatchObject({ state: 'ready', drainedAttempts: 1 });
  });
});

describe('a worker that drains by itself', () => {
  it('gives back what it ends, and by goodbye what it has not begun', () => {
    const driver = withWorkers();
    const [running, waiting] = driver.submit(aSpec({ maxLostAttempts: 1 }), aSpec({ maxLostAttempts: 1 }));
    const ref = driver.assign(running as string, 'w1');
    driver.assign(waiting as string, 'w1');
    driver.schedule('w1', 'draining', undefined, 1);
    driver.report('w1', ref, { end: drained });
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'left' });
    for (const jobId of [running, waiting]) {
      expect(driver.job(jobId as string)).toMatchObject({ state: 'ready', lostAttempts: 0, drainedAttempts: 1 });
    }
  });
});

describe('feature level 2', () => {
  it('starts scheduling, http tasks and limits; below, they are refused', () => {
    const driver = new Driver();
    driver.open(aWorker('w1', { runsHttp: true }));
    const low = refused({ code: 'featureLevelTooLow', needed: 2, level: 1 });
    expect(driver.schedule('w1', 'cordoned')).toEqual(low);
    expect(driver.evict('w1')).toEqual(low);
    const exec = { kind: 'exec' as const, command: 'c', args: [], env: {}, cwd: '', stdin: '', user: '' };
    const submissions = [anHttpTask(), { ...exec, limits: someLimits() }].map((task) => ({
      ...{ type: 'submitJobs' as const, specs: [aSpec(), aSpec({ task })], idempotencyKey: '' },
    }));
    for (const submission of submissions) expect(driver.command(submission)).toEqual(low);
    driver.raiseLevel();
    for (const submission of submissions) expect(driver.command(submission).type).toBe('jobsSubmitted');
    // What it said below that level was not heard.
    expect(driver.machine.worker('w1')?.runsHttp).toBe(false);
    driver.open(aWorker('w1', { runsHttp: true }));
    expect(driver.machine.worker('w1')?.runsHttp).toBe(true);
  });

  it('gives http tasks to workers that run them only', () => {
    const driver = withWorkers();
    driver.open(aWorker('w3', { runsExec: false, runsHttp: true }));
    const jobId = driver.submitOne({ task: anHttpTask() });
    const assignments = [driver.proposal(jobId, 'w1'), driver.proposal(jobId, 'w3')];
    const reply = driver.command({ type: 'assignJobs', assignments });
    expect(reply).toEqual({ type: 'jobsAssigned', refusals: ['workerUnfit', undefined] });
  });
});
