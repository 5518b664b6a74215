import { aSpec, aWorker, Driver } from './machine.spec-support.js';
import { PLACEMENT_POLICIES, placementOf } from './placement.js';
import type { PlacementPolicy } from './placement.js';

const LEVEL_1: readonly PlacementPolicy[] = ['leastLoaded', 'consistentHash'];
const raised = (level: number) => {
  const driver = new Driver({ maxFeatureLevel: 3 });
  driver.command({ type: 'setFeatureLevel', level });
  return driver;
};
const submit = (driver: Driver, spec: Parameters<typeof aSpec>[0]) =>
  driver.command({ type: 'submitJobs', specs: [aSpec(), aSpec(spec)], idempotencyKey: '' });

describe('placement of a job', () => {
  it.each(Object.keys(PLACEMENT_POLICIES) as PlacementPolicy[])(
    '%s is refused below the level that has it',
    (placement) => {
      const isNew = !LEVEL_1.includes(placement);
      const refused = { type: 'refused', refusal: { code: 'featureLevelTooLow', needed: 3, level: 2 } };
      expect(submit(raised(2), { placement })).toMatchObject(isNew ? refused : { type: 'jobsSubmitted' });
      expect(submit(raised(3), { placement })).toMatchObject({ type: 'jobsSubmitted' });
    },
  );

  it('with options is of level 3, whatever its policy', () => {
    const placementOptions = { choices: 2 };
    expect(submit(raised(2), { placementOptions })).toMatchObject({ type: 'refused' });
    const driver = raised(3);
    const jobId = driver.submitOne({ placement: 'powerOfChoices', placementOptions });
    expect(driver.machine.job(jobId)?.spec).toMatchObject({ placement: 'powerOfChoices', placementOptions });
    const [readyClass] = driver.machine.readyClasses();
    expect([...(readyClass?.jobs() ?? [])]).toEqual([
      { jobId, revision: 1, priority: 0, placement: 'powerOfChoices', placementKey: '', placementOptions },
    ]);
  });

  it('of its own word is, below level 3, as if it were not said: a program of then drops it', () => {
    const [with2, without2] = [raised(2), raised(2)];
    const jobId = with2.submitOne({ ownPlacement: true });
    without2.submitOne();
    expect(with2.machine.job(jobId)?.spec.ownPlacement).toBeUndefined();
    expect(with2.machine.stateHash()).toBe(without2.machine.stateHash());
    const [with3, without3] = [raised(3), raised(3)];
    expect(with3.machine.job(with3.submitOne({ ownPlacement: true }))?.spec.ownPlacement).toBe(true);
    without3.submitOne();
    expect(with3.machine.stateHash()).not.toBe(without3.machine.stateHash());
  });

  it('is the own word of the job, else that of its queue, else leastLoaded', () => {
    const queue = { policy: 'spread', options: { spreadLabel: 'zone' } } as const;
    expect(placementOf({ placement: 'leastLoaded' })).toEqual({ policy: 'leastLoaded' });
    expect(placementOf({ placement: 'leastLoaded' }, queue)).toEqual(queue);
    expect(placementOf({ placement: 'leastLoaded', ownPlacement: true }, queue)).toEqual({ policy: 'leastLoaded' });
    const own = { placement: 'powerOfChoices', placementOptions: { choices: 3 } } as const;
    expect(placementOf(own, queue)).toEqual({ policy: 'powerOfChoices', options: { choices: 3 } });
  });
});

describe('active attempts of a queue', () => {
  it('are counted by worker from assignment to end', () => {
    const driver = new Driver();
    for (const workerId of ['w1', 'w2']) driver.open(aWorker(workerId, { capacity: 9 }));
    const jobIds = driver.submit(aSpec({ queue: 'q' }), aSpec({ queue: 'q' }), aSpec({ queue: 'q' }), aSpec());
    const refs = jobIds.map((jobId, at) => driver.assign(jobId, at === 1 ? 'w2' : 'w1'));
    expect(new Map(driver.machine.activeInQueue('q'))).toEqual(new Map([['w1', 2], ['w2', 1]])); // prettier-ignore
    expect(new Map(driver.machine.activeInQueue('default'))).toEqual(new Map([['w1', 1]]));
    driver.command({ type: 'loseAttempts', attempts: [refs[0], refs[1]].flatMap((it) => it ?? []), reason: '' });
    expect(new Map(driver.machine.activeInQueue('q'))).toEqual(new Map([['w1', 1]]));
    expect(driver.machine.activeInQueue('nobody').size).toBe(0);
    driver.machine.checkInvariants();
  });
});
