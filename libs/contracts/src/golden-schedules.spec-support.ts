import type { JobSpec } from '@synod/jobs';
import { golden } from './golden.spec-support.js';
import type { GoldenCommand } from './golden.spec-support.js';

// Schedules in the log, byte for byte; see golden.spec-support.ts.

const job: JobSpec = {
  ...{ task: { kind: 'handler', handler: 'h', payload: '' }, queue: 'default', labels: {}, workerLabels: {} },
  ...{ placement: 'leastLoaded', placementKey: '', mode: 'oneLiveHolder', lostAfterMs: 10000 },
  ...{ startToCloseTimeoutMs: 0, killGraceMs: 5000, maxLostAttempts: 10 },
};
const JOB_TEXT =
  '{"task":{"kind":"handler","handler":"h","payload":""},"queue":"default","labels":{},"workerLabels":{},' +
  '"placement":"leastLoaded","placementKey":"","mode":"oneLiveHolder","lostAfterMs":10000,"startToCloseTimeoutMs":0,' +
  '"killGraceMs":5000,"maxLostAttempts":10}';
const rules = { overlap: 'skip', catchUp: 'window', catchUpWindowMs: 60000, jitterMs: 10 } as const;
const timing = '{"everyMs":1000,"offsetMs":0}';

export const GOLDEN_SCHEDULE_COMMANDS: readonly GoldenCommand[] = [
  golden(
    {
      type: 'setSchedule',
      scheduleId: 's',
      spec: { timing, job, ...rules, startAtMs: 5 },
      paused: false,
      ifRevision: 0,
    },
    `{"type":"setSchedule","scheduleId":"s","spec":{"timing":"{\\"everyMs\\":1000,\\"offsetMs\\":0}","job":${JOB_TEXT},` +
      '"overlap":"skip","catchUp":"window","catchUpWindowMs":60000,"jitterMs":10,"startAtMs":5},"paused":false,"ifRevision":0}',
  ),
  golden({ type: 'deleteSchedule', scheduleId: 's' }, '{"type":"deleteSchedule","scheduleId":"s"}'),
  golden(
    { type: 'pauseSchedule', scheduleId: 's', paused: true, reason: 'r', ifRevision: 7 },
    '{"type":"pauseSchedule","scheduleId":"s","paused":true,"reason":"r","ifRevision":7}',
  ),
  golden(
    { type: 'triggerSchedule', scheduleId: 's', overlap: 'allowAll' },
    '{"type":"triggerSchedule","scheduleId":"s","overlap":"allowAll"}',
  ),
  golden(
    { type: 'backfillSchedule', scheduleId: 's', revision: 7, nominalMs: [1000, 2000], overlap: 'bufferAll' },
    '{"type":"backfillSchedule","scheduleId":"s","revision":7,"nominalMs":[1000,2000],"overlap":"bufferAll"}',
  ),
  golden(
    {
      type: 'fireSchedules',
      due: [{ scheduleId: 's', revision: 7, afterMs: 1000, nominalMs: [2000, 3000], more: true }],
    },
    '{"type":"fireSchedules","due":[{"scheduleId":"s","revision":7,"afterMs":1000,"nominalMs":[2000,3000],"more":true}]}',
  ),
];
