import type { Timers } from '@synod/base';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** Pauses between attempts to reach a coordinator: doubling from 25 ms to 1 s, each between half and whole by chance. */
export class Backoff {
  private nextMs = FIRST_PAUSE_MS;

  constructor(private readonly timers: Timers) {}

  reset(): void {
    this.nextMs = FIRST_PAUSE_MS;
  }

  /** Resolves after the next pause, at least `atLeastMs` long, or at once when `signal` is aborted. */
  pause({ atLeastMs = 0, atMostMs = Infinity, signal }: PauseOptions = {}): Promise<void> {
    const jittered = this.nextMs * (0.5 + Math.random() / 2);
    this.nextMs = Math.min(LONGEST_PAUSE_MS, this.nextMs * 2);
    const pauseMs = Math.min(Math.max(jittered, atLeastMs), atMostMs);
    return pause(this.timers, pauseMs, signal);
  }
}

/** Resolves after `pauseMs`, or at once when `signal` is aborted. */
export function pause(timers: Timers, pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(pauseMs, done);
    signal?.addEventListener('abort', done);
  });
}

interface PauseOptions {
  readonly atLeastMs?: number;
  readonly atMostMs?: number;
  readonly signal?: AbortSignal | undefined;
}
