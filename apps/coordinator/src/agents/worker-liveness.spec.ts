import { VirtualClock } from '@synod/testkit';
import { aWorker, TestState } from '../testing/basics.spec-support.js';
import { QUIET_AFTER_MS, WorkerLiveness } from './worker-liveness.js';

function setUp() {
  const clock = new VirtualClock();
  const state = new TestState();
  const liveness = new WorkerLiveness(clock);
  liveness.reset();
  const run = (durationMs: number): void => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 200) {
      clock.advance(Math.min(200, durationMs - passedMs));
      liveness.look(state.machine);
    }
  };
  const open = (workerId: string): void => {
    state.apply({ type: 'openAgentSession', worker: aWorker(workerId), held: [] });
  };
  return { clock, state, liveness, run, open };
}

describe('worker liveness', () => {
  it('remembers the load that a worker last spoke of, and forgets it with its leadership', () => {
    const { liveness } = setUp();
    const load = { running: 3, loadPerProcessor: 0.5, freeMemoryBytes: 1_000 };
    expect(liveness.loadOf('w1')).toBeUndefined();
    liveness.heardFrom('w1', 1, load);
    liveness.heardFrom('w1', 1);
    expect(liveness.loadOf('w1')).toEqual(load);
    liveness.reset();
    expect(liveness.loadOf('w1')).toBeUndefined();
  });

  it('eligible from the first heartbeat until two and a half are missing', () => {
    const { clock, liveness } = setUp();
    expect(liveness.eligible('w1')).toBe(false);
    expect(liveness.heardFrom('w1', 1)).toBe(true);
    expect(liveness.heardFrom('w1', 1)).toBe(false);
    clock.advance(QUIET_AFTER_MS - 1);
    expect(liveness.eligible('w1')).toBe(true);
    clock.advance(1);
    expect(liveness.eligible('w1')).toBe(false);
    expect(liveness.heardFrom('w1', 1)).toBe(true);
  });

  it('a worker whose session ended gets no new work until it is heard again, and is not silent for that', () => {
    const { clock, liveness } = setUp();
    liveness.heardFrom('w1', 2);
    clock.advance(100);
    liveness.disconnected('w1', 1);
    expect(liveness.eligible('w1')).toBe(true);
    liveness.disconnected('w1', 2);
    expect([liveness.eligible('w1'), liveness.silentForMs('w1')]).toEqual([false, 100]);
    expect(liveness.heardFrom('w1', 2)).toBe(true);
  });

  it('an older incarnation that lives on is not heard', () => {
    const { clock, liveness } = setUp();
    liveness.heardFrom('w1', 2);
    clock.advance(500);
    expect(liveness.heardFrom('w1', 1)).toBe(false);
    expect(liveness.silentForMs('w1')).toBe(500);
  });

  it('a new leader counts all as heard when it began to lead', () => {
    const { clock, liveness, state, open, run } = setUp();
    open('w1');
    clock.advance(60_000);
    liveness.reset();
    run(9_800);
    expect(liveness.findLost(state.machine).workers).toEqual([]);
    run(200);
    expect(liveness.findLost(state.machine).workers).toEqual([{ workerId: 'w1', incarnation: 1 }]);
  });

  it('a leader that was paused blames nobody for it, heard before or never', () => {
    const { clock, liveness, state, open, run } = setUp();
    open('w1');
    open('w2');
    liveness.heardFrom('w1', 1);
    run(1_000);
    clock.advance(60_000);
    run(200);
    expect(liveness.silentForMs('w1')).toBeLessThanOrEqual(1_400);
    expect(liveness.silentForMs('w2')).toBeLessThanOrEqual(1_400);
    expect(liveness.findLost(state.machine)).toEqual({ attempts: [], workers: [] });
  });

  it('an attempt is lost after the patience of its own job; the worker stays while one of its jobs is patient', () => {
    const { liveness, state, open, run } = setUp();
    open('w1');
    const [quick = ''] = state.submit(1, { lostAfterMs: 3_000 });
    const [patient = ''] = state.submit(1, { lostAfterMs: 60_000 });
    state.assign(quick, 'w1');
    state.assign(patient, 'w1');
    run(2_800);
    expect(liveness.findLost(state.machine).attempts).toEqual([]);
    run(200);
    expect(liveness.findLost(state.machine).attempts).toEqual([state.refOf(quick)]);
    run(20_000);
    expect(liveness.findLost(state.machine).workers).toEqual([]);
    run(40_000);
    expect(liveness.findLost(state.machine).workers).toEqual([{ workerId: 'w1', incarnation: 1 }]);
  });

  it('ids that are no online worker are forgotten when there are many', () => {
    const { liveness, open, run } = setUp();
    open('w1');
    liveness.heardFrom('w1', 1);
    for (let index = 0; index < 5_000; index += 1) liveness.heardFrom(`stranger-${String(index)}`, 1);
    run(200);
    expect(liveness.size).toBe(1);
    expect(liveness.eligible('w1')).toBe(true);
  });
});
