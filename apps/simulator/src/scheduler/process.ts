import type { CancelTimer, Clock, Timers } from '@synod/base';
import type { VirtualClock } from '@synod/testkit';

/** The clocks of one machine, which all its processes share: they run a little fast or slow, and the wall clock may jump. */
export class MachineClock implements Clock {
  constructor(
    private readonly time: VirtualClock,
    /** Seconds that pass here while one second passes. */
    readonly rate: number,
    private wallOffsetMs: number,
  ) {}

  monotonicMs(): number {
    return this.time.nowMs * this.rate;
  }

  wallMs(): number {
    const { time } = this;
    return Math.round(time.wallMs() - time.nowMs + this.monotonicMs() + this.wallOffsetMs);
  }

  jumpWall(byMs: number): void {
    this.wallOffsetMs += byMs;
  }
}

/**
 * One process: all that runs in it runs through `enter` or its timers, so that it can be stopped for a while and killed. What
 * was in memory of a killed one can't act any more: every way out of it asks whether it lives.
 */
export class SimulatedProcess implements Timers {
  private state: 'running' | 'stopped' | 'dead' = 'running';
  private dueTimers: (() => void)[] = [];
  private dueInputs: (() => void)[] = [];

  constructor(
    readonly name: string,
    readonly clock: MachineClock,
    private readonly time: VirtualClock,
  ) {}

  get alive(): boolean {
    return this.state !== 'dead';
  }

  /** By SIGSTOP. */
  get stopped(): boolean {
    return this.state === 'stopped';
  }

  get running(): boolean {
    return this.state === 'running';
  }

  stop(): void {
    if (this.state === 'running') this.state = 'stopped';
  }

  /** As an event loop does: first the timers that came due meanwhile, then what lies in the sockets. */
  resume(): void {
    if (this.state !== 'stopped') return;
    this.state = 'running';
    const due = [...this.dueTimers.splice(0), ...this.dueInputs.splice(0)];
    for (const work of due) this.time.after(0, () => this.enter(work));
  }

  kill(): void {
    this.state = 'dead';
    this.dueTimers = [];
    this.dueInputs = [];
  }

  /** Runs this in the process: at once, when it goes on, or never. */
  enter(work: () => void): void {
    if (this.state === 'running') work();
    else if (this.state === 'stopped') this.dueInputs.push(work);
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    let wanted = true;
    const fire = (): void => {
      if (wanted) callback();
    };
    const cancel = this.time.after(Math.max(0, delayMs) / this.clock.rate, () => {
      if (this.state === 'running') fire();
      else if (this.state === 'stopped') this.dueTimers.push(fire);
    });
    return () => {
      wanted = false;
      cancel();
    };
  }

  /** Like Node's, it makes up for nothing: while the process is stopped, it fires once. */
  every(intervalMs: number, callback: () => void): CancelTimer {
    let cancel: CancelTimer = () => undefined;
    const arm = (): void => {
      cancel = this.after(intervalMs, () => {
        arm();
        callback();
      });
    };
    arm();
    return () => cancel();
  }
}
