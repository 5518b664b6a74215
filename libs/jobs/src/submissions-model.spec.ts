import fc from 'fast-check';
import type { JobSpec } from './job.js';
import { aSpec, anEnd, aWorker, Driver } from './machine.spec-support.js';
import { FAILED_JOB_LABEL } from './on-failure.js';
import { restoreJobsStateMachine } from './state-machine.js';

const DEFAULT_LIFETIME_MS = 100;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      key: fc.constantFrom('', 'a', 'b', 'c'),
      jobs: fc.array(fc.constantFrom('x', 'y'), { minLength: 1, maxLength: 2 }),
      lifetimeMs: fc.constantFrom(undefined, undefined, 20, 500),
      followed: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 60, 100) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      pick: fc.nat({ max: 5 }),
      behind: fc.constantFrom(0, 0, 1),
      verb: fc.constantFrom('changeJob' as const, 'cancelJob' as const, 'retryJob' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      pick: fc.nat({ max: 5 }),
      how: fc.constantFrom('succeeded' as const, 'failed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer It> ? It : never;

interface KnownKey {
  readonly jobIds: readonly string[];
  readonly asked: string;
  readonly untilMs: number;
}

/** The state machine, and what must be so after each step. */
class Comparison {
  readonly driver = new Driver({ idempotencyKeyLifetimeMs: DEFAULT_LIFETIME_MS });
  readonly seen = new Set<string>();
  private readonly keys = new Map<string, KnownKey>();
  private readonly jobIds: string[] = [];
  /** How often each job has failed for good, of those that are followed. */
  private readonly failures = new Map<string, number>();

  constructor() {
    this.driver.raiseLevel();
    this.driver.open(aWorker('w1', { capacity: 100 }));
  }

  take(it: Step): void {
    const { driver } = this;
    switch (it.kind) {
      case 'submit':
        return this.submit(it);
      case 'pass':
        driver.nowMs += it.ms;
        driver.command({ type: 'advanceTime' });
        return;
      case 'change':
        return this.change(it);
      case 'run': {
        const jobId = this.pick(it.pick);
        if (jobId === undefined || driver.job(jobId).state !== 'ready') return;
        driver.finish('w1', driver.assign(jobId, 'w1'), anEnd(it.how));
        if (it.how === 'failed') this.failures.set(jobId, (this.failures.get(jobId) ?? 0) + 1);
        return;
      }
      case 'restore': {
        const { machine, options } = driver;
        const restored = restoreJobsStateMachine(options, machine.appliedSlot, machine.records(), machine.stateHash());
        restored.checkInvariants();
        expect(restored.stateHash()).toBe(machine.stateHash());
      }
    }
  }

  /** Each job that failed for good is followed once for each time, and no other is. */
  checkFollowers(): void {
    const followers = new Map<string, number>();
    for (const { spec } of this.driver.machine.listJobs({ states: [], queue: '' }, undefined, 10_000)) {
      const failed = spec.labels[FAILED_JOB_LABEL];
      if (failed !== undefined) followers.set(failed, (followers.get(failed) ?? 0) + 1);
    }
    const due = [...this.failures].filter(([jobId]) => this.driver.job(jobId).spec.onFailure !== undefined);
    expect(followers).toEqual(new Map(due));
    if (followers.size > 0) this.seen.add('followed');
  }

  private submit({ key, jobs, lifetimeMs, followed }: Extract<Step, { kind: 'submit' }>): void {
    const { driver } = this;
    const specs = jobs.map((name): JobSpec =>
      aSpec({ labels: { name }, ...(followed ? { onFailure: aSpec({ labels: { follows: name } }) } : {}) }),
    );
    const lifetime = lifetimeMs === undefined ? {} : { idempotencyKeyLifetimeMs: lifetimeMs };
    const before = driver.machine.listJobs({ states: [], queue: '' }, undefined, 10_000).length;
    const reply = driver.command({ type: 'submitJobs', specs, idempotencyKey: key, ...lifetime });
    const made = driver.machine.listJobs({ states: [], queue: '' }, undefined, 10_000).length - before;
    const asked = JSON.stringify([jobs, followed]);
    const known = this.keys.get(key);
    if (known !== undefined && driver.nowMs < known.untilMs) {
      expect(made).toBe(0);
      if (known.asked !== asked) {
        this.seen.add('reused');
        return expect(reply).toMatchObject({ type: 'refused', refusal: { code: 'idempotencyKeyReused' } });
      }
      this.seen.add('replayed');
      return expect(reply).toEqual({ type: 'jobsSubmitted', jobIds: known.jobIds, replayed: true });
    }
    if (known !== undefined) this.seen.add('forgotten');
    // All of them, and at once.
    expect([made, reply]).toMatchObject([jobs.length, { type: 'jobsSubmitted', replayed: false }]);
    if (reply.type !== 'jobsSubmitted') return;
    this.jobIds.push(...reply.jobIds);
    const untilMs = driver.nowMs + (lifetimeMs ?? DEFAULT_LIFETIME_MS);
    if (key !== '') this.keys.set(key, { jobIds: reply.jobIds, asked, untilMs });
  }

  /** By revision: with the present one it is as if without, with an older one nothing changes. */
  private change({ pick, behind, verb }: Extract<Step, { kind: 'change' }>): void {
    const jobId = this.pick(pick);
    if (jobId === undefined) return;
    const { driver } = this;
    const before = driver.job(jobId);
    const ifRevision = before.revision - behind;
    if (ifRevision < 1) return;
    const reply =
      verb === 'changeJob'
        ? driver.command({ type: verb, jobId, ifRevision, priority: (before.spec.priority ?? 0) + 1, queue: undefined })
        : verb === 'cancelJob'
          ? driver.command({ type: verb, jobId, ifRevision, reason: '' })
          : driver.command({ type: verb, jobId, ifRevision });
    if (behind === 0) {
      expect(reply).not.toMatchObject({ refusal: { code: 'revisionMismatch' } });
      return;
    }
    this.seen.add('outdated');
    expect(reply).toEqual({ type: 'refused', refusal: { code: 'revisionMismatch', revision: before.revision } });
    expect(driver.job(jobId)).toEqual(before);
  }

  private pick(at: number): string | undefined {
    return this.jobIds.at(-1 - at);
  }
}

describe('submissions against plain rules', () => {
  it('a key replays its answer while it lives, a change by an old revision changes nothing, each failure is followed once', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 70, size: 'max' }), (steps) => {
        const comparison = new Comparison();
        for (const it of steps) comparison.take(it);
        comparison.checkFollowers();
        for (const it of comparison.seen) seen.add(it);
      }),
      { numRuns: 100, interruptAfterTimeLimit: 60_000 },
    );
    expect([...seen].sort()).toEqual(['followed', 'forgotten', 'outdated', 'replayed', 'reused']);
  });
});
