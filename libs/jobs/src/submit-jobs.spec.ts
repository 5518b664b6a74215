import { aSpec, Driver, refused, START_MS } from './machine.spec-support.js';
import { parseJobId } from './job-id.js';
import type { CommandReply, SubmitJobs } from './commands.js';
import { restoreJobsStateMachine } from './state-machine.js';

const submission = (idempotencyKey: string, ...queues: readonly string[]): SubmitJobs => ({
  type: 'submitJobs',
  specs: queues.map((queue) => aSpec({ queue })),
  idempotencyKey,
});

const jobIdsOf = (reply: CommandReply | undefined): readonly string[] => {
  if (reply?.type !== 'jobsSubmitted') throw new Error(JSON.stringify(reply));
  return reply.jobIds;
};

describe('submitJobs', () => {
  it('makes ready jobs whose ids carry group, slot and place in the entry, over all its commands', () => {
    const driver = new Driver({ groupId: 3 });
    driver.apply();
    const { replies } = driver.apply(
      driver.envelope(submission('', 'a', 'b')),
      driver.envelope({ type: 'cancelJob', jobId: 'nothing', reason: '' }),
      driver.envelope(submission('', 'c')),
    );
    const ids = [...jobIdsOf(replies[0]), ...jobIdsOf(replies[2])];
    expect(ids.map(parseJobId)).toEqual([0, 1, 2].map((index) => ({ groupId: 3, slot: 2, index })));
    expect(ids.map((jobId) => driver.job(jobId).spec.queue)).toEqual(['a', 'b', 'c']);
    expect(driver.events).toEqual(ids.map((jobId) => ({ type: 'jobSubmitted', jobId })));
    expect(driver.job(ids[0] as string)).toEqual({
      jobId: ids[0],
      spec: aSpec({ queue: 'a' }),
      state: 'ready',
      revision: 1,
      submittedAtMs: START_MS,
      finishedAtMs: undefined,
      cancelRequested: false,
      cancelReason: '',
      lostAttempts: 0,
      drainedAttempts: 0,
      principal: 'alice',
      attempts: [],
    });
  });

  it('is atomic: above a limit not one job of the command is made', () => {
    const driver = new Driver({ maxJobsPerCommand: 2, maxUnfinishedJobs: 3 });
    expect(driver.command(submission('', 'a', 'b', 'c'))).toEqual(refused({ code: 'tooManyJobs', limit: 2 }));
    driver.submit(aSpec(), aSpec());
    expect(driver.command(submission('', 'a', 'b'))).toEqual(refused({ code: 'tooManyJobs', limit: 3 }));
    expect(driver.machine.readyCount()).toBe(2);
    driver.submitOne();
    expect(driver.machine.readyCount()).toBe(3);
  });

  it('keeps its own copy of the specs', () => {
    const driver = new Driver();
    const args = ['one'];
    const task = { kind: 'exec' as const, command: 'x', args, env: {}, cwd: '', stdin: '', user: '' };
    const jobId = driver.submitOne({ task });
    args.push('two');
    expect(driver.job(jobId).spec.task).toMatchObject({ args: ['one'] });
    driver.machine.checkInvariants();
  });

  it('takes labels of any name, `__proto__` too', () => {
    const driver = new Driver();
    const labels = JSON.parse('{"__proto__": "a", "10": "b", "9": "c"}') as Record<string, string>;
    const jobId = driver.submitOne({ labels });
    expect(new Map(Object.entries(driver.job(jobId).spec.labels))).toEqual(new Map(Object.entries(labels)));
    expect(driver.machine.stateHash()).toBe(driver.replayed().stateHash());
  });

  it('shares equal specs, and never unequal ones', () => {
    const driver = new Driver();
    const [first, second] = [
      driver.submitOne({ labels: { a: '1', b: '2' } }),
      driver.submitOne({ labels: { b: '2', a: '1' } }),
    ];
    expect(driver.job(first).spec).toBe(driver.job(second).spec);
    const variants = [
      driver.submitOne({ labels: { a: '1' } }),
      driver.submitOne({ maxLostAttempts: 4 }),
      driver.submitOne({ task: { kind: 'handler', handler: 'h', payload: 'eA==' } }),
      driver.submitOne({ task: { kind: 'handler', handler: 'h', payload: 'eQ==' } }),
    ];
    expect(new Set(variants.map((jobId) => JSON.stringify(driver.job(jobId).spec))).size).toBe(4);
  });
});

describe('idempotency key', () => {
  it('replays the original answer, in another command and in another session', () => {
    const driver = new Driver();
    const jobIds = jobIdsOf(driver.command(submission('k', 'a', 'b')));
    expect(driver.command(submission('k', 'a', 'b'))).toEqual({ type: 'jobsSubmitted', jobIds, replayed: true });
    const origin = { nodeId: 'c2', incarnation: 7, sequence: 1, acknowledgedBelow: 1 };
    const { replies, events } = driver.apply(driver.envelope(submission('k', 'a', 'b'), { origin }));
    expect(replies).toEqual([{ type: 'jobsSubmitted', jobIds, replayed: true }]);
    expect(events).toEqual([]);
    expect(driver.machine.readyCount()).toBe(2);
  });

  it('is refused with other specs', () => {
    const driver = new Driver();
    driver.command(submission('k', 'a', 'b'));
    for (const other of [
      submission('k', 'a'),
      submission('k', 'b', 'a'),
      submission('k', 'a', 'b', 'b'),
      submission('k'),
    ]) {
      expect(driver.command(other)).toEqual(refused({ code: 'idempotencyKeyReused', idempotencyKey: 'k' }));
    }
  });

  it('replays also when jobs are refused for their number', () => {
    const driver = new Driver({ maxUnfinishedJobs: 1 });
    const jobIds = jobIdsOf(driver.command(submission('k', 'a')));
    expect(driver.command(submission('k', 'a'))).toEqual({ type: 'jobsSubmitted', jobIds, replayed: true });
  });

  it('is not taken by a submission that was refused', () => {
    const driver = new Driver({ maxUnfinishedJobs: 1 });
    const blocking = driver.submitOne();
    expect(driver.command(submission('k', 'a')).type).toBe('refused');
    driver.command({ type: 'cancelJob', jobId: blocking, reason: '' });
    expect(driver.command(submission('k', 'a'))).toMatchObject({ type: 'jobsSubmitted', replayed: false });
  });

  it('is forgotten after its lifetime in applied time, and not before', () => {
    const driver = new Driver({ idempotencyKeyLifetimeMs: 1_000 });
    driver.command(submission('k', 'a'));
    driver.nowMs += 999;
    expect(driver.command(submission('k', 'a'))).toMatchObject({ replayed: true });
    driver.nowMs += 1;
    expect(driver.command(submission('k', 'a'))).toMatchObject({ replayed: false });
  });

  it('is forgotten when there are too many newer ones', () => {
    const driver = new Driver({ maxIdempotencyKeys: 2 });
    for (const key of ['k1', 'k2', 'k3']) driver.command(submission(key, 'a'));
    expect(driver.command(submission('k3', 'a'))).toMatchObject({ replayed: true });
    expect(driver.command(submission('k2', 'a'))).toMatchObject({ replayed: true });
    expect(driver.command(submission('k1', 'a'))).toMatchObject({ replayed: false });
  });

  it('is not pushed out by any number of short-lived ones, such as client libraries make, and pushes none of them out', () => {
    const driver = new Driver({ maxIdempotencyKeys: 2 });
    driver.raiseLevel();
    const short = (key: string) => driver.command({ ...submission(key, 'a'), idempotencyKeyLifetimeMs: 600_000 });
    driver.command(submission('for a day', 'a'));
    for (let at = 0; at < 50; at += 1) short(`short-${at}`);
    expect(driver.command(submission('for a day', 'a'))).toMatchObject({ replayed: true });
    for (let at = 0; at < 3; at += 1) driver.command(submission(`another-${at}`, 'a'));
    expect([short('short-49'), short('short-48')]).toMatchObject([{ replayed: true }, { replayed: true }]);
    const { machine, options } = driver;
    const restored = restoreJobsStateMachine(options, machine.appliedSlot, machine.records(), machine.stateHash());
    restored.checkInvariants();
    expect(restored.stateHash()).toBe(machine.stateHash());
  });
});

describe('the lifetime of an idempotency key', () => {
  it('may be asked for: a short one is forgotten while an older, longer one is remembered, also after a restore', () => {
    const driver = new Driver();
    driver.raiseLevel();
    const submit = (idempotencyKey: string, idempotencyKeyLifetimeMs?: number) => {
      const lifetime = idempotencyKeyLifetimeMs === undefined ? {} : { idempotencyKeyLifetimeMs };
      return driver.command({ type: 'submitJobs', specs: [aSpec()], idempotencyKey, ...lifetime });
    };
    submit('long', 10_000);
    submit('short', 1_000);
    submit('usual');
    driver.nowMs += 999;
    expect(submit('short')).toMatchObject({ replayed: true });
    const { machine, options } = driver;
    const restored = restoreJobsStateMachine(options, machine.appliedSlot, machine.records(), machine.stateHash());
    expect(restored.stateHash()).toBe(machine.stateHash());
    driver.nowMs += 1;
    expect(submit('short')).toMatchObject({ replayed: false });
    expect(submit('long')).toMatchObject({ replayed: true });
    driver.nowMs += 9_000;
    expect(submit('long')).toMatchObject({ replayed: false });
    expect(submit('usual')).toMatchObject({ replayed: true });
  });
});
