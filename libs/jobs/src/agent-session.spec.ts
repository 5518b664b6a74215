import { aWorker, Driver, refused, START_MS } from './machine.spec-support.js';

function withAttempts() {
  const driver = new Driver();
  driver.open(aWorker('w1'));
  const [kept, gone] = [driver.submitOne(), driver.submitOne()];
  return { driver, kept, gone, keptRef: driver.assign(kept, 'w1'), goneRef: driver.assign(gone, 'w1') };
}

describe('openAgentSession', () => {
  it('puts the worker online at the coordinator that asked', () => {
    const driver = new Driver();
    const worker = aWorker('w1', { labels: { zone: 'a' }, handlers: ['h'] });
    const events = driver.eventsOf(() => expect(driver.open(worker)).toEqual({ type: 'agentSessionOpened' }));
    expect(events).toEqual([{ type: 'workerChanged', workerId: 'w1', incarnation: 1, state: 'online' }]);
    const record = {
      ...{ ...worker, runsHttp: false, state: 'online', coordinatorId: 'c1', registeredAtMs: START_MS },
      ...{ scheduling: 'active', evictAtMs: undefined, schedulingReason: '', activeAttempts: 0 },
    };
    expect(driver.machine.worker('w1')).toEqual(record);
    expect(driver.machine.workers()).toEqual([record]);
  });

  it('refuses an older incarnation, and names the newest', () => {
    const driver = new Driver();
    driver.open(aWorker('w1', { incarnation: 5 }));
    const refusal = refused({ code: 'incarnationOutdated', newest: 5 });
    expect(driver.open(aWorker('w1', { incarnation: 4 }))).toEqual(refusal);
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 5, cause: 'left' });
    expect(driver.open(aWorker('w1', { incarnation: 4 }))).toEqual(refusal);
    expect(driver.machine.worker('w1')?.state).toBe('left');
  });

  it('leaves the attempts of the same incarnation as they are, held or not', () => {
    const { driver, kept, gone, keptRef } = withAttempts();
    driver.nowMs += 100;
    driver.open(aWorker('w1'), [keptRef]);
    expect([kept, gone].map((jobId) => driver.job(jobId).state)).toEqual(['assigned', 'assigned']);
    expect(driver.machine.worker('w1')).toMatchObject({ activeAttempts: 2, registeredAtMs: START_MS });
  });

  it('of a newer incarnation takes over what it holds, and loses the rest', () => {
    const { driver, kept, gone, keptRef } = withAttempts();
    driver.nowMs += 100;
    driver.open(aWorker('w1', { incarnation: 2 }), [keptRef]);
    expect(driver.job(kept)).toMatchObject({
      state: 'assigned',
      attempts: [{ workerIncarnation: 2, state: 'assigned' }],
    });
    expect(driver.job(gone)).toMatchObject({ state: 'ready', lostAttempts: 1 });
    expect(driver.machine.worker('w1')).toMatchObject({
      incarnation: 2,
      activeAttempts: 1,
      registeredAtMs: START_MS + 100,
    });
    expect(driver.machine.activeAttempts('w1')).toMatchObject([{ ...keptRef, workerIncarnation: 2 }]);
    expect(driver.finish('w1', keptRef)).toEqual({ type: 'attemptsReported', outcomes: ['applied'] });
  });

  it('ignores held attempts that are not current', () => {
    const { driver, gone, keptRef, goneRef } = withAttempts();
    driver.command({ type: 'loseAttempts', attempts: [goneRef], reason: '' });
    driver.open(aWorker('w2'));
    const elsewhere = driver.assign(gone, 'w2');
    const wrongToken = { ...keptRef, fencingToken: { generation: 0, counter: 77 } };
    driver.open(aWorker('w1', { incarnation: 2 }), [goneRef, wrongToken, keptRef, { ...keptRef, jobId: 'unknown' }]);
    expect(driver.job(gone)).toMatchObject({ state: 'assigned' });
    expect(driver.attemptOf(gone)).toEqual(elsewhere);
    expect(driver.machine.worker('w1')?.activeAttempts).toBe(1);
  });

  it('loses an attempt whose held reference has another token', () => {
    const { driver, kept, keptRef } = withAttempts();
    const wrongToken = { ...keptRef, fencingToken: { generation: 0, counter: 77 } };
    driver.open(aWorker('w1', { incarnation: 2 }), [wrongToken]);
    expect(driver.job(kept).state).toBe('ready');
  });

  it('brings a lost worker back, without what it had', () => {
    const { driver, kept, keptRef } = withAttempts();
    driver.command({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'lost' });
    driver.open(aWorker('w1'), [keptRef]);
    expect(driver.machine.worker('w1')).toMatchObject({ state: 'online', activeAttempts: 0 });
    expect(driver.job(kept).state).toBe('ready');
  });

  it('with less capacity keeps what it holds, and takes nothing new before that has ended', () => {
    const { driver, keptRef, goneRef } = withAttempts();
    driver.open(aWorker('w1', { incarnation: 2, capacity: 1 }), [keptRef, goneRef]);
    const next = driver.submitOne();
    const propose = () => driver.command({ type: 'assignJobs', assignments: [driver.proposal(next, 'w1')] });
    expect(propose()).toEqual({ type: 'jobsAssigned', refusals: ['workerFull'] });
    driver.finish('w1', keptRef);
    expect(propose()).toEqual({ type: 'jobsAssigned', refusals: ['workerFull'] });
    driver.finish('w1', goneRef);
    expect(propose()).toEqual({ type: 'jobsAssigned', refusals: [undefined] });
  });

  it('raises workersRevision, and load does not', () => {
    const { driver, keptRef } = withAttempts();
    const before = driver.machine.workersRevision;
    driver.finish('w1', keptRef);
    driver.assign(driver.submitOne(), 'w1');
    expect(driver.machine.workersRevision).toBe(before);
    driver.open(aWorker('w1', { labels: { a: 'b' } }));
    expect(driver.machine.workersRevision).toBeGreaterThan(before);
  });
});
