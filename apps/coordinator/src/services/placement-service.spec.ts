import { describeError } from '@synod/contracts';
import { callUnary, ClientPool, createRpcServer } from '@synod/rpc';
import type { RpcServer } from '@synod/rpc';
import { services } from '@synod/wire';
import type { ReadGate } from '../leader/read-gate.js';
import { aWorker, codeOf, quiet, TestState } from '../testing/basics.spec-support.js';
import { placementServiceHandlers } from './placement-service.js';

const SECURITY = { insecure: true } as never;

describe('the placement service', () => {
  let server: RpcServer;
  let state: TestState;
  let pool: ClientPool<InstanceType<(typeof services)['PlacementService']>>;
  let address: string;

  beforeEach(async () => {
    state = new TestState();
    server = createRpcServer({ security: SECURITY, logger: quiet, describe: describeError });
    const reads = { pass: () => Promise.resolve() } as unknown as ReadGate;
    server.addService(services.PlacementService, placementServiceHandlers({ view: state.machine, reads }));
    address = await server.listen('127.0.0.1:0');
    pool = new ClientPool(services.PlacementService, SECURITY);
  });

  afterEach(async () => {
    pool.close();
    await server.stop(0);
  });

  const options = { deadlineMs: 20_000 };
  const show = (request: object) => callUnary(pool.get(address), 'showPlacement', request as never, options);
  const simulate = (request: object) => callUnary(pool.get(address), 'simulatePlacement', request as never, options);
  const open = (...workerIds: readonly string[]) => {
    for (const workerId of workerIds) {
      state.apply({ type: 'openAgentSession', worker: aWorker(workerId, { labels: { zone: 'a' } }), held: [] });
    }
  };
  const violations = async (call: Promise<unknown>): Promise<readonly string[]> => {
    const error = await call.then(
      () => undefined,
      (it: unknown) => it,
    );
    const facts = (error as { facts?: { violations?: readonly { field: string }[] } } | undefined)?.facts;
    return (facts?.violations ?? []).map(({ field }) => field);
  };

  it('names the owner of a key and those behind it', async () => {
    open('w1', 'w2', 'w3');
    const shown = await show({ key: 'customer-1' });
    expect(shown.preferred.map(({ workerId }) => workerId).sort()).toEqual(['w1', 'w2', 'w3']);
    expect(shown.preferred[0]).toMatchObject({ workerId: shown.owner, verdict: 'PLACEMENT_VERDICT_FREE', capacity: 4 });
    expect(shown.chosen).toBe(shown.owner);
    expect(await show({ key: 'customer-1', handler: 'unknown' })).toMatchObject({ owner: '', chosen: '' });
    expect((await show({ key: 'customer-1', count: 2 })).preferred).toHaveLength(2);
  });

  it('says what would move: workers to add are like those that are there', async () => {
    open('w1', 'w2', 'new-1');
    for (let at = 0; at < 10; at += 1) state.submit(1, { placement: 'consistentHash', placementKey: `key-${at}` });
    const simulated = await simulate({ add: 2, addCapacity: 8, remove: ['w1'] });
    expect(simulated.workers.map(({ workerId, change, capacity }) => [workerId, change, capacity])).toEqual([
      ['new-1', 'WORKER_CHANGE_STAYS', 4],
      ['new-2', 'WORKER_CHANGE_JOINS', 8],
      ['new-3', 'WORKER_CHANGE_JOINS', 8],
      ['w1', 'WORKER_CHANGE_LEAVES', 4],
      ['w2', 'WORKER_CHANGE_STAYS', 4],
    ]);
    expect(simulated).toMatchObject({ keys: 10, jobs: 10, placedBefore: 10, placedAfter: 10 });
    expect(simulated.moves.every(({ from, to }) => from !== to && to !== 'w1')).toBe(true);
    expect(simulated.moves).toHaveLength(simulated.movedKeys);
  });

  it('refuses what makes no sense, and says what does', async () => {
    expect(await violations(show({ key: '' }))).toEqual(['key']);
    expect(await violations(show({ key: 'k', count: 1_001 }))).toEqual(['count']);
    expect(await violations(simulate({}))).toEqual(['add']);
    expect(await violations(simulate({ add: 1, placementOptions: { choices: 3 } }))).toEqual([
      'placement_options.choices',
    ]);
    await expect(
      simulate({ add: 1 }).catch((error: unknown) => Promise.reject(new Error(codeOf(error)))),
    ).rejects.toThrow('NO_WORKERS');
    open('w1');
    await expect(
      simulate({ remove: ['w9'] }).catch((error: unknown) => Promise.reject(new Error(codeOf(error)))),
    ).rejects.toThrow('WORKER_UNKNOWN');
  });
});
