import type { AssignJobs, Command, CommandReply } from '@synod/jobs';
import { Planner } from '@synod/scheduling';
import { VirtualClock } from '@synod/testkit';
import { WorkerLiveness } from '../agents/worker-liveness.js';
import { aWorker, quiet, settled, TestState } from '../testing/basics.spec-support.js';
import { LostDeclarer } from './lost-declarer.js';
import { PlannerLoop } from './planner-loop.js';
import { WorkerEvictor } from './worker-evictor.js';

interface Proposed {
  readonly command: Command;
  readonly resolve: (reply: CommandReply) => void;
  readonly reject: (error: Error) => void;
}

/** A leader's loop over a real state, planner and liveness; the test applies what is proposed, or does not. */
class TestLoop {
  readonly clock = new VirtualClock();
  readonly state = new TestState();
  /** Time in which this process did not run: no timer of it fired. */
  pausedMs = 0;
  /** How much time each look at the clock of a pass finds gone. */
  msPerRead = 0;
  private readMs = 0;
  readonly liveness = new WorkerLiveness({
    monotonicMs: () => this.clock.nowMs + this.pausedMs,
    wallMs: () => this.clock.wallMs(),
  });
  readonly proposed: Proposed[] = [];
  readonly confirms: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly propose = (command: Command): Promise<CommandReply> =>
    new Promise((resolve, reject) => this.proposed.push({ command, resolve, reject }));
  readonly declarer = new LostDeclarer({
    liveness: this.liveness,
    view: this.state.machine,
    logger: quiet,
    confirm: () => new Promise<void>((resolve, reject) => this.confirms.push({ resolve, reject })),
    propose: this.propose,
  });
  readonly loop = new PlannerLoop({
    planner: new Planner(),
    liveness: this.liveness,
    declarer: this.declarer,
    evictor: new WorkerEvictor({ view: this.state.machine, clock: this.clock, logger: quiet, propose: this.propose }),
    view: this.state.machine,
    // A reader that takes time, where a test says so.
    clock: { monotonicMs: () => (this.readMs += this.msPerRead) },
    timers: this.clock,
    propose: this.propose,
  });

  open(workerId: string, capacity = 4): void {
    this.state.apply({ type: 'openAgentSession', worker: aWorker(workerId, { capacity }), held: [] });
    this.liveness.heardFrom(workerId, 1);
  }

  get assigned(): number[] {
    return this.proposed.map(({ command }) => (command as AssignJobs).assignments?.length ?? 0);
  }

  /** Applies the oldest proposal, as the log would. */
  async applyNext(): Promise<void> {
    const next = this.proposed.shift();
    if (next === undefined) throw new Error('nothing was proposed');
    next.resolve(this.state.apply(next.command).replies[0] as CommandReply);
    await settled();
  }

  /** Time during which the leader runs and hears of `heard`. */
  async pass(durationMs: number, heard: readonly string[] = []): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 100) {
      this.clock.advance(100);
      for (const workerId of heard) this.liveness.heardFrom(workerId, 1);
      await settled();
    }
  }
}

describe('planner loop', () => {
  it('many wakes of one turn make one pass', async () => {
    const test = new TestLoop();
    test.loop.lead();
    test.open('w1');
    test.state.submit(3);
    for (let count = 0; count < 10; count += 1) test.loop.wake();
    await settled();
    expect(test.assigned).toEqual([3]);
  });

  it('a follower plans nothing, and a leader that yielded neither', async () => {
    const test = new TestLoop();
    test.open('w1');
    test.state.submit(1);
    test.loop.wake();
    await settled();
    test.loop.lead();
    test.open('w1');
    test.loop.yield();
    test.loop.yield();
    await test.pass(1_000, ['w1']);
    expect(test.proposed).toEqual([]);
  });

  it('a job and a worker that nobody told of meet within 200 ms', async () => {
    const test = new TestLoop();
    test.loop.lead();
    test.open('w1');
    test.state.submit(1);
    await test.pass(200);
    expect(test.assigned).toEqual([1]);
  });

  it('a worker that is not heard gets nothing until it is', async () => {
    const test = new TestLoop();
    test.open('w1');
    test.loop.lead();
    test.state.submit(1);
    await test.pass(1_000);
    expect(test.proposed).toEqual([]);
    if (test.liveness.heardFrom('w1', 1)) test.loop.wake();
    await settled();
    expect(test.assigned).toEqual([1]);
  });

  it('four passes of a thousand are under way at most; each that is applied makes room for the next', async () => {
    const test = new TestLoop();
    test.loop.lead();
    test.open('w1', 10_000);
    test.state.submit(6_500);
    test.loop.wake();
    await settled();
    await settled();
    expect(test.assigned).toEqual([1_000, 1_000, 1_000, 1_000]);
    await test.pass(1_000, ['w1']);
    expect(test.assigned).toHaveLength(4);
    for (let count = 0; count < 7; count += 1) await test.applyNext();
    expect(test.proposed).toEqual([]);
    expect(test.state.machine.counts()).toMatchObject({ ready: 0, assigned: 6_500 });
  });

  it('a pass that takes long is cut short, and the next goes on behind it', async () => {
    const test = new TestLoop();
    test.msPerRead = 1;
    test.loop.lead();
    test.open('w1', 10_000);
    test.state.submit(300);
    test.loop.wake();
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(test.assigned).toEqual([64, 64, 64, 64]);
    for (let count = 0; count < 5; count += 1) await test.applyNext();
    expect(test.proposed).toEqual([]);
    expect(test.state.machine.counts()).toMatchObject({ ready: 0, assigned: 300 });
  });

  it('a plan that was refused is planned again', async () => {
    const test = new TestLoop();
    test.loop.lead();
    test.open('w1');
    test.state.submit(2);
    test.loop.wake();
    await settled();
    test.proposed.shift()?.reject(new Error('outcomeUnknown'));
    await settled();
    expect(test.assigned).toEqual([2]);
    expect(test.loop.passesInFlight).toBe(1);
  });

  it('what an earlier leadership had under way counts for nothing in the next, even when it is settled then', async () => {
    const test = new TestLoop();
    test.loop.lead();
    test.open('w1');
    test.state.submit(2);
    test.loop.wake();
    await settled();
    const old = test.proposed.shift();
    test.loop.yield();
    test.loop.lead();
    test.liveness.heardFrom('w1', 1);
    test.loop.wake();
    await settled();
    expect([test.assigned, test.loop.passesInFlight]).toEqual([[2], 1]);
    old?.reject(new Error('outcomeUnknown'));
    await settled();
    expect([test.assigned, test.loop.passesInFlight]).toEqual([[2], 1]);
  });
});

describe('declaring lost', () => {
  const assigned = async (jobs: number, lostAfterMs = 10_000): Promise<TestLoop> => {
    const test = new TestLoop();
    test.loop.lead();
    test.open('w1', 20_000);
    for (let left = jobs; left > 0; left -= 1_000) {
      for (const jobId of test.state.submit(Math.min(left, 1_000), { lostAfterMs })) test.state.assign(jobId, 'w1');
    }
    return test;
  };

  it('P8: nothing is proposed before a quorum confirmed the leader after the silence was found', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(2_900);
    expect(test.confirms).toHaveLength(0);
    await test.pass(600);
    expect(test.confirms).toHaveLength(1);
    expect(test.proposed).toEqual([]);
    test.confirms[0]?.resolve();
    await settled();
    expect(test.proposed.map(({ command }) => command)).toEqual([
      {
        type: 'loseAttempts',
        attempts: [expect.objectContaining({ attempt: 1 })],
        reason: 'the worker was not heard for lostAfter',
      },
    ]);
  });

  it('P8: a leader that no quorum confirms declares nothing', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(4_000);
    test.confirms[0]?.reject(new Error('not leading'));
    await settled();
    expect(test.proposed).toEqual([]);
  });

  it('a worker that is heard during the confirmation keeps its work', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(4_000);
    test.liveness.heardFrom('w1', 1);
    test.confirms[0]?.resolve();
    await settled();
    expect(test.proposed).toEqual([]);
  });

  it('a leadership that ended during the confirmation declares nothing', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(4_000);
    test.loop.yield();
    test.confirms[0]?.resolve();
    await settled();
    expect(test.proposed).toEqual([]);
  });

  it('one declaration is under way at a time; what it left is found again', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(5_000);
    expect(test.confirms).toHaveLength(1);
    test.confirms[0]?.resolve();
    await settled();
    await test.pass(1_000);
    expect(test.confirms).toHaveLength(1);
    test.proposed.shift()?.reject(new Error('outcomeUnknown'));
    await settled();
    await test.pass(200);
    expect(test.confirms).toHaveLength(2);
  });

  it('a leader that was paused for a minute asks for nothing when it wakes', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(1_000, ['w1']);
    test.pausedMs += 60_000;
    await test.pass(1_000);
    expect(test.confirms).toHaveLength(0);
  });

  it('a slow declaration is no absence of the leader: others who fell silent meanwhile are found in time', async () => {
    const test = await assigned(1, 3_000);
    await test.pass(4_000);
    await test.pass(5_000);
    expect(test.liveness.silentForMs('w1')).toBe(9_000);
  });

  it('any number of lost attempts goes out in commands that a log entry holds', async () => {
    const test = await assigned(11_000, 3_000);
    await test.pass(4_000);
    test.confirms[0]?.resolve();
    await settled();
    const sizes = test.proposed.map(({ command }) => (command.type === 'loseAttempts' ? command.attempts.length : 0));
    expect(sizes).toEqual([5_000, 5_000, 1_000]);
  });

  it('an idle worker is closed after ten seconds, and its jobs of a longer patience keep it', async () => {
    const test = await assigned(1, 600_000);
    test.open('w2');
    await test.pass(9_800);
    expect(test.confirms).toHaveLength(0);
    await test.pass(400);
    test.confirms[0]?.resolve();
    await settled();
    expect(test.proposed.map(({ command }) => command)).toEqual([
      { type: 'closeWorker', workerId: 'w2', incarnation: 1, cause: 'lost' },
    ]);
  });
});
