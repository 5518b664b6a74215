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

export interface GoldenCommand {
  readonly envelope: CommandEnvelope;
  readonly text: string;
}

export function golden(body: CommandEnvelope['body'], bodyText: string): GoldenCommand {
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

/** The image after {@link GOLDEN_COMMANDS} but those that end something, and an assignment; generation 1, feature levels to 2. */
export const GOLDEN_IMAGE: readonly { readonly key: string; readonly text: string }[] = [
  { key: 'c', text: '[9,0,1,1763800000000,1,2,2]' },
  {
    key: 'j/j0000000000010000',
    text:
      '["assigned",2,1763800000000,null,0,false,"",0,"p",[["exec","/bin/echo",["grüß","a\\nb"],{"A":"1"},"/tmp","aGk=",""],"default",' +
      '{"team":"x"},{},"leastLoaded","","oneLiveHolder",10000,0,5000,10],[[1,1,1,"w1",2,"assigned",1763800000000,null,null,null]]]',
  },
  { key: 'k/00000000001', text: '["k",-1969702646,1211622138,1,0,1,1763800000000]' },
  { key: 'n/r1', text: '["registry","a:7400",1,{},0,"1",10000,2]' },
  { key: 'r/c1/00000000001', text: '[3,"submittedRange",1,0,1,false]' },
  { key: 'r/c1/00000000002', text: '[3,"refused","jobUnknown","j1"]' },
  { key: 'r/c1/00000000003', text: '[3,"agentSessionOpened"]' },
  { key: 'r/c1/00000000004', text: '[3,"attemptsLost",0]' },
  { key: 'r/c1/00000000005', text: '[3,"jobsAssigned","2"]' },
  { key: 'r/c1/00000000006', text: '[3,"attemptsReported","3"]' },
  { key: 'r/c1/00000000007', text: '[3,"nodeRegistered"]' },
  { key: 'r/c1/00000000008', text: '[3,"featureLevelSet",2]' },
  { key: 'r/c1/0000000001i', text: '[3,"jobsAssigned","0"]' },
  { key: 's/c1', text: '[3,1,9]' },
  { key: 'w/w1', text: '[2,{},4,true,["h"],"1","a","online","c1",1763800000000,0]' },
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
    drainedAttempts: 0,
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
