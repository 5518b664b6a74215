import type { JobFilter, ReadyClass } from './state-machine-port.js';
import { aSpec, aWorker, Driver } from './machine.spec-support.js';

const ALL: JobFilter = { states: [], queue: '' };
const ids = (readyClass: ReadyClass | undefined) => [...(readyClass?.jobs() ?? [])].map((job) => job.jobId);

describe('listJobs', () => {
  it('goes from the newest back, in pages without gap or repeat', () => {
    const driver = new Driver();
    const jobIds = Array.from({ length: 7 }, () => driver.submit(aSpec(), aSpec(), aSpec())).flat();
    const listed: string[] = [];
    for (let before: string | undefined; ; before = listed.at(-1)) {
      const page = driver.machine.listJobs(ALL, before, 4);
      listed.push(...page.map((job) => job.jobId));
      if (page.length < 4) break;
    }
    expect(listed).toEqual(jobIds.slice().reverse());
  });

  it('filters by state and queue', () => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const done = driver.complete('w1', { queue: 'mail' });
    const ready = driver.submitOne({ queue: 'mail' });
    const other = driver.submitOne({ queue: 'other' });
    const list = (filter: Partial<JobFilter>) =>
      driver.machine.listJobs({ ...ALL, ...filter }, undefined, 10).map((job) => job.jobId);
    expect(list({ queue: 'mail' })).toEqual([ready, done]);
    expect(list({ states: ['ready'] })).toEqual([other, ready]);
    expect(list({ states: ['ready', 'succeeded'], queue: 'mail' })).toEqual([ready, done]);
    expect(list({ states: ['running'] })).toEqual([]);
  });

  it('filters by labels: all that are named, with their values, and no name that objects have anyway', () => {
    const driver = new Driver();
    const both = driver.submitOne({ labels: { team: 'a', env: 'prod' } });
    const one = driver.submitOne({ labels: { team: 'a' } });
    driver.submitOne({ labels: { team: 'b', env: 'prod' } });
    const list = (labels: Record<string, string>) =>
      driver.machine.listJobs({ ...ALL, labels }, undefined, 10).map((job) => job.jobId);
    expect(list({ team: 'a' })).toEqual([one, both]);
    expect(list({ team: 'a', env: 'prod' })).toEqual([both]);
    expect(list({ toString: 'x' })).toEqual([]);
    expect(list({})).toHaveLength(3);
  });

  it('lists nothing for no limit, and nothing before what is no job id', () => {
    const driver = new Driver();
    const jobId = driver.submitOne();
    expect(driver.machine.listJobs(ALL, undefined, 0)).toEqual([]);
    expect(driver.machine.listJobs(ALL, 'nonsense', 5)).toEqual([]);
    expect(driver.machine.listJobs(ALL, jobId, 5)).toEqual([]);
  });
});

describe('ready classes', () => {
  it('are told apart by queue, task kind, handler and worker labels, and by nothing else', () => {
    const driver = new Driver();
    const handler = (name: string) => ({ kind: 'handler' as const, handler: name, payload: name });
    const groups = [
      [
        aSpec(),
        aSpec({ labels: { a: 'b' } }),
        aSpec({ mode: 'atMostOnce', placementKey: 'k', placement: 'consistentHash' }),
      ],
      [aSpec({ queue: 'other' })],
      [aSpec({ task: handler('mail') })],
      [aSpec({ task: handler('mail'), queue: 'other' })],
      [aSpec({ task: handler('bill') })],
      [aSpec({ workerLabels: { zone: 'a' } })],
      [aSpec({ workerLabels: { zone: 'b' } })],
      [aSpec({ workerLabels: { zone: 'a', disk: 'b' } }), aSpec({ workerLabels: { disk: 'b', zone: 'a' } })],
      [aSpec({ workerLabels: { 'zone=1:a 4:disk': 'b' } })],
    ];
    const submitted = groups.map((specs) => [...driver.submit(...specs)]);
    const classes = [...driver.machine.readyClasses()];
    expect(classes.map(ids)).toEqual(submitted);
    expect(new Set(classes.map((it) => it.classKey)).size).toBe(groups.length);
    expect(classes[3]).toMatchObject({ queue: 'other', task: { kind: 'handler', handler: 'mail' }, workerLabels: {} });
    expect(driver.machine.readyCount()).toBe(12);
  });

  it('hold jobs in order of id, also those that come back', () => {
    const driver = new Driver();
    driver.open(aWorker('w1', { capacity: 100 }));
    const jobIds = driver.submit(...Array.from({ length: 20 }, () => aSpec()));
    const refs = jobIds.slice(0, 12).map((jobId) => driver.assign(jobId, 'w1'));
    for (const at of [7, 3, 11, 0]) {
      driver.command({ type: 'loseAttempts', attempts: [refs[at] as (typeof refs)[0]], reason: '' });
    }
    const expected = [0, 3, 7, 11].concat(Array.from({ length: 8 }, (_, at) => 12 + at));
    expect(ids([...driver.machine.readyClasses()][0])).toEqual(expected.map((at) => jobIds[at]));
  });

  it('say of each job what the planner needs', () => {
    const driver = new Driver();
    const jobId = driver.submitOne({ placement: 'consistentHash', placementKey: 'customer-1' });
    const [readyClass] = driver.machine.readyClasses();
    expect([...(readyClass?.jobs() ?? [])]).toEqual([
      { jobId, revision: 1, priority: 0, placement: 'consistentHash', placementKey: 'customer-1' },
    ]);
  });

  it('are gone when they are empty', () => {
    const driver = new Driver();
    const jobId = driver.submitOne();
    driver.command({ type: 'cancelJob', jobId, reason: '' });
    expect([...driver.machine.readyClasses()]).toEqual([]);
  });
});

describe('views', () => {
  it('do not change with the state', () => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne();
    const job = driver.job(jobId);
    const workers = driver.machine.workers();
    const counts = driver.machine.counts();
    const before = JSON.stringify([job, workers, counts]);
    driver.finish('w1', driver.assign(jobId, 'w1'));
    expect(JSON.stringify([job, workers, counts])).toBe(before);
    expect(driver.job(jobId).state).toBe('succeeded');
    expect(driver.machine.counts()).toMatchObject({ ready: 0, succeeded: 1 });
  });

  it('list workers by id, and active attempts by token', () => {
    const driver = new Driver();
    for (const workerId of ['w2', 'w10', 'w1']) driver.open(aWorker(workerId));
    expect(driver.machine.workers().map((worker) => worker.workerId)).toEqual(['w1', 'w10', 'w2']);
    const [first, second] = [driver.submitOne(), driver.submitOne()];
    const later = driver.assign(second, 'w2');
    const last = driver.assign(first, 'w2');
    driver.start('w2', last);
    expect(driver.machine.activeAttempts('w2')).toEqual([
      { ...later, workerIncarnation: 1, spec: aSpec(), started: false, cancelRequested: false, evicting: false },
      { ...last, workerIncarnation: 1, spec: aSpec(), started: true, cancelRequested: false, evicting: false },
    ]);
    expect(driver.machine.activeAttempts('unknown')).toEqual([]);
  });
});
