import type { ScheduleSpec } from './schedule.js';
import { HashLanes } from './state/hash-lanes.js';

/** Mixed into the hash from which jitter comes; never changes. */
const JITTER_KIND = 102;

/**
 * When a nominal time fires: put off by a hash of the schedule's id and the time, so that it is the same for whoever asks, now and
 * after a change of leader. Firings stay in order of their nominal times: one may wait for the one before it.
 */
export function firingTimeMs(
  scheduleId: string,
  { jitterMs }: Pick<ScheduleSpec, 'jitterMs'>,
  nominalMs: number,
): number {
  if (jitterMs === 0) return nominalMs;
  const { a } = new HashLanes().begin(JITTER_KIND).text(scheduleId).integer(nominalMs).finish();
  return nominalMs + ((a >>> 0) % (jitterMs + 1));
}
