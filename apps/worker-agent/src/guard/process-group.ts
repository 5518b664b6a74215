import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { GroupSignals } from './attempt-host.js';

const POLL_MS = 20;

/** Looking for zombies reads all of /proc, so only each fifth poll does. */
const THOROUGH_EACH = 5;

/** What ends by itself right behind the leader (the reader of a pipe it wrote to) isn't disturbed. */
const WIND_DOWN_MS = 100;

const REPEAT_KILL_MS = 1_000;

/**
 * The process group of an attempt, from its start until no member lives. Ending it is SIGTERM to all, then SIGKILL to all;
 * the earliest deadline asked for wins. When the leader has exited, what is left of the group is ended the same way.
 * A process that made a group or session of its own is out of reach here.
 */
export class ProcessGroup {
  #gone = false;
  #leaderExited = false;
  #resolveGone: () => void = () => undefined;
  #polls = 0;
  #killTimer: CancelTimer | undefined;
  #pollTimer: CancelTimer | undefined;
  #terminated = false;
  #killed = false;

  /** Resolves when the leader has exited and nobody of the group lives. */
  readonly gone: Promise<void>;

  constructor(
    readonly group: number,
    readonly killGraceMs: number,
    readonly modules: { readonly timers: Timers; readonly log: Logger; readonly signals: GroupSignals },
  ) {
    this.gone = new Promise((resolve) => (this.#resolveGone = resolve));
  }

  /** SIGTERM now, SIGKILL after the grace. */
  terminate(): void {
    if (this.#gone || this.#terminated || this.#killed) return;
    if (this.killGraceMs === 0) return this.kill();
    this.#terminated = true;
    this.modules.signals.signal(this.group, 'SIGTERM');
    // A stopped process takes SIGTERM only when it goes on.
    this.modules.signals.signal(this.group, 'SIGCONT');
    this.#killTimer = this.modules.timers.after(this.killGraceMs, () => this.kill());
  }

  kill(): void {
    if (this.#gone) return;
    this.#killed = true;
    this.#killTimer?.();
    this.modules.signals.signal(this.group, 'SIGKILL');
    // Once more each second: a member may have forked while the signal went round, or sleep in the kernel.
    this.#killTimer = this.modules.timers.after(REPEAT_KILL_MS, () => this.kill());
  }

  /**
   * The leader was reaped. From here on the kernel may give its pid out again as soon as the last member is gone, so the
   * group is signalled only while polls show that it lives.
   */
  leaderExited(): void {
    if (this.#leaderExited) return;
    this.#leaderExited = true;
    this.#poll();
  }

  #poll(): void {
    this.#polls += 1;
    if (!this.modules.signals.isAlive(this.group, this.#polls % THOROUGH_EACH === 0)) {
      this.#gone = true;
      this.#killTimer?.();
      this.#pollTimer?.();
      this.#resolveGone();
      return;
    }
    if (this.#polls * POLL_MS >= WIND_DOWN_MS) this.terminate();
    this.#pollTimer = this.modules.timers.after(POLL_MS, () => this.#poll());
  }
}
