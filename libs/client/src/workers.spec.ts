import { rpcError } from '@synod/rpc';
import type { WireJobSpec, WireSetWorkerSchedulingRequest } from '@synod/wire';
import { SynodClient } from './client.js';
import { FakeCoordinator, type FakeBehaviour } from './fake-coordinator.spec-support.js';
import { readHttpResult } from './http-result.js';
import type { JobSpec } from './types.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

const fakes: FakeCoordinator[] = [];
const clients: SynodClient[] = [];

async function clientWith(behaviour: FakeBehaviour, coordinators = 1): Promise<SynodClient> {
  for (let i = 0; i < coordinators; i += 1) fakes.push(await new FakeCoordinator(`c${i + 1}`, behaviour).start());
  const client = new SynodClient({ addresses: fakes.map(({ address }) => address), deadlineMs: 5_000 });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(fakes.splice(0).map((fake) => fake.kill()));
});

describe('workers', () => {
  it('a worker has scheduling and load; of a coordinator that says nothing of scheduling it is active', async () => {
    const load = { running: 1, loadPerProcessor: 0.25, freeMemoryBytes: '1024' };
    const drained = {
      scheduling: 'WORKER_SCHEDULING_DRAINING',
      schedulingReason: 'kernel',
      evictAtMs: '5',
      load,
    } as const;
    const client = await clientWith({
      getWorker: (workerId) => ({ workerId, state: 'WORKER_STATE_ONLINE', ...(workerId === 'w1' ? drained : {}) }),
    });
    await expect(client.worker('w1')).resolves.toMatchObject({
      ...{ workerId: 'w1', scheduling: 'draining', schedulingReason: 'kernel', evictAtMs: 5 },
      load: { running: 1, loadPerProcessor: 0.25, freeMemoryBytes: 1024 },
    });
    await expect(client.worker('w2')).resolves.toMatchObject({ scheduling: 'active', load: undefined });
  });

  it('a change of scheduling finds another coordinator when one can not decide', async () => {
    const asked: WireSetWorkerSchedulingRequest[] = [];
    const setWorkerScheduling = (request: WireSetWorkerSchedulingRequest, from: FakeCoordinator): void => {
      if (from.id === 'c1') throw rpcError('UNAVAILABLE', 'NO_LEADER', 'no leader');
      asked.push(request);
    };
    const client = await clientWith({ setWorkerScheduling }, 2);
    await client.setWorkerScheduling('w1', { scheduling: 'draining', evictAfterMs: 60_000, reason: 'kernel' });
    await client.setWorkerScheduling('w1', { scheduling: 'draining' });
    await client.setWorkerScheduling('w1', { scheduling: 'active' });
    expect(asked).toMatchObject([
      { scheduling: 'WORKER_SCHEDULING_DRAINING', evictAfterMs: '60000', reason: 'kernel' },
      { scheduling: 'WORKER_SCHEDULING_DRAINING', reason: '' },
      { scheduling: 'WORKER_SCHEDULING_ACTIVE' },
    ]);
    expect(asked[1]?.evictAfterMs).toBeUndefined();
  });

  it('a scheduling that is none is refused here, as the wire would make it another one', async () => {
    const client = await clientWith({});
    const refused = client.setWorkerScheduling('w1', { scheduling: 'drained' } as never);
    await expect(refused).rejects.toMatchObject({ code: 'invalidArgument' });
  });
});

describe('checkFence', () => {
  it('says whether a token is current, and which is the newest', async () => {
    const client = await clientWith({
      checkFence: ({ fencingToken }) =>
        fencingToken === '7'
          ? { current: true, newestToken: '7', jobState: 'JOB_STATE_RUNNING' }
          : { current: false, jobState: 'JOB_STATE_READY' },
    });
    const current = { current: true, newestToken: '7', jobState: 'running' };
    await expect(client.checkFence('j1', '7')).resolves.toEqual(current);
    await expect(client.checkFence('j1', '6')).resolves.toEqual({
      current: false,
      newestToken: undefined,
      jobState: 'ready',
    });
  });
});

describe('tasks', () => {
  const specs: JobSpec[] = [
    { http: { url: 'http://h/', method: 'GET' } },
    {
      http: {
        ...{
          url: 'http://h/',
          method: 'PUT',
          headers: { A: 'b' },
          body: Buffer.from('x'),
          requestTimeoutMs: 5,
          maxRedirects: 2,
        },
        expectedStatuses: [{ from: 200, to: 204 }],
      },
    },
    { exec: { command: 'c', args: [], limits: { umask: 0 } } },
    {
      exec: {
        ...{ command: 'c', args: ['d'], user: 'u' },
        limits: {
          ...{ umask: 0o27, memoryMaxBytes: 2 ** 33, cpuMaxPercent: 150, pidsMax: 9, policy: 'prefer' },
          ulimits: [{ name: 'core', soft: 0, hard: -1 }],
        },
      },
    },
  ];

  it.each(specs)('a job comes back with the task that it was given: %j', async (spec) => {
    let kept: WireJobSpec | null = null;
    const client = await clientWith({
      submitJob: (request) => {
        kept = request.spec;
        return { jobId: 'j1' };
      },
      getJob: (jobId) => ({ jobId, spec: kept, state: 'JOB_STATE_READY', submittedAtMs: '1', revision: '1' }),
    });
    await client.submit(spec);
    const { spec: told } = await client.get('j1');
    expect(told).toEqual({ ...spec, queue: '' });
  });

  it.each([
    [{ exec: { command: 'c' }, http: { url: 'http://h/' } }, 'exactly one of'],
    [{ exec: { command: 'c', limits: { memoryMaxBytes: 1.5 } } }, 'memoryMaxBytes is a whole number'],
    [{ exec: { command: 'c', limits: { policy: 'maybe' } } }, 'limits.policy is one of require, prefer'],
  ])('what the wire would change in silence is refused: %j', async (spec, text) => {
    const client = await clientWith({});
    await expect(client.submit(spec as never)).rejects.toThrow(text);
  });
});

describe('readHttpResult', () => {
  it('gives the body as bytes, of text and of anything else', () => {
    const read = (answer: unknown) => readHttpResult(Buffer.from(JSON.stringify(answer)));
    const head = { status: 200, url: 'http://h/', headers: { etag: 'x' } };
    const text = { ...head, body: Buffer.from('grüße'), truncated: true };
    expect(read({ ...head, body: 'grüße', truncated: true })).toEqual(text);
    expect(read({ ...head, bodyBase64: '/w==' })).toEqual({ ...head, body: Buffer.from([255]), truncated: false });
  });

  it('is undefined for what holds no answer', () => {
    for (const text of ['', 'no JSON', '7', 'null', '{"state":1}'])
      expect(readHttpResult(Buffer.from(text))).toBeUndefined();
  });
});
