import type { NominalTimes } from '@synod/base';

/** Every so many milliseconds, counted from the epoch plus an offset: they don't move with whoever computes them. */
export class IntervalTimes implements NominalTimes {
  constructor(
    private readonly everyMs: number,
    private readonly offsetMs: number,
  ) {}

  next(afterMs: number): number {
    const passed = Math.floor((afterMs - this.offsetMs) / this.everyMs) + 1;
    return passed * this.everyMs + this.offsetMs;
  }
}
