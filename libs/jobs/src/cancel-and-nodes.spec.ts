import { aNode, aWorker, anEnd, Driver, refused } from './machine.spec-support.js';
import type { AttemptOutcome, JobState } from './job.js';

const cancel = (driver: Driver, jobId: string, reason = 'enough') =>
  driver.command({ type: 'cancelJob', jobId, reason });
const cancelled = (jobId: string, alreadyFinal: boolean) => ({ type: 'jobCancelled', jobId, alreadyFinal });

describe('cancelJob', () => {
  it('cancels a ready job at once', () => {
    const driver = new Driver();
    const jobId = driver.submitOne();
    const events = driver.eventsOf(() => expect(cancel(driver, jobId)).toEqual(cancelled(jobId, false)));
    expect(events).toEqual([
      { type: 'cancelRequested', jobId, attempt: undefined, workerId: undefined, fencingToken: undefined },
      { type: 'jobFinished', jobId, state: 'cancelled' },
    ]);
    expect(driver.job(jobId)).toMatchObject({ state: 'cancelled', cancelRequested: true, cancelReason: 'enough' });
    expect(driver.machine.readyCount()).toBe(0);
  });

  it('asks for the end of the attempt under way, once', () => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne();
    const ref = driver.assign(jobId, 'w1');
    const events = driver.eventsOf(() => {
      expect(cancel(driver, jobId)).toEqual(cancelled(jobId, false));
      expect(cancel(driver, jobId, 'again')).toEqual(cancelled(jobId, false));
    });
    expect(events).toEqual([{ type: 'cancelRequested', ...ref, workerId: 'w1' }]);
    expect(driver.job(jobId)).toMatchObject({ state: 'assigned', cancelRequested: true, cancelReason: 'enough' });
    expect(driver.machine.activeAttempts('w1')).toMatchObject([{ jobId, cancelRequested: true, started: false }]);
  });

  it.each<[AttemptOutcome, JobState]>([
    ['cancelled', 'cancelled'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['timedOut', 'failed'],
    ['lost', 'cancelled'],
  ])('leaves the final state to an attempt that ends %s: %s', (outcome, state) => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne();
    const ref = driver.assign(jobId, 'w1');
    driver.start('w1', ref);
    cancel(driver, jobId);
    driver.finish('w1', ref, anEnd(outcome));
    expect(driver.job(jobId).state).toBe(state);
    expect(cancel(driver, jobId)).toEqual(cancelled(jobId, true));
  });

  it('makes an assignment that was planned before it impossible', () => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne();
    const planned = driver.proposal(jobId, 'w1');
    cancel(driver, jobId);
    expect(driver.command({ type: 'assignJobs', assignments: [planned] })).toEqual({
      type: 'jobsAssigned',
      refusals: ['jobChanged'],
    });
  });

  it('refuses an unknown job', () => {
    expect(cancel(new Driver(), 'j0000000000010000')).toEqual(
      refused({ code: 'jobUnknown', jobId: 'j0000000000010000' }),
    );
  });
});

describe('embedded nodes', () => {
  const register = (driver: Driver, nodeId: string, incarnation = 1) =>
    driver.command({ type: 'registerNode', node: aNode(nodeId, { incarnation }) });
  const deregister = (driver: Driver, nodeId: string, incarnation: number) =>
    driver.command({ type: 'deregisterNode', nodeId, incarnation, cause: 'expired' });

  it('are listed by id, as they registered last', () => {
    const driver = new Driver();
    for (const nodeId of ['b', 'a', 'c', 'a']) expect(register(driver, nodeId)).toEqual({ type: 'nodeRegistered' });
    expect(driver.machine.nodes()).toEqual([aNode('a'), aNode('b'), aNode('c')]);
    expect(driver.events).toHaveLength(4);
  });

  it('keep their newest incarnation', () => {
    const driver = new Driver();
    register(driver, 'a', 5);
    expect(register(driver, 'a', 4)).toEqual(refused({ code: 'incarnationOutdated', newest: 5 }));
    expect(driver.eventsOf(() => deregister(driver, 'a', 4))).toEqual([]);
    expect(driver.machine.nodes()).toHaveLength(1);
    expect(driver.eventsOf(() => deregister(driver, 'a', 5))).toEqual([
      { type: 'nodeChanged', nodeId: 'a', present: false },
    ]);
    expect(deregister(driver, 'a', 5)).toEqual({ type: 'nodeDeregistered' });
    expect(driver.machine.nodes()).toEqual([]);
  });

  it('are bounded: the one registered longest ago goes', () => {
    const driver = new Driver({ maxNodes: 2 });
    for (const nodeId of ['a', 'b', 'a']) register(driver, nodeId);
    const events = driver.eventsOf(() => register(driver, 'c'));
    expect(events).toEqual([
      { type: 'nodeChanged', nodeId: 'b', present: false },
      { type: 'nodeChanged', nodeId: 'c', present: true },
    ]);
    expect(driver.machine.nodes().map((node) => node.nodeId)).toEqual(['a', 'c']);
  });
});
