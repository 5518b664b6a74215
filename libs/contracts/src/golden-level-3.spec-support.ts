import type { JobSpec } from '@synod/jobs';
import { golden } from './golden.spec-support.js';
import type { GoldenCommand } from './golden.spec-support.js';

// What feature level 3 added to the log, byte for byte; see golden.spec-support.ts.

const BASE: JobSpec = {
  ...{ task: { kind: 'handler', handler: 'h', payload: '' }, queue: 'q', labels: {}, workerLabels: {} },
  ...{ placement: 'leastLoaded', placementKey: '', mode: 'oneLiveHolder', lostAfterMs: 10000 },
  ...{ startToCloseTimeoutMs: 0, killGraceMs: 5000, maxLostAttempts: 10 },
};
const BASE_TEXT =
  '"task":{"kind":"handler","handler":"h","payload":""},"queue":"q","labels":{},"workerLabels":{},"placement":"leastLoaded",' +
  '"placementKey":"","mode":"oneLiveHolder","lostAfterMs":10000,"startToCloseTimeoutMs":0,"killGraceMs":5000,"maxLostAttempts":10';

const SPEC: JobSpec = {
  ...BASE,
  ...{ priority: -3, delayMs: 1000, expiresAtMs: 1763800000000, scheduleToStartTimeoutMs: 5000 },
  retry: {
    ...{ maxAttempts: 4, backoff: 'linear', initialMs: 100, maxMs: 900, jitterPercent: 20 },
    ...{ notRetriedExitCodes: [2, 64], notRetriedErrors: ['TypeError'] },
  },
  onFailure: BASE,
  limitKey: 'c1',
};
const SPEC_TEXT =
  `{${BASE_TEXT},"priority":-3,"delayMs":1000,"expiresAtMs":1763800000000,"scheduleToStartTimeoutMs":5000,` +
  '"retry":{"maxAttempts":4,"backoff":"linear","initialMs":100,"maxMs":900,"jitterPercent":20,"notRetriedExitCodes":[2,64],' +
  `"notRetriedErrors":["TypeError"]},"onFailure":{${BASE_TEXT}},"limitKey":"c1"}`;

export const GOLDEN_LEVEL_3_COMMANDS: readonly GoldenCommand[] = [
  golden(
    { type: 'submitJobs', specs: [SPEC], idempotencyKey: 'k', idempotencyKeyLifetimeMs: 60000 },
    `{"type":"submitJobs","specs":[${SPEC_TEXT}],"idempotencyKey":"k","idempotencyKeyLifetimeMs":60000}`,
  ),
  golden({ type: 'advanceTime' }, '{"type":"advanceTime"}'),
  golden(
    { type: 'cancelJob', jobId: 'j1', reason: '', ifRevision: 2 },
    '{"type":"cancelJob","jobId":"j1","reason":"","ifRevision":2}',
  ),
  golden({ type: 'retryJob', jobId: 'j1', ifRevision: undefined }, '{"type":"retryJob","jobId":"j1"}'),
  golden(
    { type: 'changeJob', jobId: 'j1', ifRevision: 3, priority: 0, queue: undefined },
    '{"type":"changeJob","jobId":"j1","ifRevision":3,"priority":0}',
  ),
  golden(
    {
      ...{ type: 'setQueue', queue: 'q' },
      settings: {
        ...{ maxRunning: 4, maxRunningPerKey: 1, rate: { tokens: 10, perMs: 1000, burst: 20 } },
        ...{ placement: { policy: 'spread', options: { spreadLabel: 'zone' } }, lostAfterMs: 0 },
      },
      ifRevision: undefined,
    },
    '{"type":"setQueue","queue":"q","settings":{"maxRunning":4,"maxRunningPerKey":1,"rate":{"tokens":10,"perMs":1000,"burst":20},' +
      '"placement":{"policy":"spread","options":{"spreadLabel":"zone"}},"lostAfterMs":0}}',
  ),
  golden(
    {
      ...{ type: 'setQueue', queue: 'q', ifRevision: 0 },
      settings: { maxRunning: 0, maxRunningPerKey: 0, rate: undefined, placement: undefined, lostAfterMs: 30000 },
    },
    '{"type":"setQueue","queue":"q","ifRevision":0,"settings":{"maxRunning":0,"maxRunningPerKey":0,"lostAfterMs":30000}}',
  ),
  golden(
    { type: 'pauseQueue', queue: 'q', paused: true, reason: 'r' },
    '{"type":"pauseQueue","queue":"q","paused":true,"reason":"r"}',
  ),
  golden({ type: 'resetQueue', queue: 'q', ifRevision: 7 }, '{"type":"resetQueue","queue":"q","ifRevision":7}'),
  golden({ type: 'redriveQueue', queue: 'q', limit: 9 }, '{"type":"redriveQueue","queue":"q","limit":9}'),
];
