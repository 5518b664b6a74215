import type { Command, CommandReply } from '@synod/jobs';
import { aWorker, quiet, settled, TestState } from '../testing/basics.spec-support.js';
import { WorkerEvictor } from './worker-evictor.js';

const DEADLINE_MS = 1;

/** A draining worker with one attempt of each of these modes, and the leader's look at it. */
function draining(modes: readonly ('oneLiveHolder' | 'atMostOnce')[], evictAtMs: number | undefined) {
  const state = new TestState();
  state.apply({ type: 'setFeatureLevel', level: 2 });
  state.apply({ type: 'openAgentSession', worker: aWorker('w1', { capacity: 9 }), held: [] });
  const jobIds = modes.flatMap((mode) => state.submit(1, { mode }));
  for (const jobId of jobIds) state.apply({ type: 'assignJobs', assignments: [state.assignment(jobId, 'w1')] });
  const scheduling = { type: 'setWorkerScheduling', workerId: 'w1', scheduling: 'draining' } as const;
  state.apply({ ...scheduling, evictAtMs, incarnation: undefined, reason: '' });
  const proposed: { command: Command; resolve: (reply: CommandReply) => void; reject: (error: Error) => void }[] = [];
  const clock = { nowMs: DEADLINE_MS };
  const evictor = new WorkerEvictor({
    view: state.machine,
    clock: { wallMs: () => clock.nowMs },
    logger: quiet,
    propose: (command) => new Promise((resolve, reject) => proposed.push({ command, resolve, reject })),
  });
  return { state, evictor, clock, proposed };
}

describe('the leader', () => {
  it('evicts a draining worker when its deadline has passed, and not again while that is under way', async () => {
    const { state, evictor, clock, proposed } = draining(['oneLiveHolder', 'atMostOnce'], DEADLINE_MS);
    clock.nowMs = DEADLINE_MS - 1;
    evictor.look();
    expect(proposed).toEqual([]);
    clock.nowMs = DEADLINE_MS;
    evictor.look();
    evictor.look();
    expect(proposed.map(({ command }) => command)).toEqual([{ type: 'evictWorker', workerId: 'w1' }]);
    const [reply] = state.apply({ type: 'evictWorker', workerId: 'w1' }).replies;
    expect(reply).toEqual({ type: 'workerEvicted', evicting: 1 });
    proposed[0]?.resolve(reply as CommandReply);
    await settled();
    // What is left may run at most once: it is left to finish.
    evictor.look();
    expect(proposed).toHaveLength(1);
  });

  it('tries again when it could not', async () => {
    const { evictor, proposed } = draining(['oneLiveHolder'], DEADLINE_MS);
    evictor.look();
    proposed[0]?.reject(new Error('no longer leading'));
    await settled();
    evictor.look();
    expect(proposed).toHaveLength(2);
  });

  it.each([
    ['without a deadline', ['oneLiveHolder'], undefined],
    ['that runs nothing', [], DEADLINE_MS],
    ['that runs only what may run once', ['atMostOnce'], DEADLINE_MS],
  ] as const)('leaves a draining worker %s alone', (_, modes, evictAtMs) => {
    const { evictor, clock, proposed } = draining(modes, evictAtMs);
    clock.nowMs = 1e12;
    evictor.look();
    expect(proposed).toHaveLength(0);
  });
});
