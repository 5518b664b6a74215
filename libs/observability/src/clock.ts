import { randomFillSync } from 'node:crypto';
import type { CancelTimer, Clock, Random, Timers } from '@synod/base';

/** The clocks of this host. `monotonicMs` is CLOCK_MONOTONIC: all processes of one host (and boot) see the same one. */
export const systemClock: Clock = {
  monotonicMs() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1_000_000;
  },
  wallMs: () => Date.now(),
};

/** setTimeout fires at once when it is given more. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** Timers of this process. They keep it alive until they are cancelled. Delays may be longer than what Node allows. */
export const systemTimers: Timers = { after, every };

function after(delayMs: number, callback: () => void): CancelTimer {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const partMs = Math.min(leftMs, LONGEST_TIMEOUT_MS);
    timer = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : callback()), partMs);
  };
  arm(Math.max(0, delayMs));
  return () => clearTimeout(timer);
}

function every(intervalMs: number, callback: () => void): CancelTimer {
  const timer = setInterval(callback, Math.min(Math.max(1, intervalMs), LONGEST_TIMEOUT_MS));
  return () => clearInterval(timer);
}

const pool = new Uint32Array(256);
let used = pool.length;

/** Randomness of the operating system. */
export const systemRandom: Random = {
  nextUint32() {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const value = pool[used] ?? 0;
    used += 1;
    return value;
  },
};
