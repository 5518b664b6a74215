import type { Command, CommandReply, JobId } from '@synod/jobs';
import { describeError } from '@synod/contracts';
import { callUnary, ClientPool, createRpcServer } from '@synod/rpc';
import type { RpcServer } from '@synod/rpc';
import { services } from '@synod/wire';
import { aWorker, codeOf, quiet, TestState } from '../testing/basics.spec-support.js';
import { checkFenceHandler } from './check-fence.js';
import { jobServiceHandlers } from './job-service.js';
import type { JobServiceModules } from './job-service.js';
import { workerServiceHandlers } from './worker-service.js';

const SECURITY = { insecure: true } as never;
const NOW_MS = 1_700_000_000_000;

const LOAD = { running: 3, loadPerProcessor: 0.5, freeMemoryBytes: 1_024 };
const HEARD = { workerId: 'w1', heardAgoMs: 120, eligible: true, load: LOAD };

/** Over a real connection on this host, in front of a real state machine. */
describe('scheduling of workers and fences over gRPC', () => {
  let server: RpcServer;
  let state: TestState;
  let address: string;
  let workers: ClientPool<InstanceType<(typeof services)['WorkerService']>>;
  let jobs: ClientPool<InstanceType<(typeof services)['JobService']>>;
  let reads: number;
  /** What happens between a read's arrival and its confirmation. */
  let beforeRead: () => void;

  beforeEach(async () => {
    state = new TestState();
    reads = 0;
    beforeRead = () => undefined;
    const gate = {
      pass: () => {
        reads += 1;
        beforeRead();
        return Promise.resolve();
      },
    };
    const context = {
      ...{ coordinatorId: 'c1', clusterId: 'k1', view: state.machine, reads: gate as never },
      propose: (command: Command): Promise<CommandReply> =>
        Promise.resolve(state.apply(command).replies[0] as CommandReply),
      findJob: (jobId: JobId) => Promise.resolve(state.machine.job(jobId)),
    };
    server = createRpcServer({ security: SECURITY, logger: quiet, describe: describeError });
    server.addService(
      services.WorkerService,
      workerServiceHandlers({
        ...context,
        heardWorkers: { ask: () => Promise.resolve(new Map([['w1', HEARD]])) },
        wallMs: () => NOW_MS,
      }),
    );
    const others = context as unknown as JobServiceModules;
    server.addService(services.JobService, { ...jobServiceHandlers(others), checkFence: checkFenceHandler(context) });
    address = await server.listen('127.0.0.1:0');
    workers = new ClientPool(services.WorkerService, SECURITY);
    jobs = new ClientPool(services.JobService, SECURITY);
    state.apply({ type: 'openAgentSession', worker: aWorker('w1'), held: [] });
  });

  afterEach(async () => {
    workers.close();
    jobs.close();
    await server.stop(0);
  });

  const atLevel2 = () => state.apply({ type: 'setFeatureLevel', level: 2 });
  const set = (request: object) => callUnary(workers.get(address), 'setWorkerScheduling', request as never);
  const worker = async (workerId = 'w1') => (await callUnary(workers.get(address), 'getWorker', { workerId })).worker;
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'answered',
      (error: unknown) => codeOf(error),
    );

  it('below level 2 it is refused with what is missing, and nothing changes', async () => {
    expect(await refusal(set({ workerId: 'w1', scheduling: 'WORKER_SCHEDULING_CORDONED' }))).toBe(
      'FEATURE_LEVEL_TOO_LOW',
    );
    expect(await worker()).toMatchObject({ scheduling: 'WORKER_SCHEDULING_ACTIVE' });
  });

  it('a drain has its deadline and reason, and ends with them; what is asked for is read back', async () => {
    atLevel2();
    await set({
      ...{ workerId: 'w1', scheduling: 'WORKER_SCHEDULING_DRAINING' },
      ...{ evictAfterMs: '60000', reason: 'kernel' },
    });
    expect(await worker()).toMatchObject({
      ...{ scheduling: 'WORKER_SCHEDULING_DRAINING', schedulingReason: 'kernel' },
      evictAtMs: String(NOW_MS + 60_000),
      heardAgoMs: '120',
      load: { running: 3, loadPerProcessor: 0.5, freeMemoryBytes: '1024' },
    });
    await set({ workerId: 'w1', scheduling: 'WORKER_SCHEDULING_ACTIVE' });
    const after = await worker();
    expect(after).toMatchObject({ scheduling: 'WORKER_SCHEDULING_ACTIVE', schedulingReason: '' });
    expect(after?.evictAtMs).toBeUndefined();
  });

  it('it holds over a restart of the worker', async () => {
    atLevel2();
    await set({ workerId: 'w1', scheduling: 'WORKER_SCHEDULING_CORDONED' });
    state.apply({ type: 'openAgentSession', worker: aWorker('w1', { incarnation: 2 }), held: [] });
    expect(await worker()).toMatchObject({ incarnation: '2', scheduling: 'WORKER_SCHEDULING_CORDONED' });
  });

  it.each([
    ['a worker that is not there', { workerId: 'w9', scheduling: 'WORKER_SCHEDULING_CORDONED' }, 'WORKER_UNKNOWN'],
    ['no worker', { workerId: '', scheduling: 'WORKER_SCHEDULING_CORDONED' }, 'INVALID_REQUEST'],
    ['nothing to set', { workerId: 'w1' }, 'INVALID_REQUEST'],
    [
      'a deadline without a drain',
      { workerId: 'w1', scheduling: 'WORKER_SCHEDULING_CORDONED', evictAfterMs: '1' },
      'INVALID_REQUEST',
    ],
  ])('%s is refused', async (_what, request, reason) => {
    atLevel2();
    expect(await refusal(set(request))).toBe(reason);
  });

  describe('CheckFence', () => {
    const check = (jobId: string, fencingToken: string) =>
      callUnary(jobs.get(address), 'checkFence', { jobId, fencingToken });
    const tokenOf = (jobId: string) => {
      const { generation, counter } = state.refOf(jobId).fencingToken;
      return (BigInt(generation) * 2n ** 48n + BigInt(counter)).toString();
    };

    it('the newest token counts until its attempt has ended; an older one never does', async () => {
      const [jobId = ''] = state.submit(1);
      expect(await check(jobId, '1')).toEqual({ current: false, jobState: 'JOB_STATE_READY' });
      state.assign(jobId, 'w1');
      const first = tokenOf(jobId);
      const assigned = { current: true, newestToken: first, jobState: 'JOB_STATE_ASSIGNED' };
      expect(await check(jobId, first)).toMatchObject(assigned);
      state.finish(jobId, 'w1', { outcome: 'lost' });
      expect(await check(jobId, first)).toMatchObject({ current: false, newestToken: first });
      state.assign(jobId, 'w1');
      const second = tokenOf(jobId);
      expect(await check(jobId, first)).toMatchObject({ current: false, newestToken: second });
      expect(await check(jobId, second)).toMatchObject({ current: true });
      state.finish(jobId, 'w1');
      expect(await check(jobId, second)).toMatchObject({ current: false, jobState: 'JOB_STATE_SUCCEEDED' });
    });

    it('is answered from what holds after the read was confirmed, not from what held before', async () => {
      const [jobId = ''] = state.submit(1);
      state.assign(jobId, 'w1');
      const token = tokenOf(jobId);
      beforeRead = () => {
        state.finish(jobId, 'w1', { outcome: 'lost' });
      };
      expect(await check(jobId, token)).toMatchObject({ current: false });
      expect(reads).toBe(1);
    });

    it('a job that is not there is refused, and a token that nobody ever had is not current', async () => {
      const [jobId = ''] = state.submit(1);
      expect(await refusal(check('nowhere', '1'))).toBe('JOB_UNKNOWN');
      expect(await check(jobId, '0')).toMatchObject({ current: false });
    });
  });
});
