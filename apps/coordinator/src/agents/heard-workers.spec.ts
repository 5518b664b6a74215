import type { WorkerHeard } from '@synod/contracts';
import { VirtualClock } from '@synod/testkit';
import { aWorker, settled, TestState } from '../testing/basics.spec-support.js';
import { HeardWorkers } from './heard-workers.js';
import { WorkerLiveness } from './worker-liveness.js';

const LOAD = { running: 3, loadPerProcessor: 0.5, freeMemoryBytes: 1_024 };
const FROM_LEADER: WorkerHeard = { workerId: 'w1', heardAgoMs: 40, eligible: true, load: LOAD };

function setUp(serving: boolean, askLeader: () => Promise<readonly WorkerHeard[]>) {
  const clock = new VirtualClock();
  const state = new TestState();
  const liveness = new WorkerLiveness(clock);
  for (const workerId of ['w1', 'w2']) state.apply({ type: 'openAgentSession', worker: aWorker(workerId), held: [] });
  state.apply({ type: 'closeWorker', workerId: 'w2', incarnation: 1, cause: 'left' });
  liveness.heardFrom('w1', 1, LOAD);
  clock.advance(120);
  const modules = { view: state.machine, liveness, timers: clock, serving: () => serving, askLeader };
  return { clock, heard: new HeardWorkers(modules) };
}

describe('what is heard of workers', () => {
  it('is known to the leader itself, of those that are online', async () => {
    const { heard } = setUp(true, () => Promise.reject(new Error('asked itself')));
    const w1 = { workerId: 'w1', heardAgoMs: 120, eligible: true, load: LOAD };
    expect([...(await heard.ask()).values()]).toEqual([w1]);
    expect([...(await heard.ask('w1')).keys()]).toEqual(['w1']);
    expect([...(await heard.ask('w2')).keys()]).toEqual([]);
    expect([...(await heard.ask('stranger')).keys()]).toEqual([]);
  });

  it('is asked of the leader by the others', async () => {
    const { heard } = setUp(false, () => Promise.resolve([FROM_LEADER]));
    expect((await heard.ask()).get('w1')).toEqual(FROM_LEADER);
  });

  it('is nothing where there is no leader, and one that is silent is not waited for', async () => {
    expect((await setUp(false, () => Promise.reject(new Error('no link'))).heard.ask()).size).toBe(0);
    const { clock, heard } = setUp(false, () => new Promise(() => undefined));
    const answer = heard.ask();
    await settled();
    clock.advance(1_000);
    expect((await answer).size).toBe(0);
  });
});
