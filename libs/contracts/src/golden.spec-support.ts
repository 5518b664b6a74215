import type { AttemptEnd, CommandEnvelope, JobRecord, JobSpec } from '@synod/jobs';

// Commands as the first release wrote them. A change here is a change of the format: logs of released versions must still
// replay, so it needs a new version of the type and a way to read the old one.

const SPEC: JobSpec = {
  task: {
    kind: 'exec',
    command: '/bin/echo',
    args: ['grüß', 'a\nb'],
    env: { A: '1' },
    cwd: '/tmp',
    stdin: 'aGk=',
    user: '',
  },
  queue: 'default',
  labels: { team: 'x' },
  workerLabels: {},
  placement: 'leastLoaded',
  placementKey: '',
  mode: 'oneLiveHolder',
  lostAfterMs: 10000,
  startToCloseTimeoutMs: 0,
  killGraceMs: 5000,
  maxLostAttempts: 10,
};
const SPEC_TEXT =
  '{"task":{"kind":"exec","command":"/bin/echo","args":["grüß","a\\nb"],"env":{"A":"1"},"cwd":"/tmp","stdin":"aGk=","user":""},' +
  '"queue":"default","labels":{"team":"x"},"workerLabels":{},"placement":"leastLoaded","placementKey":"","mode":"oneLiveHolder",' +
  '"lostAfterMs":10000,"startToCloseTimeoutMs":0,"killGraceMs":5000,"maxLostAttempts":10}';

const END: AttemptEnd = {
  outcome: 'failed',
  exitCode: undefined,
  signal: 'SIGKILL',
  message: 'm',
  result: '',
  stdoutTail: 'b3V0',
  stderrTail: '',
};
const END_TEXT =
  '{"outcome":"failed","signal":"SIGKILL","message":"m","result":"","stdoutTail":"b3V0","stderrTail":""}';

const REF = { jobId: 'j1', attempt: 1, fencingToken: { generation: 1, counter: 7 } };
const REF_TEXT = '"jobId":"j1","attempt":1,"fencingToken":{"generation":1,"counter":7}';

interface GoldenCommand {
  readonly envelope: CommandEnvelope;
  readonly text: string;
}

function golden(body: CommandEnvelope['body'], bodyText: string): GoldenCommand {
  const origin = { nodeId: 'c1', incarnation: 3, sequence: 5, acknowledgedBelow: 4 };
  return {
    envelope: { groupId: 0, version: 1, stampMs: 1763800000000, principal: 'p', traceContext: '', origin, body },
    text:
      '0001763800000000{"groupId":0,"version":1,"principal":"p","traceContext":"",' +
      `"origin":{"nodeId":"c1","incarnation":3,"sequence":5,"acknowledgedBelow":4},"body":${bodyText}}`,
  };
}

export const GOLDEN_COMMANDS: readonly GoldenCommand[] = [
  golden(
    { type: 'submitJobs', specs: [SPEC], idempotencyKey: 'k' },
    `{"type":"submitJobs","specs":[${SPEC_TEXT}],"idempotencyKey":"k"}`,
  ),
  golden({ type: 'cancelJob', jobId: 'j1', reason: 'r' }, '{"type":"cancelJob","jobId":"j1","reason":"r"}'),
  golden(
    {
      type: 'openAgentSession',
      worker: {
        workerId: 'w1',
        incarnation: 2,
        labels: {},
        capacity: 4,
        runsExec: true,
        handlers: ['h'],
        version: '1',
        host: 'a',
      },
      held: [REF],
    },
    '{"type":"openAgentSession","worker":{"workerId":"w1","incarnation":2,"labels":{},"capacity":4,"runsExec":true,' +
      `"handlers":["h"],"version":"1","host":"a"},"held":[{${REF_TEXT}}]}`,
  ),
  golden(
    { type: 'closeWorker', workerId: 'w1', incarnation: 2, cause: 'guardEnded' },
    '{"type":"closeWorker","workerId":"w1","incarnation":2,"cause":"guardEnded"}',
  ),
  golden(
    { type: 'loseAttempts', attempts: [REF], reason: 'r' },
    `{"type":"loseAttempts","attempts":[{${REF_TEXT}}],"reason":"r"}`,
  ),
  golden(
    { type: 'assignJobs', assignments: [{ jobId: 'j1', jobRevision: 1, workerId: 'w1', workerIncarnation: 2 }] },
    '{"type":"assignJobs","assignments":[{"jobId":"j1","jobRevision":1,"workerId":"w1","workerIncarnation":2}]}',
  ),
  golden(
    {
      type: 'reportAttempts',
      workerId: 'w1',
      incarnation: 2,
      reports: [{ ...REF, startedAtMs: 1, finishedAtMs: undefined, end: END }],
    },
    `{"type":"reportAttempts","workerId":"w1","incarnation":2,"reports":[{${REF_TEXT},"startedAtMs":1,"end":${END_TEXT}}]}`,
  ),
  golden(
    {
      type: 'registerNode',
      node: {
        nodeId: 'r1',
        kind: 'registry',
        address: 'a:7400',
        incarnation: 1,
        labels: {},
        capacity: 0,
        version: '1',
        ttlMs: 10000,
      },
    },
    '{"type":"registerNode","node":{"nodeId":"r1","kind":"registry","address":"a:7400","incarnation":1,"labels":{},' +
      '"capacity":0,"version":"1","ttlMs":10000}}',
  ),
  golden(
    { type: 'deregisterNode', nodeId: 'r1', incarnation: 1, cause: 'expired' },
    '{"type":"deregisterNode","nodeId":"r1","incarnation":1,"cause":"expired"}',
  ),
  golden({ type: 'setFeatureLevel', level: 2 }, '{"type":"setFeatureLevel","level":2}'),
];

export const GOLDEN_RECORD: { readonly record: JobRecord; readonly text: string } = {
  record: {
    jobId: 'j1',
    spec: SPEC,
    state: 'failed',
    revision: 3,
    submittedAtMs: 1,
    finishedAtMs: 9,
    cancelRequested: false,
    cancelReason: '',
    lostAttempts: 0,
    principal: '',
    attempts: [
      {
        attempt: 1,
        fencingToken: { generation: 1, counter: 7 },
        workerId: 'w1',
        workerIncarnation: 2,
        state: 'failed',
        assignedAtMs: 2,
        startedAtMs: 3,
        finishedAtMs: 9,
        end: END,
      },
    ],
  },
  text:
    `{"jobId":"j1","spec":${SPEC_TEXT},"state":"failed","revision":3,"submittedAtMs":1,"finishedAtMs":9,"cancelRequested":false,` +
    '"cancelReason":"","lostAttempts":0,"principal":"","attempts":[{"attempt":1,"fencingToken":{"generation":1,"counter":7},' +
    `"workerId":"w1","workerIncarnation":2,"state":"failed","assignedAtMs":2,"startedAtMs":3,"finishedAtMs":9,"end":${END_TEXT}}]}`,
};
