/** What ending an attempt may take once its lease has lapsed. */
const KILL_BUDGET_MS = 500;
/**
 * Part of the wait that two clocks may drift apart in it: 2 in 1,000. A monotonic clock follows NTP's slewing, 500 millionths at most on each
 * side; the rest is for oscillators that are off.
 */
const DRIFT_DIVISOR = 500;
const MIN_MARGIN_MS = 700;

/**
 * For how long a worker may go on with an attempt after it SENT the last acknowledged heartbeat: `lostAfterMs` less a margin for the
 * drift of clocks and for killing, at least 0.7 s. The coordinators wait all of `lostAfterMs` from the receipt, which came later; so the old
 * attempt has ended before a new one starts.
 */
export function workerLeaseMs(lostAfterMs: number): number {
  const marginMs = Math.max(MIN_MARGIN_MS, KILL_BUDGET_MS + Math.ceil(lostAfterMs / DRIFT_DIVISOR));
  return Math.max(1, lostAfterMs - marginMs);
}
