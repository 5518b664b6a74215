import { VirtualClock } from '@synod/testkit';
import { MachineClock, SimulatedProcess } from './process.js';

function setUp(rate = 1) {
  const time = new VirtualClock();
  const process = new SimulatedProcess('p', new MachineClock(time, rate, 0), time);
  const seen: string[] = [];
  return { time, process, seen, note: (what: string) => () => void seen.push(what) };
}

describe('a simulated process', () => {
  it('stopped, it hears nothing; then timers that came due go before what lies in its sockets', () => {
    const { time, process, seen, note } = setUp();
    process.after(10, note('timer'));
    process.stop();
    process.enter(note('input'));
    time.advance(100);
    expect(seen).toEqual([]);
    process.resume();
    time.advance(0);
    expect(seen).toEqual(['timer', 'input']);
  });

  it('a repeating timer makes up for nothing', () => {
    const { time, process, seen, note } = setUp();
    process.every(10, note('tick'));
    process.stop();
    time.advance(95);
    process.resume();
    time.advance(0);
    expect(seen).toEqual(['tick']);
    time.advance(10);
    expect(seen).toEqual(['tick', 'tick']);
  });

  it('stopped again while it catches up, it waits with the rest', () => {
    const { time, process, seen, note } = setUp();
    process.stop();
    process.enter(() => process.stop());
    process.enter(note('later'));
    process.resume();
    time.advance(0);
    expect(seen).toEqual([]);
    process.resume();
    time.advance(0);
    expect(seen).toEqual(['later']);
  });

  it('killed, nothing of it runs any more', () => {
    const { time, process, seen, note } = setUp();
    process.after(10, note('timer'));
    process.stop();
    process.enter(note('input'));
    process.kill();
    process.resume();
    process.enter(note('new'));
    time.advance(100);
    expect(seen).toEqual([]);
    expect(process.alive).toBe(false);
  });

  it('a timer that was cancelled while the process was stopped never fires', () => {
    const { time, process, seen, note } = setUp();
    const cancel = process.after(10, note('timer'));
    process.stop();
    time.advance(20);
    cancel();
    process.resume();
    time.advance(20);
    expect(seen).toEqual([]);
  });

  it('timers run by the clock of their machine', () => {
    const { time, process, seen, note } = setUp(1.25);
    process.after(100, note('timer'));
    time.advance(79);
    expect(seen).toEqual([]);
    time.advance(1);
    expect(seen).toEqual(['timer']);
    expect(process.clock.monotonicMs()).toBe(100);
  });

  it('the wall clock jumps, the monotonic one never', () => {
    const { time, process } = setUp();
    const before = process.clock.wallMs();
    process.clock.jumpWall(-5_000);
    expect(process.clock.wallMs()).toBe(before - 5_000);
    time.advance(10);
    expect(process.clock.monotonicMs()).toBe(10);
  });
});
