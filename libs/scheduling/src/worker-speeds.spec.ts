import { WorkerSpeeds } from './worker-speeds.js';

/** Attempts of one task on several workers, each at its own pace, for some time. */
class Fleet {
  readonly speeds = new WorkerSpeeds();
  nowMs = 0;

  constructor(private readonly usualMs = 100) {}

  /** `times` by worker: how many times as long as usual it takes; 20 attempts a second each. */
  run(forMs: number, times: Readonly<Record<string, number>>, taskKey = 'task'): void {
    const endMs = this.nowMs + forMs;
    for (; this.nowMs < endMs; this.nowMs += 50) {
      for (const [workerId, factor] of Object.entries(times)) {
        this.speeds.observe({ workerId, taskKey, durationMs: this.usualMs * factor }, this.nowMs);
      }
    }
  }

  slow(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.speeds.slowWorkers(this.nowMs).map((it) => [it.workerId, it.speed]));
  }
}

describe('measured speed of workers', () => {
  it('of equal workers is the usual one: none is slow', () => {
    const fleet = new Fleet();
    fleet.run(5_000, { w1: 1, w2: 1, w3: 1.1 });
    expect(fleet.slow()).toEqual({});
  });

  it('of one that takes four times as long falls to a quarter within some seconds, and is the usual one again after', () => {
    const fleet = new Fleet();
    fleet.run(10_000, { w1: 1, w2: 1 });
    fleet.run(8_000, { w1: 1, w2: 4 });
    expect(fleet.slow()).toEqual({ w2: expect.closeTo(0.25, 1) as number });
    fleet.run(10_000, { w1: 1, w2: 1 });
    expect(fleet.slow()).toEqual({});
  });

  it('does not change by noise between the two thresholds: it takes more to become slow than to stay so', () => {
    const fleet = new Fleet();
    fleet.run(10_000, { w1: 1, w2: 1.4 });
    expect(fleet.slow()).toEqual({});
    fleet.run(10_000, { w1: 1, w2: 2 });
    expect(Object.keys(fleet.slow())).toEqual(['w2']);
    fleet.run(10_000, { w1: 1, w2: 1.4 });
    expect(Object.keys(fleet.slow())).toEqual(['w2']);
    fleet.run(10_000, { w1: 1, w2: 1.1 });
    expect(fleet.slow()).toEqual({});
  });

  it('does not blame a worker for long tasks: each kind is compared with its own', () => {
    const fleet = new Fleet();
    fleet.run(3_000, { w1: 1, w2: 1 }, 'short');
    fleet.run(3_000, { w2: 50 }, 'long');
    expect(fleet.slow()).toEqual({});
  });

  it('asks for a trial of a slow worker that was not heard of for a second', () => {
    const fleet = new Fleet();
    fleet.run(5_000, { w1: 1, w2: 5 });
    expect(fleet.speeds.slowWorkers(fleet.nowMs).map(({ trial }) => trial)).toEqual([false]);
    fleet.run(1_100, { w1: 1 });
    expect(fleet.speeds.slowWorkers(fleet.nowMs).map(({ trial }) => trial)).toEqual([true]);
  });

  it('is bounded below, forgets who leaves, and takes no nonsense', () => {
    const fleet = new Fleet();
    fleet.run(10_000, { w1: 1, w2: 1_000 });
    expect(fleet.slow()['w2']).toBeGreaterThanOrEqual(1 / 8);
    fleet.speeds.observe({ workerId: 'w1', taskKey: 'task', durationMs: Number.NaN }, fleet.nowMs);
    fleet.speeds.observe({ workerId: 'w1', taskKey: 'task', durationMs: -1 }, fleet.nowMs);
    expect(Object.keys(fleet.slow())).toEqual(['w2']);
    fleet.speeds.forget('w2');
    expect(fleet.slow()).toEqual({});
  });

  it('does not take failing fast for speed: what is observed is success, and none is faster than usual', () => {
    const fleet = new Fleet();
    fleet.run(5_000, { w1: 0.01, w2: 1, w3: 1, w4: 1, w5: 1 });
    expect(fleet.slow()).toEqual({});
  });
});
