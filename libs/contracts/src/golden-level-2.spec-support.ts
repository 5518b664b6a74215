import type { CommandEnvelope, ExecTask, HttpTask, JobSpec } from '@synod/jobs';
import { golden } from './golden.spec-support.js';
import type { GoldenCommand } from './golden.spec-support.js';

// What feature level 2 added to the log and to the image, byte for byte; see golden.spec-support.ts.

const HTTP: HttpTask = {
  kind: 'http',
  method: 'POST',
  url: 'https://example.org/h?a=1',
  headers: { 'X-A': 'b' },
  body: 'aGk=',
  expectedStatuses: [{ from: 200, to: 204 }],
  requestTimeoutMs: 30000,
  maxRedirects: 2,
};
const HTTP_TEXT =
  '{"kind":"http","method":"POST","url":"https://example.org/h?a=1","headers":{"X-A":"b"},"body":"aGk=",' +
  '"expectedStatuses":[{"from":200,"to":204}],"requestTimeoutMs":30000,"maxRedirects":2}';
const EXEC: ExecTask = {
  ...{ kind: 'exec', command: 'c', args: [], env: {}, cwd: '', stdin: '', user: '' },
  limits: {
    umask: 23,
    ulimits: [{ name: 'nofile', soft: 64, hard: -1 }],
    memoryMaxBytes: 1048576,
    cpuMaxPercent: 150,
    pidsMax: 9,
    policy: 'prefer',
  },
};
const EXEC_TEXT =
  '{"kind":"exec","command":"c","args":[],"env":{},"cwd":"","stdin":"","user":"","limits":{"umask":23,' +
  '"ulimits":[{"name":"nofile","soft":64,"hard":-1}],"memoryMaxBytes":1048576,"cpuMaxPercent":150,"pidsMax":9,"policy":"prefer"}}';

const specOf = (task: JobSpec['task']): JobSpec => ({
  ...{ task, queue: 'default', labels: {}, workerLabels: {}, placement: 'leastLoaded', placementKey: '' },
  ...{ mode: 'oneLiveHolder', lostAfterMs: 10000, startToCloseTimeoutMs: 0, killGraceMs: 5000, maxLostAttempts: 10 },
});
const specText = (task: string): string =>
  `{"task":${task},"queue":"default","labels":{},"workerLabels":{},"placement":"leastLoaded","placementKey":"",` +
  '"mode":"oneLiveHolder","lostAfterMs":10000,"startToCloseTimeoutMs":0,"killGraceMs":5000,"maxLostAttempts":10}';

const worker = { workerId: 'w1', incarnation: 2, labels: {}, capacity: 4, runsExec: true, runsHttp: true };

export const GOLDEN_LEVEL_2_COMMANDS: readonly GoldenCommand[] = [
  golden({ type: 'setFeatureLevel', level: 2 }, '{"type":"setFeatureLevel","level":2}'),
  golden(
    { type: 'openAgentSession', worker: { ...worker, handlers: [], version: '1', host: 'a' }, held: [] },
    '{"type":"openAgentSession","worker":{"workerId":"w1","incarnation":2,"labels":{},"capacity":4,"runsExec":true,' +
      '"runsHttp":true,"handlers":[],"version":"1","host":"a"},"held":[]}',
  ),
  golden(
    { type: 'submitJobs', specs: [specOf(HTTP), specOf(EXEC)], idempotencyKey: '' },
    `{"type":"submitJobs","specs":[${specText(HTTP_TEXT)},${specText(EXEC_TEXT)}],"idempotencyKey":""}`,
  ),
  golden(
    {
      type: 'assignJobs',
      assignments: [0, 1].map((index) => ({
        ...{ jobId: `j000000000003000${index}`, jobRevision: 1, workerId: 'w1', workerIncarnation: 2 },
      })),
    },
    '{"type":"assignJobs","assignments":[{"jobId":"j0000000000030000","jobRevision":1,"workerId":"w1","workerIncarnation":2},' +
      '{"jobId":"j0000000000030001","jobRevision":1,"workerId":"w1","workerIncarnation":2}]}',
  ),
  golden(
    {
      ...{ type: 'setWorkerScheduling', workerId: 'w1', scheduling: 'draining' },
      ...{ evictAtMs: 1763800000000, incarnation: undefined, reason: 'r' },
    },
    '{"type":"setWorkerScheduling","workerId":"w1","scheduling":"draining","evictAtMs":1763800000000,"reason":"r"}',
  ),
  golden({ type: 'evictWorker', workerId: 'w1' }, '{"type":"evictWorker","workerId":"w1"}'),
  golden(
    {
      ...{ type: 'setWorkerScheduling', workerId: 'w1', scheduling: 'cordoned' },
      ...{ evictAtMs: undefined, incarnation: 2, reason: '' },
    },
    '{"type":"setWorkerScheduling","workerId":"w1","scheduling":"cordoned","incarnation":2,"reason":""}',
  ),
  golden(
    {
      type: 'reportAttempts',
      workerId: 'w1',
      incarnation: 2,
      reports: [
        {
          ...{ jobId: 'j0000000000030000', attempt: 1, fencingToken: { generation: 1, counter: 1 } },
          ...{ startedAtMs: undefined, finishedAtMs: 5 },
          end: {
            ...{ outcome: 'lost', exitCode: undefined, signal: '', message: 'drained' },
            ...{ result: '', stdoutTail: '', stderrTail: '' },
          },
        },
      ],
    },
    '{"type":"reportAttempts","workerId":"w1","incarnation":2,"reports":[{"jobId":"j0000000000030000","attempt":1,' +
      '"fencingToken":{"generation":1,"counter":1},"finishedAtMs":5,' +
      '"end":{"outcome":"lost","signal":"","message":"drained","result":"","stdoutTail":"","stderrTail":""}}]}',
  ),
];

/** Those in a log of their own, each with the next sequence. */
export function numbered(commands: readonly GoldenCommand[]): CommandEnvelope[] {
  const origin = { nodeId: 'c1', incarnation: 3, acknowledgedBelow: 1 };
  return commands.map(({ envelope }, at) => ({ ...envelope, origin: { ...origin, sequence: at + 1 } }));
}

/** The image after {@link GOLDEN_LEVEL_2_COMMANDS}. */
export const GOLDEN_LEVEL_2_IMAGE: readonly { readonly key: string; readonly text: string }[] = [
  { key: 'c', text: '[8,0,1,1763800000000,2,0,2]' },
  {
    key: 'j/j0000000000030000',
    text:
      '["ready",4,1763800000000,null,0,false,"",0,"p",[["http","POST","https://example.org/h?a=1",{"X-A":"b"},"aGk=",' +
      '[[200,204]],30000,2],"default",{},{},"leastLoaded","","oneLiveHolder",10000,0,5000,10],[[1,1,1,"w1",2,"lost",1' +
      '763800000000,null,5,[null,"","drained","","",""],true]],1]',
  },
  {
    key: 'j/j0000000000030001',
    text:
      '["assigned",3,1763800000000,null,0,false,"",0,"p",[["exec","c",[],{},"","","",[23,[["nofile",64,-1]],1048576,1' +
      '50,9,"prefer"]],"default",{},{},"leastLoaded","","oneLiveHolder",10000,0,5000,10],[[1,1,2,"w1",2,"assigned",17' +
      '63800000000,null,null,null,true]]]',
  },
  { key: 'r/c1/00000000001', text: '[3,"featureLevelSet",2]' },
  { key: 'r/c1/00000000002', text: '[3,"agentSessionOpened"]' },
  { key: 'r/c1/00000000003', text: '[3,"submittedRange",3,0,2,false]' },
  { key: 'r/c1/00000000004', text: '[3,"jobsAssigned","00"]' },
  { key: 'r/c1/00000000005', text: '[3,"workerSchedulingSet"]' },
  { key: 'r/c1/00000000006', text: '[3,"workerEvicted",2]' },
  { key: 'r/c1/00000000007', text: '[3,"workerSchedulingSet"]' },
  { key: 'r/c1/00000000008', text: '[3,"attemptsReported","1"]' },
  { key: 's/c1', text: '[3,1,8]' },
  {
    key: 'w/w1',
    text: '[2,{},4,true,[],"1","a","online","c1",1763800000000,0,true,"draining",1763800000000,null,"r"]',
  },
];
