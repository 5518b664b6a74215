import type { Timers } from '@synod/base';
import type { Leadership } from '../replica/replica-host.js';

/** How long at most somebody waits for a change before looking again. */
const LOOK_AGAIN_MS = 50;

/** Who leads, as this node knows it, and everyone who wants to know when that changes. */
export class LeadershipBoard {
  private readonly listeners: ((leadership: Leadership) => void)[] = [];
  private readonly waiting = new Set<() => void>();
  private last: Leadership | undefined;

  get current(): Leadership | undefined {
    return this.last;
  }

  /** Those who wait for the next change. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Listeners are called in the order in which they came. */
  onChange(listener: (leadership: Leadership) => void): void {
    this.listeners.push(listener);
  }

  changed(leadership: Leadership): void {
    this.last = leadership;
    for (const listener of this.listeners) listener(leadership);
    for (const wake of [...this.waiting]) wake();
  }

  /** Resolves at the next change, or a little later without one. */
  nextChange(timers: Timers): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.waiting.delete(wake);
        resolve();
      };
      const cancel = timers.after(LOOK_AGAIN_MS, wake);
      this.waiting.add(wake);
    });
  }
}
