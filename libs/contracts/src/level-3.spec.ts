import fc from 'fast-check';
import type { JobSpec } from '@synod/jobs';
import type { WireJobSpecInput } from '@synod/wire';
import { anySpec, violatedFields, wireSpec } from './contracts.spec-support.js';
import {
  changeJobFromWire,
  jobSpecFromWire,
  jobSpecToWire,
  queueToWire,
  retryJobFromWire,
  setQueueFromWire,
  specBytes,
  submitJobFromWire,
} from './index.js';
import { specBytesBound } from './job-spec.js';

const EXEC = { command: 'true' };
const timeMs = fc.integer({ min: 1, max: 4_000_000_000_000 });
const spanMs = fc.integer({ min: 1, max: 366 * 86_400_000 });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,12}$/);

/** What of level 3 a spec may have, each there or not. */
const additions: fc.Arbitrary<Partial<JobSpec>> = fc
  .record(
    {
      priority: fc.integer({ min: -1_000, max: 1_000 }).filter((priority) => priority !== 0),
      delayMs: spanMs,
      expiresAtMs: timeMs,
      scheduleToStartTimeoutMs: spanMs,
      limitKey: word,
      retry: fc.record({
        maxAttempts: fc.integer({ min: 1, max: 1_000 }),
        backoff: fc.constantFrom('fixed' as const, 'linear' as const, 'exponential' as const),
        initialMs: fc.integer({ min: 0, max: 86_400_000 }),
        maxMs: fc.integer({ min: 1, max: 7 * 86_400_000 }),
        jitterPercent: fc.integer({ min: 0, max: 100 }),
        notRetriedExitCodes: fc.uniqueArray(fc.integer({ min: -128, max: 255 })).map((it) => it.sort((a, b) => a - b)),
        notRetriedErrors: fc.uniqueArray(word).map((it) => it.sort()),
      }),
      onFailure: anySpec,
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((it) => (it.delayMs === undefined && it.priority === 5 ? { ...it, runAtMs: 7 } : it));
const anyLevel3Spec = fc
  .tuple(anySpec, additions)
  .map(([spec, added]): JobSpec => ({ ...spec, mode: 'oneLiveHolder', ...added }));

describe('a job spec of level 3', () => {
  it('is the same after a journey over the wire, and takes no more bytes than the bound that was checked', () => {
    fc.assert(
      fc.property(anyLevel3Spec, (spec) => {
        expect(jobSpecFromWire(wireSpec(jobSpecToWire(spec)))).toEqual(spec);
        expect(specBytes(spec)).toBeLessThanOrEqual(specBytesBound(spec));
      }),
    );
  });

  it('that asks for none of it has none of it', () => {
    const { task, ...rest } = jobSpecFromWire(wireSpec({ exec: EXEC, priority: 0, delayMs: 0 }));
    expect(task.kind).toBe('exec');
    expect(Object.keys(rest)).not.toContain('priority');
    expect(Object.keys(rest)).not.toContain('delayMs');
  });

  it('with an empty policy gets its defaults', () => {
    expect(jobSpecFromWire(wireSpec({ exec: EXEC, retry: {} })).retry).toEqual({
      ...{ maxAttempts: 3, backoff: 'exponential', initialMs: 1_000, maxMs: 3_600_000, jitterPercent: 20 },
      ...{ notRetriedExitCodes: [], notRetriedErrors: [] },
    });
  });

  it.each<[string, WireJobSpecInput, string]>([
    ['a priority beyond 1,000', { priority: 1_001 }, 'spec.priority'],
    ['a delay beyond 366 days', { delayMs: 367 * 86_400_000 }, 'spec.delay_ms'],
    ['a delay and a time', { delayMs: 1, runAtMs: 5 }, 'spec.delay_ms'],
    ['a deadline before its start', { runAtMs: 5_000, expiresAtMs: 4_000 }, 'spec.expires_at_ms'],
    ['more attempts than 1,000', { retry: { maxAttempts: 1_001 } }, 'spec.retry.max_attempts'],
    ['jitter beyond 100', { retry: { jitterPercent: 101 } }, 'spec.retry.jitter_percent'],
    ['retries that its mode forbids', { retry: {}, mode: 'EXECUTION_MODE_AT_MOST_ONCE' }, 'spec.retry'],
    ['a follower without a task', { onFailure: {} }, 'spec.on_failure.task'],
    [
      'a follower of a follower',
      { onFailure: { exec: EXEC, onFailure: { exec: EXEC } } },
      'spec.on_failure.on_failure',
    ],
    [
      'a follower with all labels taken',
      { onFailure: { exec: EXEC, labels: Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`l${at}`, 'v'])) } },
      'spec.on_failure.labels',
    ],
  ])('is refused with %s', (_, input, field) => {
    expect(violatedFields(() => jobSpecFromWire(wireSpec({ exec: EXEC, ...input })))).toContain(field);
  });
});

describe('requests of level 3', () => {
  const request = (changes: object) => {
    const spec = wireSpec({ exec: EXEC });
    return () => submitJobFromWire({ spec, idempotencyKey: 'k', idempotencyKeyLifetimeMs: '0', ...changes });
  };

  it('SubmitJob takes a lifetime of its key, within bounds and with a key', () => {
    expect(request({ idempotencyKeyLifetimeMs: '60000' })()).toMatchObject({ idempotencyKeyLifetimeMs: 60_000 });
    expect(request({})()).not.toHaveProperty('idempotencyKeyLifetimeMs');
    const field = ['idempotency_key_lifetime_ms'];
    expect(violatedFields(request({ idempotencyKeyLifetimeMs: '10' }))).toEqual(field);
    expect(violatedFields(request({ idempotencyKeyLifetimeMs: '60000', idempotencyKey: '' }))).toEqual(field);
  });

  it('RetryJob and ChangeJob take a revision, where 0 is any', () => {
    expect(retryJobFromWire({ jobId: 'j1', ifRevision: '0' })).toEqual({
      ...{ type: 'retryJob', jobId: 'j1', ifRevision: undefined },
    });
    expect(changeJobFromWire({ jobId: 'j1', ifRevision: '7', queue: '', priority: 0 })).toEqual({
      ...{ type: 'changeJob', jobId: 'j1', ifRevision: 7, priority: 0, queue: undefined },
    });
    expect(violatedFields(() => changeJobFromWire({ jobId: 'j1', ifRevision: '0', queue: '' }))).toEqual(['priority']);
  });
});

describe('settings of a queue', () => {
  const settings = {
    ...{ maxRunning: 4, maxRunningPerKey: 2, lostAfterMs: 30_000, placementOptions: null },
    rate: { tokens: 10, perMs: 1_000, burst: 0 },
    placement: 'PLACEMENT_POLICY_SPREAD' as const,
  };

  it('are a command, with as much burst as tokens unless it is said, and come back as they are', () => {
    const command = setQueueFromWire({ queue: 'mail', settings, ifRevision: '0' });
    expect(command).toEqual({
      ...{ type: 'setQueue', queue: 'mail', ifRevision: 0 },
      settings: {
        ...{ maxRunning: 4, maxRunningPerKey: 2, lostAfterMs: 30_000, placement: { policy: 'spread' } },
        rate: { tokens: 10, perMs: 1_000, burst: 10 },
      },
    });
    const counts = { waiting: 1, ready: 2, assigned: 3, running: 4, succeeded: 5, failed: 6, cancelled: 7, expired: 8 };
    const shown = queueToWire({
      ...{ queue: 'mail', settings: command.settings, paused: true, pauseReason: 'r', revision: 9 },
      ...{ counts, waitingForKey: 1, tokens: 0, nextTokenMs: 77 },
    });
    expect(shown).toMatchObject({ running: 7, deadLetters: 14, waiting: 1, ready: 2, tokens: 0, nextTokenMs: 77 });
    expect(shown.settings).toMatchObject({ placement: 'PLACEMENT_POLICY_SPREAD', rate: { burst: 10 } });
  });

  it.each([
    ['a name with a space', { queue: 'a b' }, 'queue'],
    ['none at all', { settings: null }, 'settings'],
    [
      'a rate without a time',
      { settings: { ...settings, rate: { tokens: 1, perMs: 0, burst: 0 } } },
      'settings.rate.per_ms',
    ],
    ['a lostAfter that is too short', { settings: { ...settings, lostAfterMs: 5 } }, 'settings.lost_after_ms'],
  ])('are refused with %s', (_, changes, field) => {
    expect(violatedFields(() => setQueueFromWire({ queue: 'mail', settings, ...changes }))).toEqual([field]);
  });
});
