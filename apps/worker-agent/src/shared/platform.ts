import type { Clock, LogFields, Logger, Timers } from '@synod/base';

/**
 * The guard's own clock, timers and log: it is one process for each agent and stays small, so it loads neither a logging
 * nor a metrics library. `monotonicMs` is CLOCK_MONOTONIC, which agent and guard of one host can compare.
 */
export const hostClock: Clock = {
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  wallMs: () => Date.now(),
};

/** Node fires timers of a longer delay at once, so longer waits are cut into pieces. */
const MAX_TIMER_DELAY_MS = 2 ** 31 - 1;

export const hostTimers: Timers = {
  after: (delayMs, callback) => {
    let handle: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      const pieceMs = Math.min(Math.max(remainingMs, 0), MAX_TIMER_DELAY_MS);
      handle = setTimeout(() => (remainingMs > pieceMs ? arm(remainingMs - pieceMs) : callback()), pieceMs);
    };
    arm(delayMs);
    return () => clearTimeout(handle);
  },
  every: (intervalMs, callback) => {
    const handle = setInterval(callback, intervalMs);
    return () => clearInterval(handle);
  },
};

/** JSON lines in the shape of the other processes' logs. */
export function jsonLogger(write: (line: string) => void, bindings: LogFields = {}): Logger {
  const at =
    (level: string) =>
    (fields: LogFields, message: string): void =>
      write(`${JSON.stringify({ level, time: new Date().toISOString(), ...bindings, ...fields, message })}\n`);
  return {
    debug: () => undefined,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => jsonLogger(write, { ...bindings, ...fields }),
  };
}

/** The `code` of a system error (`ENOENT`), or an empty string. */
export function errnoOf(error: unknown): string {
  // Not by `instanceof`: errors of Node itself are of another realm under some test runners.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
