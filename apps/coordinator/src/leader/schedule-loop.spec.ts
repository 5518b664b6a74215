import { formatTiming } from '@synod/cron';
import type { Command, CommandReply, ScheduleSpec } from '@synod/jobs';
import { VirtualClock } from '@synod/testkit';
import { advance, aSpec, quiet, TestState } from '../testing/basics.spec-support.js';
import { ScheduleLoop } from './schedule-loop.js';

const EVERY_SECOND = formatTiming({ kind: 'every', everyMs: 1_000, offsetMs: 0 });

/** Leaders over one real state machine; what they propose is applied with the clock's stamp, or lost. */
function setUp() {
  const clock = new VirtualClock();
  const state = new TestState();
  state.apply({ type: 'setFeatureLevel', level: 3 });
  const log = { loses: false };
  const loops: ScheduleLoop[] = [];
  const apply = (...commands: readonly Command[]) => {
    state.nowMs = clock.wallMs();
    const applied = state.apply(...commands);
    for (const loop of loops) loop.applied(applied);
    return applied;
  };
  const newLeader = () => {
    const loop = new ScheduleLoop({
      view: state.machine,
      clock,
      timers: clock,
      logger: quiet,
      propose: (command) => {
        if (log.loses) return Promise.reject(new Error('no longer leading'));
        return Promise.resolve(apply(command).replies[0] as CommandReply);
      },
    });
    loops.push(loop);
    loop.lead();
    return loop;
  };
  const set = (scheduleId: string, changes: Partial<ScheduleSpec> = {}) => {
    const rules = { overlap: 'allowAll', catchUp: 'all', catchUpWindowMs: 0, jitterMs: 0 } as const;
    const spec = { timing: EVERY_SECOND, job: aSpec(), ...rules, ...changes };
    return apply({ type: 'setSchedule', scheduleId, spec, paused: false });
  };
  const record = (scheduleId: string) => state.machine.schedule(scheduleId);
  return { clock, state, log, newLeader, set, record, apply };
}

describe('the schedule loop of a leader', () => {
  it('decides each second within some milliseconds of it', async () => {
    const { clock, newLeader, set, record } = setUp();
    newLeader();
    set('tick');
    await advance(clock, 10_500, 1);
    const ledger = record('tick')?.ledger ?? [];
    expect(ledger).toHaveLength(10);
    for (const { fromMs, decidedAtMs, outcome } of ledger) {
      expect(outcome).toBe('fired');
      expect(decidedAtMs - fromMs).toBeLessThan(5);
    }
  });

  it('is followed by another that goes on exactly behind it, also when an answer was lost', async () => {
    const { clock, newLeader, set, record, log } = setUp();
    const first = newLeader();
    set('tick');
    await advance(clock, 3_000, 1);
    log.loses = true;
    await advance(clock, 2_500, 1);
    first.yield();
    log.loses = false;
    newLeader();
    await advance(clock, 2_000, 1);
    const times = (record('tick')?.ledger ?? []).map(({ fromMs }) => fromMs);
    expect(times).toEqual(times.map((_, at) => (times[0] as number) + at * 1_000));
    expect(times.length).toBeGreaterThanOrEqual(7);
  });

  it('of two leaders that both think they lead, one decides each time and the other is refused', async () => {
    const { clock, newLeader, set, record } = setUp();
    newLeader();
    newLeader();
    set('tick');
    await advance(clock, 5_000, 1);
    const { fired = 0 } = record('tick')?.counts ?? {};
    expect(fired).toBeGreaterThanOrEqual(4);
    expect(record('tick')?.ledger).toHaveLength(fired);
  });

  it('takes up changes at once: paused, changed, deleted', async () => {
    const { clock, newLeader, set, record, apply } = setUp();
    newLeader();
    set('tick');
    await advance(clock, 2_000, 1);
    apply({ type: 'pauseSchedule', scheduleId: 'tick', paused: true, reason: '' });
    const { fired } = record('tick')?.counts ?? {};
    await advance(clock, 5_000, 1);
    expect(record('tick')?.counts.fired).toBe(fired);
    apply({ type: 'pauseSchedule', scheduleId: 'tick', paused: false, reason: '' });
    await advance(clock, 1_000, 1);
    expect(record('tick')?.counts.fired).toBe((fired ?? 0) + 1);
    set('tick', { timing: formatTiming({ kind: 'cron', expression: '0 0 1 1 *', timeZone: 'UTC', dst: 'cron' }) });
    await advance(clock, 3_000, 1);
    expect(record('tick')?.counts.fired).toBe((fired ?? 0) + 1);
    apply({ type: 'deleteSchedule', scheduleId: 'tick' });
    await advance(clock, 3_000, 1);
    expect(record('tick')).toBeUndefined();
  });

  it('catches up with a long past in portions', async () => {
    const { clock, newLeader, set, record } = setUp();
    set('tick', { catchUp: 'none' });
    await advance(clock, 3_600_000, 600_000);
    newLeader();
    await advance(clock, 500, 1);
    const { missed = 0, fired = 0 } = record('tick')?.counts ?? {};
    expect(missed + fired).toBe(3_600);
    expect(fired).toBeLessThanOrEqual(11);
    expect(record('tick')?.ledger.length).toBeLessThanOrEqual(12);
  });

  it('passes over a schedule whose times it can’t read, and serves the others', async () => {
    const { clock, newLeader, set, record } = setUp();
    newLeader();
    set('strange', { timing: 'of a newer program' });
    set('tick');
    await advance(clock, 2_500, 1);
    expect(record('tick')?.counts.fired).toBe(2);
    expect(record('strange')?.ledger).toEqual([]);
  });
});
