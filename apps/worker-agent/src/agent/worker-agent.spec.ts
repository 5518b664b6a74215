import type { Logger } from '@synod/base';
import type { AttemptRef, JobSpec } from '@synod/jobs';
import type { AgentMessage, AttemptEnding, AttemptProcess } from '../shared/guard-protocol.js';
import type { AttemptFiles } from './attempt-files.js';
import { endReport, NO_TAILS } from '../shared/attempt-report.js';
import type { AttemptSpool, SpoolRecord } from './spool-records.js';
import { tokenText } from './start-order.js';
import { WorkerAgent } from './worker-agent.js';

const log: Logger = { debug: noop, info: noop, warn: noop, error: noop, child: () => log };

function noop(): void {}

const ref = (jobId: string, counter: number): AttemptRef => ({
  jobId,
  attempt: 1,
  fencingToken: { generation: 1, counter },
});

const spec = (rest: Partial<JobSpec> = {}): JobSpec => ({
  task: { kind: 'exec', command: 'true', args: [], env: {}, cwd: '', stdin: '', user: '' },
  queue: 'default',
  labels: {},
  workerLabels: {},
  placement: 'leastLoaded',
  placementKey: '',
  mode: 'oneLiveHolder',
  lostAfterMs: 10_000,
  startToCloseTimeoutMs: 0,
  killGraceMs: 5_000,
  maxLostAttempts: 10,
  ...rest,
});

const processOf = ({ jobId, attempt, fencingToken }: AttemptRef): AttemptProcess => ({
  key: `${jobId}.${attempt}`,
  jobId,
  attempt,
  fencingToken: tokenText(fencingToken),
  leaseMs: 9_300,
  pid: 1,
  identity: 'boot/1',
  startedAtMs: 50,
});

const ENDED: AttemptEnding = {
  outcome: 'succeeded',
  exitCode: 0,
  signal: '',
  message: '',
  startedAtMs: 50,
  finishedAtMs: 60,
};

/** A worker agent whose guard, clock and disk are in this test. */
class Bench {
  nowMs = 100_000;
  connected = true;
  readonly sent: AgentMessage[] = [];
  readonly spooled = new Map<string, SpoolRecord>();
  readonly orphans: string[] = [];
  doubts = 0;
  readonly agent: WorkerAgent;

  constructor(capacity = 10, recovered: readonly [string, SpoolRecord][] = []) {
    for (const [key, record] of recovered) this.spooled.set(key, record);
    const spool = {
      recover: () => new Map(this.spooled),
      put: (key: string, record: SpoolRecord) => Promise.resolve(this.spooled.set(key, record) !== undefined),
      delete: (key: string) => Promise.resolve(void this.spooled.delete(key)),
    };
    const files = { tails: () => NO_TAILS, ending: noop, keepEnding: noop, process: () => null, unfinished: () => [] };
    this.agent = new WorkerAgent(
      { workerId: 'w1', capacity },
      {
        clock: { monotonicMs: () => this.nowMs, wallMs: () => this.nowMs },
        log,
        files: files as unknown as AttemptFiles,
        spool: spool as unknown as AttemptSpool,
        guard: { isConnected: () => this.connected, send: (message) => void this.sent.push(message) },
        endOrphans: async (orphans) => void this.orphans.push(...orphans.map((it) => it.key)),
        onDoubt: () => void (this.doubts += 1),
        onReports: noop,
        onEnded: noop,
      },
    );
    this.agent.recover();
    this.openSession();
  }

  openSession(outdated: readonly AttemptRef[] = []): void {
    this.agent.held();
    this.agent.welcomed('', outdated);
  }

  get ordered(): string[] {
    return this.sent.flatMap((it) => (it.type === 'start' ? [it.order.key] : []));
  }
}

describe('the worker agent', () => {
  test('starts nothing whose lease would lapse at once, and what has none without being heard', () => {
    const bench = new Bench();
    bench.agent.assigned([
      { ref: ref('leased', 1), spec: spec() },
      { ref: ref('alone', 2), spec: spec({ mode: 'atLeastOnce' }) },
    ]);
    expect(bench.ordered).toEqual(['alone.1']);
    bench.agent.heard(bench.nowMs - 9_000);
    expect(bench.ordered).toEqual(['alone.1']);
    bench.agent.heard(bench.nowMs - 100);
    expect(bench.ordered).toEqual(['alone.1', 'leased.1']);
    const order = bench.sent.find((it) => it.type === 'start' && it.order.key === 'leased.1');
    expect(order).toMatchObject({ heardAtMs: bench.nowMs - 100, order: { leaseMs: 9_300 } });
  });

  test('what was assigned over a session in which its lease had lapsed starts only after the next Welcome', () => {
    const bench = new Bench();
    bench.agent.heard(bench.nowMs);
    bench.nowMs += 9_300;
    // The attempts were declared lost while their assignment lay in the session; heartbeats pass again.
    bench.agent.heard(bench.nowMs);
    bench.agent.assigned([
      { ref: ref('outdated', 1), spec: spec() },
      { ref: ref('current', 2), spec: spec() },
      { ref: ref('longer', 3), spec: spec({ lostAfterMs: 60_000 }) },
      { ref: ref('alone', 4), spec: spec({ mode: 'atLeastOnce' }) },
    ]);
    expect(bench.ordered).toEqual(['longer.1', 'alone.1']);
    expect(bench.doubts).toBe(1);
    bench.nowMs += 200;
    bench.openSession([ref('outdated', 1)]);
    expect(bench.ordered).toEqual(['longer.1', 'alone.1', 'current.1']);
    expect(bench.agent.held().map((it) => it.jobId)).toEqual(['current', 'longer', 'alone']);
  });

  test('ends what is evicted with its grace and gives back what waits, both as drained', () => {
    const bench = new Bench(1);
    const alone = spec({ mode: 'atLeastOnce' });
    bench.agent.assigned([
      { ref: ref('runs', 1), spec: alone },
      { ref: ref('waits', 2), spec: alone },
    ]);
    bench.agent.evicted([ref('runs', 1), ref('waits', 2), ref('unknown', 3)]);
    const stop = { outcome: 'lost', message: 'drained', immediate: false };
    expect(bench.sent.filter((it) => it.type === 'stop')).toEqual([{ type: 'stop', key: 'runs.1', stop }]);
    expect(bench.spooled.get('waits.1')?.report?.end).toMatchObject({ outcome: 'lost', message: 'drained' });
    expect(bench.ordered).toEqual(['runs.1']);
  });

  test('what is to end without grace is told so, and nothing gentler before', () => {
    const bench = new Bench();
    const alone = spec({ mode: 'atLeastOnce' });
    const refs = [ref('cancelled', 1), ref('terminated', 2)] as const;
    bench.agent.assigned(refs.map((it) => ({ ref: it, spec: alone })));
    bench.agent.cancelled(refs, [refs[1]]);
    const stops = bench.sent.flatMap((it) => (it.type === 'stop' ? [[it.key, it.stop.immediate]] : []));
    expect(stops).toHaveLength(2);
    expect(Object.fromEntries(stops)).toEqual({ 'cancelled.1': false, 'terminated.1': true });
  });

  test('a lapse before the Hello puts nothing in doubt, one between Hello and Welcome does', () => {
    const bench = new Bench();
    bench.agent.heard(bench.nowMs);
    bench.nowMs += 20_000;
    bench.agent.held();
    bench.agent.heard(bench.nowMs);
    bench.agent.welcomed('', []);
    bench.agent.assigned([{ ref: ref('first', 1), spec: spec() }]);
    expect(bench.ordered).toEqual(['first.1']);
    bench.agent.held();
    bench.nowMs += 9_300;
    bench.agent.heard(bench.nowMs);
    bench.agent.welcomed('', []);
    bench.agent.assigned([{ ref: ref('second', 2), spec: spec() }]);
    expect(bench.ordered).toEqual(['first.1']);
    expect(bench.doubts).toBe(1);
  });

  test('a place is free again when an attempt has ended, not when its report is acknowledged', () => {
    const bench = new Bench(1);
    bench.agent.heard(bench.nowMs);
    bench.agent.assigned([1, 2].map((counter) => ({ ref: ref(`job${counter}`, counter), spec: spec() })));
    expect(bench.ordered).toEqual(['job1.1']);
    bench.agent.guardEnded('job1.1', ENDED);
    expect(bench.ordered).toEqual(['job1.1', 'job2.1']);
    expect(bench.agent.held().map((it) => it.jobId)).toEqual(['job1', 'job2']);
  });

  test('in another cluster tokens start anew, and in the same one they do not', () => {
    const bench = new Bench();
    bench.agent.heard(bench.nowMs);
    bench.agent.welcomed('cluster-1', []);
    bench.agent.assigned([{ ref: ref('high', 900), spec: spec() }]);
    bench.agent.welcomed('cluster-1', []);
    bench.agent.assigned([{ ref: ref('low', 5), spec: spec() }]);
    bench.agent.welcomed('cluster-2', [ref('high', 900)]);
    bench.agent.assigned([{ ref: ref('new', 5), spec: spec() }]);
    expect(bench.ordered).toEqual(['high.1', 'new.1']);
    expect(bench.sent).toContainEqual(expect.objectContaining({ type: 'stop', key: 'high.1' }));
  });

  test('an ending leaves the guard when the spool has it, and the spool when it is acknowledged', async () => {
    const bench = new Bench();
    bench.agent.heard(bench.nowMs);
    bench.agent.assigned([{ ref: ref('job', 1), spec: spec() }]);
    bench.agent.guardStarted(processOf(ref('job', 1)));
    bench.agent.guardEnded('job.1', ENDED);
    expect(bench.sent.some((it) => it.type === 'forget')).toBe(false);
    await Promise.resolve();
    expect(bench.sent).toContainEqual({ type: 'forget', keys: ['job.1'] });
    expect(bench.spooled.get('job.1')?.report?.end?.outcome).toBe('succeeded');
    const batch = bench.agent.outbox.next();
    expect(batch?.reports).toHaveLength(1);
    bench.agent.outbox.acknowledged(batch?.sequence ?? 0);
    expect(bench.spooled.size).toBe(0);
    expect(bench.agent.held()).toEqual([]);
  });

  test('what an earlier incarnation spooled is held: its results are reported again, what lost its guard as lost', async () => {
    const over = { ref: ref('over', 1), leaseMs: 9_300, report: endReport(ref('over', 1), ENDED, NO_TAILS) };
    const running = { ref: ref('running', 2), leaseMs: 9_300, report: undefined };
    const adopted = { ref: ref('adopted', 3), leaseMs: 9_300, report: undefined };
    const bench = new Bench(10, [
      ['over.1', over],
      ['running.1', running],
      ['adopted.1', adopted],
    ]);
    expect(bench.agent.held().map((it) => it.jobId)).toEqual(['over', 'running', 'adopted']);
    const snapshot = { ...processOf(adopted.ref), process: processOf(adopted.ref), ending: null };
    await bench.agent.guardWelcomed([snapshot]);
    expect(bench.orphans).toEqual(['running.1']);
    const reports = bench.agent.outbox.next()?.reports.map((it) => [it.jobId, it.end?.outcome]);
    expect(reports).toEqual([
      ['over', 'succeeded'],
      ['adopted', undefined],
      ['running', 'lost'],
    ]);
  });

  test('an order to stop is given again to a guard that may have missed it', async () => {
    const bench = new Bench();
    bench.agent.heard(bench.nowMs);
    bench.agent.assigned([{ ref: ref('job', 1), spec: spec() }]);
    bench.agent.cancelled([ref('job', 1), ref('job', 2), ref('unknown', 1)]);
    const stops = (): AgentMessage[] => bench.sent.filter((it) => it.type === 'stop');
    expect(stops()).toHaveLength(1);
    await bench.agent.guardWelcomed([{ ...processOf(ref('job', 1)), process: processOf(ref('job', 1)), ending: null }]);
    expect(stops()).toHaveLength(2);
    expect(stops()[1]).toEqual(stops()[0]);
  });

  test('what it cannot run is answered, and what was cancelled before its start never starts', () => {
    const bench = new Bench();
    bench.agent.assigned([
      { ref: ref('handler', 1), spec: spec({ task: { kind: 'handler', handler: 'h', payload: '' } }) },
      { ref: ref('future', 2), spec: undefined },
      { ref: ref('waiting', 3), spec: spec() },
    ]);
    bench.agent.cancelled([ref('waiting', 3)]);
    bench.agent.heard(bench.nowMs);
    expect(bench.ordered).toEqual([]);
    expect(bench.agent.outbox.next()?.reports.map((it) => it.end?.outcome)).toEqual(['failed', 'lost', 'cancelled']);
  });

  test('while it stops it starts nothing, and what never started is no reason to wait', async () => {
    const bench = new Bench(1);
    bench.agent.heard(bench.nowMs);
    bench.agent.assigned([1, 2].map((counter) => ({ ref: ref(`job${counter}`, counter), spec: spec() })));
    bench.agent.endAll(false);
    bench.agent.guardEnded('job1.1', { ...ENDED, outcome: 'lost' });
    await bench.agent.untilEnded();
    const batch = bench.agent.outbox.next();
    bench.agent.outbox.acknowledged(batch?.sequence ?? 0);
    await bench.agent.untilAcknowledged();
    expect(bench.ordered).toEqual(['job1.1']);
  });
});
