import { Planner } from '@synod/scheduling';
import { SeededRandom, VirtualClock } from '@synod/testkit';
import { anEnd, aWorker, quiet, TestState } from '../testing/basics.spec-support.js';
import { SpeedObserver } from './speed-observer.js';

/** Of a second. */
const STEPS = 40;

/** Two equal workers whose attempts take as long as said, observed by the leader, and planned for by the real planner. */
class TwoWorkers {
  readonly clock = new VirtualClock();
  readonly state = new TestState();
  readonly told: string[] = [];
  readonly observer = new SpeedObserver({
    ...{ view: this.state.machine, clock: this.clock },
    logger: { ...quiet, info: (facts) => this.told.push(String((facts as { workerId?: string }).workerId)) },
  });
  readonly planner = new Planner({ speeds: this.observer });
  readonly takesMs: Record<string, number> = { w1: 100, w2: 100 };
  /** By which an attempt takes longer than others on its worker. */
  noise: () => number = () => 1;
  private readonly running: {
    readonly jobId: string;
    readonly workerId: string;
    readonly startedAtMs: number;
    readonly doneAtMs: number;
  }[] = [];

  constructor() {
    for (const workerId of ['w1', 'w2']) this.open(workerId);
  }

  open(workerId: string, incarnation = 1): void {
    const worker = aWorker(workerId, { capacity: 16, incarnation });
    this.observer.applied(this.state.apply({ type: 'openAgentSession', worker, held: [] }));
  }

  /** So many jobs a second for so long, in steps of 25 ms; how many began on each worker in each second. */
  run(seconds: number, perSecond = 40): { readonly w1: number; readonly w2: number }[] {
    return Array.from({ length: seconds }, () => {
      const counts = { w1: 0, w2: 0 };
      for (let step = 0; step < STEPS; step += 1) {
        this.clock.advance(25);
        this.finish();
        const due = Math.floor(((step + 1) * perSecond) / STEPS) - Math.floor((step * perSecond) / STEPS);
        if (due > 0) this.state.submit(due);
        const plan = this.planner.plan(this.state.machine, () => true, 100);
        this.state.apply({ type: 'assignJobs', assignments: plan });
        this.planner.settled(plan);
        for (const { jobId, workerId } of plan) {
          counts[workerId as 'w1' | 'w2'] += 1;
          const startedAtMs = this.clock.monotonicMs();
          const doneAtMs = startedAtMs + (this.takesMs[workerId] ?? 0) * this.noise();
          this.running.push({ jobId, workerId, startedAtMs, doneAtMs });
        }
      }
      return counts;
    });
  }

  private finish(): void {
    const nowMs = this.clock.monotonicMs();
    for (const attempt of this.running.filter(({ doneAtMs }) => doneAtMs <= nowMs)) {
      this.running.splice(this.running.indexOf(attempt), 1);
      const { jobId, workerId, startedAtMs } = attempt;
      const last = this.state.machine.job(jobId)?.attempts.at(-1);
      if (last === undefined) throw new Error(`no attempt of ${jobId}`);
      const times = { startedAtMs, finishedAtMs: nowMs };
      const report = { jobId, attempt: last.attempt, fencingToken: last.fencingToken, ...times, end: anEnd() };
      this.observer.applied(this.state.apply({ type: 'reportAttempts', workerId, incarnation: 1, reports: [report] }));
    }
  }
}

const shareOf2 = (counts: readonly { readonly w1: number; readonly w2: number }[]) => {
  const [w1, w2] = [sum(counts.map((it) => it.w1)), sum(counts.map((it) => it.w2))];
  return w2 / (w1 + w2);
};
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the leader that measures speed', () => {
  it('gives one of two equal workers that is slowed fourfold less than 30 % within 10 s, and half again within 30 s', () => {
    const workers = new TwoWorkers();
    expect(shareOf2(workers.run(10))).toBeCloseTo(0.5, 1);
    workers.takesMs['w2'] = 400;
    const slowed = workers.run(20);
    expect(shareOf2(slowed.slice(10))).toBeLessThan(0.3);
    // Not none: it would never be seen to recover.
    expect(shareOf2(slowed.slice(10))).toBeGreaterThan(0.02);
    workers.takesMs['w2'] = 100;
    const recovered = workers.run(60).slice(30);
    expect(shareOf2(recovered)).toBeCloseTo(0.5, 1);
    // Told once as it began, and once as it ended.
    expect(workers.told).toEqual(['w2', 'w2']);
    // Without oscillation: in no second does it have far more or less than half.
    for (const second of recovered) expect(Math.abs(shareOf2([second]) - 0.5)).toBeLessThan(0.15);
  });

  it.each([
    ['a busy cluster', 80, 100],
    ['a cluster with little to do', 4, 100],
    ['one job a second', 1, 100],
    ['long jobs, some at a time', 2, 2_000],
  ])('takes a recovered worker for what it is within 30 s: %s', (_load, perSecond, usualMs) => {
    const workers = new TwoWorkers();
    Object.assign(workers.takesMs, { w1: usualMs, w2: usualMs });
    workers.run(10, perSecond);
    workers.takesMs['w2'] = usualMs * 4;
    workers.run(30, perSecond);
    expect(workers.observer.slowWorkers().map(({ workerId }) => workerId)).toEqual(['w2']);
    workers.takesMs['w2'] = usualMs;
    const after = workers.run(45, perSecond).slice(30);
    expect(workers.observer.slowWorkers()).toEqual([]);
    expect(shareOf2(after)).toBeCloseTo(0.5, 1);
    expect(workers.told).toEqual(['w2', 'w2']);
  });

  it('is not led astray by noise: two workers whose attempts take between half and twice as long by chance stay equal', () => {
    const workers = new TwoWorkers();
    const random = new SeededRandom(7);
    workers.noise = () => 0.5 * 4 ** random.between(0, 1);
    workers.run(60);
    expect(workers.told).toEqual([]);
  });

  it('keeps a slow worker slow over a new session, and measures one anew that left', () => {
    const workers = new TwoWorkers();
    workers.takesMs['w2'] = 400;
    workers.run(10);
    expect(workers.observer.slowWorkers().map(({ workerId }) => workerId)).toEqual(['w2']);
    workers.open('w2');
    expect(workers.observer.slowWorkers().map(({ workerId }) => workerId)).toEqual(['w2']);
    const left = { type: 'closeWorker', workerId: 'w2', incarnation: 1, cause: 'left' } as const;
    workers.observer.applied(workers.state.apply(left));
    expect(workers.observer.slowWorkers()).toEqual([]);
  });

  it('learns from success alone', () => {
    const { observer, state } = new TwoWorkers();
    for (let at = 0; at < 10; at += 1) {
      const [jobId = ''] = state.submit(1);
      state.assign(jobId, at % 2 === 0 ? 'w1' : 'w2');
      const last = state.machine.job(jobId)?.attempts.at(-1);
      if (last === undefined) throw new Error('no attempt');
      const { attempt, fencingToken, workerId } = last;
      const times = { startedAtMs: 0, finishedAtMs: at % 2 === 0 ? 1 : 1_000 };
      const report = { jobId, attempt, fencingToken, ...times, end: anEnd({ outcome: 'failed', exitCode: 1 }) };
      observer.applied(state.apply({ type: 'reportAttempts', workerId, incarnation: 1, reports: [report] }));
    }
    expect(observer.slowWorkers()).toEqual([]);
  });
});
