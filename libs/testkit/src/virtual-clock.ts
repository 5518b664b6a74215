import { assert } from '@synod/base';
import type { CancelTimer, Clock, Timers } from '@synod/base';

interface Event {
  readonly atMs: number;
  /** Ties are broken by order of scheduling: the run is the same each time. */
  readonly order: number;
  callback: (() => void) | undefined;
}

/** How one node's clocks run beside the true time. */
export interface ClockSkew {
  /** Seconds that pass on this clock while one second passes; 1 is right. */
  readonly rate: number;
  readonly wallOffsetMs: number;
}

/**
 * Time that moves only when told: a queue of events in order of their time. The source of `Clock` and `Timers` for all that
 * runs under it.
 */
export class VirtualClock implements Clock, Timers {
  private readonly heap: Event[] = [];
  private now = 0;
  private scheduled = 0;

  /** @param epochMs wall clock at virtual time 0. */
  constructor(private readonly epochMs = 1_800_000_000_000) {}

  get nowMs(): number {
    return this.now;
  }

  /** Events that wait, cancelled ones included. */
  get pendingEvents(): number {
    return this.heap.length;
  }

  monotonicMs(): number {
    return this.now;
  }

  wallMs(): number {
    return this.epochMs + this.now;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    return this.at(this.now + Math.max(0, delayMs), callback);
  }

  every(intervalMs: number, callback: () => void): CancelTimer {
    assert(intervalMs > 0, 'timer interval is positive');
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

  /** Clock of a node whose oscillator is off: the same events, other readings. */
  skewed(skew: ClockSkew): Clock {
    return {
      monotonicMs: () => this.now * skew.rate,
      wallMs: () => Math.round(this.epochMs + this.now * skew.rate + skew.wallOffsetMs),
    };
  }

  /** Runs the next event; false when there is none. */
  step(): boolean {
    for (;;) {
      const event = this.pop();
      if (event === undefined) return false;
      if (event.callback === undefined) continue;
      this.now = event.atMs;
      const { callback } = event;
      event.callback = undefined;
      callback();
      return true;
    }
  }

  /** Runs all events of the next `durationMs`, and lets that time pass. */
  advance(durationMs: number): void {
    const endMs = this.now + durationMs;
    while ((this.heap[0]?.atMs ?? Infinity) <= endMs) this.step();
    this.now = endMs;
  }

  /** Runs events until the condition holds; false when `limitMs` pass without it, or nothing is left to run. */
  advanceUntil(condition: () => boolean, limitMs: number): boolean {
    const endMs = this.now + limitMs;
    while (!condition()) {
      if ((this.heap[0]?.atMs ?? Infinity) > endMs) {
        this.now = endMs;
        return condition();
      }
      this.step();
    }
    return true;
  }

  private at(atMs: number, callback: () => void): CancelTimer {
    this.scheduled += 1;
    const event: Event = { atMs, order: this.scheduled, callback };
    this.push(event);
    return () => {
      event.callback = undefined;
    };
  }

  private push(event: Event): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  private pop(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let least = left;
      if (right !== undefined && isBefore(right, left)) {
        child += 1;
        least = right;
      }
      if (!isBefore(least, last)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

/** A node's clocks: its oscillator runs at another rate than the true time, and its wall clock is set by someone. */
export class NodeClock implements Clock {
  /** Wall clock minus the true time; may change at any moment, in either direction. */
  wallOffsetMs: number;

  constructor(
    private readonly clock: VirtualClock,
    private readonly skew: ClockSkew,
  ) {
    this.wallOffsetMs = skew.wallOffsetMs;
  }

  monotonicMs(): number {
    return this.clock.monotonicMs() * this.skew.rate;
  }

  wallMs(): number {
    return Math.round(this.clock.wallMs() + this.wallOffsetMs);
  }
}
