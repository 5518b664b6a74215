import { workerLeaseMs } from '@synod/base';
import { VirtualClock } from '@synod/testkit';
import type { WireAssignment, WireAttemptReportInput } from '@synod/wire';
import type { HandlerContext } from './attempt.js';
import { WorkerLease } from './lease.js';
import { AttemptRunner, type Handler } from './runner.js';

const LEADER = { round: 1, priority: 0, nodeId: 'c1' };

function assignment(token: number, spec: Partial<WireAssignment['spec']> = {}): WireAssignment {
  const handler = { handler: 'work', payload: Buffer.alloc(0) };
  const defaults = { handler, lostAfterMs: 3_000, startToCloseTimeoutMs: 0, mode: 'EXECUTION_MODE_ONE_LIVE_HOLDER' };
  return {
    jobId: `j${token}`,
    attempt: 1,
    fencingToken: String(token),
    spec: { ...defaults, ...spec },
  } as WireAssignment;
}

/** A runner by a virtual clock whose handlers end when the test says so. */
class Bench {
  readonly clock = new VirtualClock();
  readonly lease = new WorkerLease();
  readonly reports: WireAttemptReportInput[] = [];
  readonly running = new Map<
    string,
    { context: HandlerContext; finish: (result?: unknown) => void; fail: () => void }
  >();
  readonly runner: AttemptRunner;
  doubts = 0;

  constructor() {
    const work: Handler = (context) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error('gave up'));
        this.running.set(context.jobId, { context, finish: resolve, fail });
      });
    this.runner = new AttemptRunner(new Map([['work', work]]), {
      clock: this.clock,
      lease: this.lease,
      report: (report) => this.reports.push(report),
      onDoubt: () => {
        this.doubts += 1;
      },
      onChange: () => undefined,
    });
    this.welcome();
  }

  /** A session begins. */
  welcome(): void {
    this.lease.helloSent(this.clock.monotonicMs());
    this.lease.begin(this.clock.monotonicMs());
    this.runner.welcomed();
  }

  pass(ms: number): void {
    this.clock.advance(ms);
    this.runner.sweep();
  }

  /** A heartbeat goes out now and is answered. */
  beat(): void {
    const nowMs = this.clock.monotonicMs();
    this.lease.acknowledge(this.lease.send(nowMs), LEADER, nowMs);
  }

  async settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  ends(): (string | undefined)[] {
    return this.reports.flatMap(({ end }) => (end ? [end.outcome as string] : []));
  }
}

describe('attempts of a worker', () => {
  it('what ends before a sweep is reported once; what goes on has its start reported', async () => {
    const bench = new Bench();
    bench.runner.assign(assignment(1));
    bench.runner.assign(assignment(2));
    bench.running.get('j1')?.finish();
    await bench.settled();
    bench.pass(100);
    bench.pass(100);
    expect(bench.reports.map(({ jobId, end }) => [jobId, end?.outcome])).toEqual([
      ['j1', 'ATTEMPT_STATE_SUCCEEDED'],
      ['j2', undefined],
    ]);
  });

  it('is held until the end is acknowledged, not only the start', async () => {
    const bench = new Bench();
    bench.runner.assign(assignment(1));
    bench.pass(100);
    bench.runner.acknowledged(bench.reports);
    expect(bench.runner.refs()).toEqual([{ jobId: 'j1', attempt: 1, fencingToken: '1' }]);
    bench.running.get('j1')?.finish();
    await bench.settled();
    expect(bench.runner.isEmpty).toBe(false);
    bench.runner.acknowledged(bench.reports);
    expect(bench.runner.isEmpty).toBe(true);
  });

  it('when the lease lapses its signal aborts, and whatever the handler returns counts as lost', async () => {
    const bench = new Bench();
    bench.beat();
    bench.runner.assign(assignment(1));
    const running = bench.running.get('j1');
    const { signal } = running!.context;
    bench.pass(workerLeaseMs(3_000) - 1);
    expect(signal.aborted).toBe(false);
    bench.pass(1);
    expect(signal.aborted).toBe(true);
    // It may run elsewhere by now: nothing is said before the handler has really ended.
    bench.pass(60_000);
    expect(bench.ends()).toEqual([]);
    running?.finish('too late');
    await bench.settled();
    expect(bench.ends()).toEqual(['ATTEMPT_STATE_LOST']);
  });

  it('acknowledged heartbeats keep the lease, and an attempt that is left alone has none', () => {
    const bench = new Bench();
    bench.runner.assign(assignment(1));
    bench.runner.assign(assignment(2, { mode: 'EXECUTION_MODE_AT_LEAST_ONCE' }));
    for (let second = 0; second < 10; second += 1) {
      bench.beat();
      bench.pass(1_000);
    }
    expect(bench.running.get('j1')?.context.signal.aborted).toBe(false);
    bench.pass(100_000);
    expect(bench.running.get('j1')?.context.signal.aborted).toBe(true);
    expect(bench.running.get('j2')?.context.signal.aborted).toBe(false);
  });

  it('out of its time it is told to end, and reported after its grace even if the handler ignores that', () => {
    const bench = new Bench();
    bench.runner.assign(assignment(1, { startToCloseTimeoutMs: 500, killGraceMs: 200 }));
    bench.beat();
    bench.pass(499);
    expect(bench.running.get('j1')?.context.signal.aborted).toBe(false);
    bench.pass(1);
    expect(bench.running.get('j1')?.context.signal.aborted).toBe(true);
    bench.pass(199);
    expect(bench.ends()).toEqual([]);
    bench.pass(1);
    expect(bench.ends()).toEqual(['ATTEMPT_STATE_TIMED_OUT']);
  });

  it('cancelled, it is reported so if the handler gave up, and as succeeded if it was through', async () => {
    const bench = new Bench();
    bench.runner.assign(assignment(1));
    bench.runner.assign(assignment(2));
    for (const ref of bench.runner.refs()) bench.runner.cancel(ref);
    bench.running.get('j1')?.fail();
    bench.running.get('j2')?.finish();
    await bench.settled();
    expect(bench.ends()).toEqual(['ATTEMPT_STATE_CANCELLED', 'ATTEMPT_STATE_SUCCEEDED']);
  });

  it('outdated, it is ended, and nothing more is said of it', async () => {
    const bench = new Bench();
    bench.runner.assign(assignment(1));
    const running = bench.running.get('j1');
    bench.runner.dropOutdated({ jobId: 'j1', attempt: 1, fencingToken: '1' });
    expect(running?.context.signal.aborted).toBe(true);
    running?.fail();
    await bench.settled();
    expect(bench.ends()).toEqual([]);
    expect(bench.runner.isEmpty).toBe(true);
  });

  it('what lay in a stalled session while the lease lapsed is not started: another session says what still stands', () => {
    const bench = new Bench();
    bench.clock.advance(2_500);
    bench.beat();
    bench.runner.assign(assignment(1));
    bench.runner.assign(assignment(2, { lostAfterMs: 60_000 }));
    expect([bench.running.size, bench.doubts]).toEqual([0, 1]);
    // The cluster repeats what it still wants of this worker, and no more.
    bench.welcome();
    bench.runner.assign(assignment(2, { lostAfterMs: 60_000 }));
    expect([...bench.running.keys()]).toEqual(['j2']);
  });

  it('an attempt that may run beside another is started whatever was heard', () => {
    const bench = new Bench();
    bench.clock.advance(2_500);
    bench.runner.assign(assignment(1, { mode: 'EXECUTION_MODE_AT_LEAST_ONCE' }));
    bench.pass(60_000);
    expect(bench.running.get('j1')?.context.signal.aborted).toBe(false);
    expect(bench.doubts).toBe(0);
  });
});
