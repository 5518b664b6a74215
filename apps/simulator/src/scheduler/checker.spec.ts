import type { CommandEnvelope, ExecutionMode, JobEvent, JobSpec } from '@synod/jobs';
import { SchedulerChecker } from './checker.js';
import type { JobProcess } from './process-table.js';

const SPEC: JobSpec = {
  task: { kind: 'exec', command: 'work', args: [], env: {}, cwd: '', stdin: '', user: '' },
  ...{ queue: 'default', labels: {}, workerLabels: {}, placement: 'leastLoaded', placementKey: '' },
  ...{ mode: 'oneLiveHolder', lostAfterMs: 3_000, startToCloseTimeoutMs: 0, killGraceMs: 0, maxLostAttempts: 3 },
};

class Bench {
  nowMs = 1_000;
  guardResumedAtMs = 0;
  capacity = 10;
  readonly events: string[] = [];
  readonly checker = new SchedulerChecker({
    nowMs: () => this.nowMs,
    guardResumedAtMs: (workerId) => (workerId === 'stopped' ? this.guardResumedAtMs : 0),
    capacity: () => this.capacity,
    isFrozen: () => false,
    event: (name) => void this.events.push(name),
    learned: () => undefined,
  });
  private slot = 0;
  private pid = 0;

  submit(mode: ExecutionMode): void {
    const body = { type: 'submitJobs', specs: [{ ...SPEC, mode }], idempotencyKey: '' } as const;
    this.apply([{ type: 'jobSubmitted', jobId: 'j1' }], body, {
      type: 'jobsSubmitted',
      jobIds: ['j1'],
      replayed: false,
    });
  }

  apply(events: readonly JobEvent[], body?: CommandEnvelope['body'], reply?: unknown, hash = 'h', node = 'c1'): void {
    this.slot += node === 'c1' ? 1 : 0;
    const origin = { nodeId: 'c1', incarnation: 1, sequence: this.slot, acknowledgedBelow: 1 };
    const envelope = { groupId: 0, version: 1, stampMs: 0, principal: '', traceContext: '', origin };
    const applied = { slot: this.slot, timeMs: 0, replies: reply === undefined ? [] : [reply], events, retired: [] };
    this.checker.applied(node, 1, applied as never, body === undefined ? [] : [{ ...envelope, body }], hash);
  }

  start(token: number, workerId: string): JobProcess {
    this.pid += 1;
    const facts = { pid: this.pid, workerId, jobId: 'j1', attempt: 1, fencingToken: String(token) };
    const process: JobProcess = { ...facts, startedAtMs: this.nowMs, end: undefined };
    this.checker.processStarted(process);
    return process;
  }
}

describe('the checker of the scheduler', () => {
  it('two live holders of a job are seen when the second starts, and one after the other is fine', () => {
    const bench = new Bench();
    bench.submit('oneLiveHolder');
    const first = bench.start(1, 'w1');
    expect(() => bench.start(2, 'w2')).toThrow('no two live holders');
    bench.checker.processEnded(first);
    const other = new Bench();
    other.submit('oneLiveHolder');
    other.checker.processEnded(other.start(1, 'w1'));
    other.start(2, 'w2');
  });

  it('what a stopped guard could not end is fenced while it is stopped and a moment longer, not what it started later', () => {
    const bench = new Bench();
    bench.submit('oneLiveHolder');
    bench.start(1, 'stopped');
    bench.guardResumedAtMs = Number.POSITIVE_INFINITY;
    bench.start(2, 'w2');
    expect(bench.events).toContain('overlapOfStoppedGuardFenced');
    bench.guardResumedAtMs = 2_000;
    bench.nowMs = 2_200;
    expect(() => bench.start(3, 'w3')).toThrow('no two live holders');
    const late = new Bench();
    late.submit('oneLiveHolder');
    late.guardResumedAtMs = 900;
    late.start(1, 'stopped');
    expect(() => late.start(2, 'w2')).toThrow('no two live holders');
  });

  it('tokens of what starts rise, and an attempt starts once in any mode', () => {
    const bench = new Bench();
    bench.submit('oneLiveHolder');
    bench.checker.processEnded(bench.start(5, 'w1'));
    expect(() => bench.start(4, 'w2')).toThrow('fencing tokens rise');
    const other = new Bench();
    other.submit('atLeastOnce');
    other.start(5, 'w1');
    other.start(4, 'w2');
    expect(() => other.start(5, 'w3')).toThrow('started once');
  });

  it('atMostOnce never starts twice, and nothing starts beyond the capacity', () => {
    const bench = new Bench();
    bench.submit('atMostOnce');
    bench.checker.processEnded(bench.start(1, 'w1'));
    expect(() => bench.start(2, 'w1')).toThrow('atMostOnce never starts twice');
    const full = new Bench();
    full.submit('atLeastOnce');
    full.capacity = 1;
    full.start(1, 'w1');
    expect(() => full.start(2, 'w1')).toThrow('J3');
  });

  it('replicas that differ in state or in effects at a slot are seen, and slots come in order', () => {
    const bench = new Bench();
    bench.submit('oneLiveHolder');
    expect(() => bench.apply([], undefined, undefined, 'other', 'c2')).toThrow('I11');
    const effects = new Bench();
    effects.submit('oneLiveHolder');
    expect(() => effects.apply([], undefined, undefined, 'h', 'c2')).toThrow('the same everywhere');
    expect(() => effects.apply([], undefined, undefined, 'h', 'c2')).toThrow('I5');
  });

  it('a snapshot must have the state that others had at its slot', () => {
    const bench = new Bench();
    bench.submit('oneLiveHolder');
    bench.checker.restored('c3', 1, 'h');
    expect(() => bench.checker.restored('c2', 1, 'other')).toThrow('I11');
  });

  it('a heartbeat sent after a later leader began must not be acknowledged in the name of an earlier one', () => {
    const { checker } = new Bench();
    const ballot = (round: number) => ({ round, priority: 0, nodeId: 'c1' });
    checker.serving(ballot(1));
    checker.serving(ballot(2));
    checker.heard('w1', 1_500, ballot(2));
    checker.heard('w1', 900, ballot(1));
    expect(() => checker.heard('w1', 1_500, ballot(1))).toThrow('P8');
  });

  it('one key gives one answer', () => {
    const { checker, events } = new Bench();
    checker.submitted('k', ['a', 'b'], false);
    checker.submitted('k', ['a', 'b'], true);
    expect(events).toEqual(['duplicateSubmissionReplayed']);
    expect(() => checker.submitted('k', ['a', 'c'], true)).toThrow('one submission for one key');
  });
});
