import { VirtualClock } from '@synod/testkit';
import { advance, quiet, settled, TestState } from '../testing/basics.spec-support.js';
import { TimeKeeper } from './time-keeper.js';

/** A leader's time keeper over a real state machine; what it proposes is applied with the clock's stamp, or refused. */
function setUp() {
  const clock = new VirtualClock();
  const state = new TestState();
  state.apply({ type: 'setFeatureLevel', level: 3 });
  const proposed: number[] = [];
  const log = { refuses: false, stampOffsetMs: 0 };
  const keeper = new TimeKeeper({
    view: state.machine,
    clock,
    timers: clock,
    logger: quiet,
    propose: (command) => {
      proposed.push(clock.wallMs());
      if (log.refuses) return Promise.reject(new Error('no longer leading'));
      state.nowMs = clock.wallMs() + log.stampOffsetMs;
      const [reply] = state.apply(command).replies;
      keeper.wake();
      return Promise.resolve(reply as NonNullable<typeof reply>);
    },
  });
  /** Jobs that are ready after so long; the listener wakes the keeper as an applied entry does. */
  const submit = (...delaysMs: readonly number[]) => {
    state.nowMs = clock.wallMs();
    const jobIds = delaysMs.flatMap((delayMs) => state.submit(1, { delayMs }));
    keeper.wake();
    return jobIds;
  };
  const stateOf = (jobId: string | undefined) => state.machine.job(jobId ?? '')?.state;
  return { clock, state, keeper, proposed, log, submit, stateOf };
}

describe('the time keeper of a leader', () => {
  it('tells the log that a time has come, within a millisecond of it, and nothing before', async () => {
    const { clock, keeper, proposed, submit, stateOf } = setUp();
    keeper.lead();
    const startMs = clock.wallMs();
    const [early, late] = submit(1_500, 4_000);
    await advance(clock, 1_499, 1);
    expect(proposed).toEqual([]);
    await advance(clock, 1, 1);
    expect(proposed).toEqual([startMs + 1_500]);
    expect([stateOf(early), stateOf(late)]).toEqual(['ready', 'waiting']);
    await advance(clock, 2_600, 1);
    expect(proposed).toEqual([startMs + 1_500, startMs + 4_000]);
    expect(stateOf(late)).toBe('ready');
  });

  it('is told by a new entry that something is due sooner', async () => {
    const { clock, keeper, proposed, submit } = setUp();
    keeper.lead();
    submit(900);
    await advance(clock, 100, 10);
    submit(50);
    await advance(clock, 50, 10);
    expect(proposed).toHaveLength(1);
  });

  it('proposes at once what was due when it began to lead, and nothing while it does not lead', async () => {
    const { clock, keeper, proposed, submit, stateOf } = setUp();
    const [jobId] = submit(100);
    await advance(clock, 1_000, 100);
    expect(proposed).toEqual([]);
    keeper.lead();
    await settled();
    expect(stateOf(jobId)).toBe('ready');
    submit(100);
    keeper.yield();
    await advance(clock, 1_000, 100);
    expect(proposed).toHaveLength(1);
    expect(clock.pendingEvents).toBe(0);
  });

  it('goes on at once while more is due than one command takes, and otherwise leaves 10 ms between two', async () => {
    const { clock, state, keeper, proposed } = setUp();
    state.nowMs = clock.wallMs();
    state.submit(2_500, { delayMs: 10 });
    await advance(clock, 10, 10);
    keeper.lead();
    await settled();
    await settled();
    expect(proposed).toHaveLength(3);
    state.nowMs = clock.wallMs();
    state.submit(1, { delayMs: 1 });
    keeper.wake();
    await advance(clock, 9, 1);
    expect(proposed).toHaveLength(3);
    await advance(clock, 1, 1);
    expect(proposed).toHaveLength(4);
  });

  it('tries again a little later when the log refused it', async () => {
    const { clock, keeper, proposed, log, submit, stateOf } = setUp();
    log.refuses = true;
    const [jobId] = submit(10);
    keeper.lead();
    await advance(clock, 50, 10);
    expect(proposed).toHaveLength(1);
    log.refuses = false;
    await advance(clock, 100, 10);
    expect(proposed).toHaveLength(2);
    expect(stateOf(jobId)).toBe('ready');
  });

  it('whose clock is behind applied time finds due what applied time has reached', async () => {
    const { clock, state, keeper, proposed, stateOf } = setUp();
    // The leader before had a clock that was ahead.
    state.nowMs = clock.wallMs() + 5_000;
    const [jobId] = state.submit(1, { delayMs: 0, runAtMs: state.nowMs + 100 });
    state.nowMs += 100;
    state.submit(1);
    keeper.lead();
    await settled();
    expect(proposed).toHaveLength(1);
    expect(stateOf(jobId)).toBe('ready');
  });
});
