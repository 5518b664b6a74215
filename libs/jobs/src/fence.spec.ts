import { checkFence } from './fence.js';
import { anEnd, aWorker, Driver } from './machine.spec-support.js';

function started(): { readonly driver: Driver; readonly jobId: string } {
  const driver = new Driver();
  driver.open(aWorker('w1'));
  return { driver, jobId: driver.submitOne() };
}

describe('checkFence', () => {
  it('knows no token before the first attempt', () => {
    const { driver, jobId } = started();
    const check = checkFence(driver.job(jobId), { generation: 0, counter: 1 });
    expect(check).toEqual({ current: false, newestToken: undefined, jobState: 'ready' });
  });

  it('holds a token current from its assignment until its attempt has ended', () => {
    const { driver, jobId } = started();
    const ref = driver.assign(jobId, 'w1');
    const { fencingToken } = ref;
    expect(checkFence(driver.job(jobId), fencingToken)).toEqual({
      ...{ current: true, newestToken: fencingToken, jobState: 'assigned' },
    });
    driver.start('w1', ref);
    expect(checkFence(driver.job(jobId), fencingToken)).toMatchObject({ current: true, jobState: 'running' });
    driver.finish('w1', ref);
    expect(checkFence(driver.job(jobId), fencingToken)).toMatchObject({ current: false, jobState: 'succeeded' });
  });

  it('holds the token of a lost attempt current no more, with or without a next one', () => {
    const { driver, jobId } = started();
    const first = driver.assign(jobId, 'w1');
    driver.report('w1', first, { end: anEnd('lost') });
    expect(checkFence(driver.job(jobId), first.fencingToken)).toMatchObject({ current: false, jobState: 'ready' });
    const second = driver.assign(jobId, 'w1');
    expect(checkFence(driver.job(jobId), first.fencingToken)).toMatchObject({
      ...{ current: false, newestToken: second.fencingToken },
    });
    expect(checkFence(driver.job(jobId), second.fencingToken).current).toBe(true);
  });

  it('tells generations apart', () => {
    const { driver, jobId } = started();
    const { counter, generation } = driver.assign(jobId, 'w1').fencingToken;
    expect(checkFence(driver.job(jobId), { counter, generation: generation + 1 }).current).toBe(false);
  });
});
