import { aSpec, aWorker, anEnd, Driver, START_MS } from './machine.spec-support.js';
import type { ProposedAssignment } from './commands.js';

function withWorker(): Driver {
  const driver = new Driver();
  driver.open(aWorker('w1', { capacity: 2, labels: { zone: 'a' }, handlers: ['mail'] }));
  return driver;
}

const assign = (driver: Driver, ...assignments: readonly ProposedAssignment[]) =>
  driver.command({ type: 'assignJobs', assignments });

const refusals = (...expected: readonly (string | undefined)[]) => ({ type: 'jobsAssigned', refusals: expected });

describe('assignJobs', () => {
  it('makes the next attempt, with a token above all before, and says so in an event', () => {
    const driver = withWorker();
    const jobId = driver.submitOne();
    driver.nowMs += 5;
    const events = driver.eventsOf(() => driver.assign(jobId, 'w1'));
    const fencingToken = { generation: 0, counter: 1 };
    const assigned = { jobId, attempt: 1, fencingToken, workerId: 'w1', workerIncarnation: 1 };
    expect(events).toEqual([{ type: 'attemptAssigned', ...assigned }]);
    expect(driver.job(jobId)).toMatchObject({ state: 'assigned', revision: 2 });
    expect(driver.job(jobId).attempts).toEqual([
      {
        attempt: 1,
        fencingToken,
        workerId: 'w1',
        workerIncarnation: 1,
        state: 'assigned',
        assignedAtMs: START_MS + 5,
        startedAtMs: undefined,
        finishedAtMs: undefined,
        end: undefined,
      },
    ]);
    expect(driver.machine.worker('w1')?.activeAttempts).toBe(1);
    expect(driver.machine.readyCount()).toBe(0);
  });

  it('puts the generation of the group into the token', () => {
    const driver = new Driver({ generation: 6 });
    driver.open(aWorker('w1'));
    expect(driver.assign(driver.submitOne(), 'w1').fencingToken).toEqual({ generation: 6, counter: 1 });
  });

  it('refuses a job that is unknown, has changed, or is not ready', () => {
    const driver = withWorker();
    const [ready, running] = [driver.submitOne(), driver.submitOne()];
    driver.assign(running, 'w1');
    const outdated = driver.proposal(ready, 'w1', { jobRevision: 0 });
    const current = driver.proposal(running, 'w1');
    const unknown = driver.proposal('j0000000099990000', 'w1');
    const other = driver.proposal('no job id', 'w1');
    expect(assign(driver, outdated, current, unknown, other)).toEqual(
      refusals('jobChanged', 'jobChanged', 'jobUnknown', 'jobUnknown'),
    );
  });

  it('refuses a job of another group by its id', () => {
    const driver = withWorker();
    const jobId = driver.submitOne();
    const elsewhere = `j01${jobId.slice(3)}`;
    expect(assign(driver, driver.proposal(elsewhere, 'w1', { jobRevision: 1 }))).toEqual(refusals('jobUnknown'));
  });

  it('refuses a worker that is unknown, offline, or of another incarnation', () => {
    const driver = withWorker();
    const jobId = driver.submitOne();
    driver.open(aWorker('w2'));
    driver.command({ type: 'closeWorker', workerId: 'w2', incarnation: 1, cause: 'left' });
    const proposals = [
      driver.proposal(jobId, 'w9'),
      driver.proposal(jobId, 'w2'),
      driver.proposal(jobId, 'w1', { workerIncarnation: 2 }),
      driver.proposal(jobId, 'w1', { workerIncarnation: 0 }),
    ];
    expect(assign(driver, ...proposals)).toEqual(refusals('workerGone', 'workerGone', 'workerGone', 'workerGone'));
  });

  it('refuses a worker without the labels, the handler, or exec', () => {
    const driver = withWorker();
    driver.open(aWorker('w2', { runsExec: false, handlers: ['mail'] }));
    const handler = (name: string) => ({ kind: 'handler' as const, handler: name, payload: '' });
    const [zone, missing, mail, other, exec] = driver.submit(
      aSpec({ workerLabels: { zone: 'b' } }),
      aSpec({ workerLabels: { toString: 'x' } }),
      aSpec({ task: handler('mail') }),
      aSpec({ task: handler('other') }),
      aSpec(),
    ) as [string, string, string, string, string];
    const proposals = [zone, missing, other].map((jobId) => driver.proposal(jobId, 'w1'));
    expect(assign(driver, ...proposals, driver.proposal(exec, 'w2'))).toEqual(
      refusals('workerUnfit', 'workerUnfit', 'workerUnfit', 'workerUnfit'),
    );
    expect(assign(driver, driver.proposal(mail, 'w2'), driver.proposal(exec, 'w1'))).toEqual(
      refusals(undefined, undefined),
    );
  });

  it('refuses what is above the capacity, item by item, and again takes as much as has ended', () => {
    const driver = withWorker();
    const [first, second, third] = driver.submit(aSpec(), aSpec(), aSpec()) as [string, string, string];
    const proposals = [first, second, third].map((jobId) => driver.proposal(jobId, 'w1'));
    expect(assign(driver, ...proposals)).toEqual(refusals(undefined, undefined, 'workerFull'));
    driver.finish('w1', driver.attemptOf(first), anEnd('failed'));
    expect(assign(driver, driver.proposal(third, 'w1'))).toEqual(refusals(undefined));
    expect(driver.attemptOf(third).fencingToken.counter).toBe(3);
  });

  it('refuses the second of two proposals for one job', () => {
    const driver = withWorker();
    const jobId = driver.submitOne();
    const proposal = driver.proposal(jobId, 'w1');
    expect(assign(driver, proposal, proposal)).toEqual(refusals(undefined, 'jobChanged'));
  });
});
