import { InvariantViolation } from '@synod/base';
import type { Command } from './commands.js';
import { aSpec, aWorker, anEnd, Driver, START_MS } from './machine.spec-support.js';
import { resolveJobsOptions } from './options.js';
import { createJobsStateMachine } from './state-machine.js';

describe('state machine: entries', () => {
  it('come once, in order, without gaps, from slot 1', () => {
    const machine = createJobsStateMachine();
    expect(machine.appliedSlot).toBe(0);
    for (const slot of [0, 2]) expect(() => machine.apply(slot, [])).toThrow(InvariantViolation);
    expect(machine.apply(1, [])).toEqual({ slot: 1, timeMs: 0, replies: [], events: [], retired: [] });
    expect(() => machine.apply(1, [])).toThrow(InvariantViolation);
    expect(machine.appliedSlot).toBe(1);
  });

  it('without commands change nothing but the slot', () => {
    const driver = new Driver();
    driver.submitOne();
    const before = driver.machine.stateHash();
    driver.apply();
    expect(driver.machine.stateHash()).toBe(before);
  });

  it('never let time fall, whatever their stamps say', () => {
    const driver = new Driver();
    const first = driver.submitOne();
    driver.nowMs -= 5_000;
    const second = driver.submitOne();
    driver.nowMs += 6_000;
    const third = driver.submitOne();
    const times = [first, second, third].map((jobId) => driver.job(jobId).submittedAtMs);
    expect(times).toEqual([START_MS, START_MS, START_MS + 1_000]);
    expect(driver.machine.timeMs).toBe(START_MS + 1_000);
  });

  it('stop a replica that does not know a type, a version or a group, before it applies any of it', () => {
    const driver = new Driver();
    driver.submitOne();
    const before = driver.machine.stateHash();
    const good = () => driver.envelope({ type: 'submitJobs', specs: [aSpec()], idempotencyKey: '' });
    const unknownType = { ...good(), body: { type: 'toString' } as unknown as Command };
    const strange = [unknownType, { ...good(), version: 2 }, { ...good(), version: 0 }, { ...good(), groupId: 9 }];
    for (const stamp of [Number.NaN, 1.5, -1, 2 ** 60]) strange.push({ ...good(), stampMs: stamp });
    for (const envelope of strange) {
      expect(() => driver.machine.apply(2, [good(), envelope])).toThrow(InvariantViolation);
      expect(driver.machine.appliedSlot).toBe(1);
      expect(driver.machine.stateHash()).toBe(before);
      driver.machine.checkInvariants();
    }
  });
});

describe('state machine: options', () => {
  it('are refused out of range', () => {
    for (const options of [{ groupId: 1_024 }, { maxFinishedJobs: -1 }, { maxNodes: 0 }, { generation: 0.5 }]) {
      expect(() => resolveJobsOptions(options)).toThrow(InvariantViolation);
    }
  });
});

describe('state machine: finished jobs', () => {
  it('retire above the bound, the oldest-finished first, with their whole record', () => {
    const driver = new Driver({ maxFinishedJobs: 2 });
    driver.open(aWorker('w1'));
    const [first, second, third, fourth] = driver.submit(aSpec(), aSpec(), aSpec(), aSpec()) as [
      string,
      string,
      string,
      string,
    ];
    for (const jobId of [third, first]) driver.finish('w1', driver.assign(jobId, 'w1'));
    expect(driver.retired).toEqual([]);
    const expected = driver.job(third);
    driver.finish('w1', driver.assign(second, 'w1'));
    expect(driver.retired).toEqual([expected]);
    expect(driver.machine.job(third)).toBeUndefined();
    driver.finish('w1', driver.assign(fourth, 'w1'));
    expect(driver.retired.map((job) => job.jobId)).toEqual([third, first]);
    expect(driver.machine.counts()).toMatchObject({ succeeded: 2, ready: 0 });
  });

  it('retire also by the text that they hold', () => {
    const driver = new Driver({ maxFinishedTextUnits: 1_000 });
    driver.open(aWorker('w1'));
    const small = driver.complete('w1');
    const jobId = driver.submitOne();
    const ref = driver.assign(jobId, 'w1');
    driver.finish('w1', ref, anEnd('succeeded', { stdoutTail: 'x'.repeat(940) }));
    expect(driver.retired.map((job) => job.jobId)).toEqual([small]);
    driver.finish('w1', driver.assign(driver.submitOne(), 'w1'), anEnd('failed', { stdoutTail: 'y'.repeat(2_000) }));
    expect(driver.retired.map((job) => job.state)).toEqual(['succeeded', 'succeeded', 'failed']);
  });

  it('retire in the entry that finished them when none are kept', () => {
    const driver = new Driver({ maxFinishedJobs: 0 });
    driver.open(aWorker('w1'));
    const jobId = driver.complete('w1');
    expect(driver.retired).toMatchObject([{ jobId, state: 'succeeded', attempts: [{ state: 'succeeded' }] }]);
    expect(driver.machine.job(jobId)).toBeUndefined();
  });

  it('are unknown to cancels and stale to reports once retired', () => {
    const driver = new Driver({ maxFinishedJobs: 0 });
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne();
    const ref = driver.assign(jobId, 'w1');
    driver.finish('w1', ref);
    expect(driver.finish('w1', ref)).toEqual({ type: 'attemptsReported', outcomes: ['stale'] });
    expect(driver.command({ type: 'cancelJob', jobId, reason: '' }).type).toBe('refused');
  });
});
