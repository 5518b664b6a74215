import fc from 'fast-check';
import { aSpec, anEnd, aWorker, Driver, START_MS } from './machine.spec-support.js';
import type { RetryPolicy } from './job.js';
import { NO_QUEUE_SETTINGS } from './queue.js';
import { isActive, RulesModel } from './rules-model.spec-support.js';
import type { ModelTask } from './rules-model.spec-support.js';
import { restoreJobsStateMachine } from './state-machine.js';

const pick = fc.nat({ max: 9 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      priority: fc.integer({ min: -1, max: 1 }),
      key: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      delayMs: fc.constantFrom(0, 0, 30, 70),
      expiresInMs: fc.option(fc.constantFrom(20, 50, 100), { nil: undefined }),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      backOffMs: fc.constantFrom(0, 25),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('assign' as const),
      picks: fc.array(pick, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      pick,
      how: fc.constantFrom('started', 'succeeded', 'failed', 'timedOut', 'lost'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 5, 20, 60), told: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('redrive' as const), limit: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('change' as const), pick, priority: fc.integer({ min: -1, max: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), paused: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      maxRunning: fc.constantFrom(0, 1, 2, 3),
      maxRunningPerKey: fc.constantFrom(0, 1, 2),
      rate: fc.option(
        fc.record({
          tokens: fc.integer({ min: 1, max: 3 }),
          perMs: fc.integer({ min: 7, max: 60 }),
          burst: fc.integer({ min: 1, max: 4 }),
        }),
        { nil: undefined },
      ),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer It> ? It : never;

/** The state machine and the plain model side by side. */
class Comparison {
  readonly driver = new Driver();
  readonly model = new RulesModel(START_MS);
  readonly seen = new Set<string>();

  constructor() {
    this.driver.raiseLevel();
    this.driver.open(aWorker('w1', { capacity: 1_000 }));
  }

  take(it: Step): void {
    const { driver, model } = this;
    switch (it.kind) {
      case 'submit':
        return this.submit(it);
      case 'assign': {
        const tasks = it.picks.map((at) => this.task(at)).filter((task) => task !== undefined);
        const distinct = [...new Set(tasks)];
        const reply = driver.command({
          type: 'assignJobs',
          assignments: distinct.map(({ jobId }) => driver.proposal(jobId, 'w1')),
        });
        const outcomes = distinct.map((task) => model.assign(task));
        expect(reply.type === 'jobsAssigned' && reply.refusals.map((it) => it ?? 'assigned')).toEqual(outcomes);
        for (const outcome of outcomes) this.seen.add(outcome);
        return;
      }
      case 'end':
        return this.end(it.pick, it.how);
      case 'pass':
        driver.nowMs += it.ms;
        model.pass(it.ms);
        driver.command(it.told ? { type: 'advanceTime' } : { type: 'loseAttempts', attempts: [], reason: '' });
        if (it.told) model.advance();
        return;
      case 'cancel': {
        const task = this.task(it.pick);
        if (task === undefined || isActive(task)) return;
        driver.command({ type: 'cancelJob', jobId: task.jobId, reason: '' });
        if (task.state === 'waiting' || task.state === 'ready') model.finish(task, 'cancelled');
        return;
      }
      case 'retry': {
        const task = this.task(it.pick);
        if (task === undefined) return;
        const reply = driver.command({ type: 'retryJob', jobId: task.jobId, ifRevision: undefined });
        expect(reply.type === 'jobChanged').toBe(model.retry(task));
        return;
      }
      case 'redrive': {
        const reply = driver.command({ type: 'redriveQueue', queue: 'default', limit: it.limit });
        expect(reply.type === 'queueRedriven' && reply.redriven).toBe(model.redrive(it.limit));
        return;
      }
      case 'change': {
        const task = this.task(it.pick);
        if (task === undefined) return;
        const change = { ifRevision: undefined, priority: it.priority, queue: undefined };
        const reply = driver.command({ type: 'changeJob', jobId: task.jobId, ...change });
        const isOpen = task.state === 'waiting' || task.state === 'ready';
        expect(reply.type === 'jobChanged').toBe(isOpen);
        if (isOpen) task.priority = it.priority;
        return;
      }
      case 'pause':
        driver.command({ type: 'pauseQueue', queue: 'default', paused: it.paused, reason: '' });
        model.paused = it.paused;
        return;
      case 'set': {
        const { kind: _, ...limits } = it;
        const settings = { ...NO_QUEUE_SETTINGS, ...limits };
        driver.command({ type: 'setQueue', queue: 'default', settings, ifRevision: undefined });
        model.set(limits);
      }
    }
  }

  compare(): void {
    const { driver, model } = this;
    const { machine } = driver;
    const states = Object.fromEntries(model.tasks.map(({ jobId, state }) => [jobId, state]));
    const real = machine.listJobs({ states: [], queue: '' }, undefined, 1_000);
    expect(Object.fromEntries(real.map(({ jobId, state }) => [jobId, state]))).toEqual(states);
    for (const state of Object.values(states)) this.seen.add(state);
    const open = [...machine.readyClasses()].flatMap((readyClass) => [...readyClass.jobs()].map((job) => job.jobId));
    expect(open).toEqual(model.open().map(({ jobId }) => jobId));
    expect(machine.queueRoom('default')).toBe(model.room());
    const jobDueMs = model.nextJobDueMs() ?? Infinity;
    expect(machine.nextDueMs ?? Infinity).toBeLessThanOrEqual(jobDueMs);
    if (model.limits.rate === undefined) expect(machine.nextDueMs ?? Infinity).toBe(jobDueMs);
  }

  private submit(it: Extract<Step, { kind: 'submit' }>): void {
    const { driver, model } = this;
    const { priority, key, delayMs, expiresInMs, maxAttempts, backOffMs } = it;
    const expiresAtMs = expiresInMs === undefined ? undefined : driver.nowMs + expiresInMs;
    const retry: RetryPolicy = {
      maxAttempts,
      backoff: 'fixed',
      initialMs: backOffMs,
      maxMs: 1_000,
      jitterPercent: 0,
      notRetriedExitCodes: [],
      notRetriedErrors: [],
    };
    const [jobId] = driver.submit(
      aSpec({
        ...(priority === 0 ? {} : { priority }),
        ...(key === undefined ? {} : { limitKey: key }),
        ...(delayMs === 0 ? {} : { delayMs }),
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
        ...(maxAttempts === 1 ? {} : { retry }),
      }),
    );
    model.submit(jobId as string, { priority, key, delayMs, expiresAtMs, maxAttempts, backOffMs });
  }

  private end(at: number, how: Extract<Step, { kind: 'end' }>['how']): void {
    const { driver, model } = this;
    const active = model.tasks.filter(isActive);
    const task = active[at % Math.max(1, active.length)];
    if (task === undefined) return;
    const ref = driver.attemptOf(task.jobId);
    switch (how) {
      case 'started':
        driver.start('w1', ref);
        return model.start(task);
      case 'succeeded':
        driver.finish('w1', ref);
        return model.finish(task, 'succeeded');
      case 'failed':
      case 'timedOut':
        driver.finish('w1', ref, anEnd(how));
        return model.fail(task);
      default:
        driver.command({ type: 'loseAttempts', attempts: [ref], reason: '' });
        return this.lost(task);
    }
  }

  private lost(task: ModelTask): void {
    const lost = this.driver.job(task.jobId);
    // Three losses are the most that the specs here allow.
    if (lost.state === 'failed') this.model.finish(task, 'failed');
    else this.model.ready(task);
  }

  /** Of the newest jobs, so that much meets. */
  private task(at: number): ModelTask | undefined {
    return this.model.tasks.at(-1 - at);
  }
}

describe('time and queues against the plain rules', () => {
  it('give the same states, the same order and the same room, hold their invariants, and are restored and replayed as they are', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 90, size: 'max' }), (steps) => {
        const comparison = new Comparison();
        for (const it of steps) {
          comparison.take(it);
          comparison.compare();
        }
        const { machine, options } = comparison.driver;
        const restored = restoreJobsStateMachine(options, machine.appliedSlot, machine.records(), machine.stateHash());
        restored.checkInvariants();
        expect([restored.nextDueMs, restored.queues()]).toEqual([machine.nextDueMs, machine.queues()]);
        expect(comparison.driver.replayed().stateHash()).toBe(machine.stateHash());
        for (const it of comparison.seen) seen.add(it);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 60_000 },
    );
    // Runs in which nothing happens prove nothing.
    expect([...seen].sort()).toEqual([
      ...['assigned', 'cancelled', 'expired', 'failed', 'jobChanged', 'jobExpired', 'keyFull', 'queueFull'],
      ...['queuePaused', 'rateLimited', 'ready', 'running', 'succeeded', 'waiting'],
    ]);
  });
});
