import { assert } from '@synod/base';
import { FINAL_JOB_STATES } from './job.js';
import { MAX_KEPT_DECISIONS, MAX_WAITING_FIRINGS } from './schedule.js';
import type { JobsState } from './state/jobs-state.js';

/**
 * S1 unfinished jobs of a schedule are filed under it, as waiting or active · S2 what waits for others has some · S3 nothing ahead of
 * applied time is decided · S4 ledgers are bounded, in order of decision, and hashed as they are.
 */
export function checkSchedules(state: JobsState): void {
  checkFiledJobs(state);
  const { schedules, options } = state;
  assert(schedules.size <= options.maxSchedules, 'J8 schedules are bounded');
  for (const { scheduleId, decidedThroughMs, revision, ledger } of schedules.entries()) {
    assert(decidedThroughMs <= state.timeMs, 'S3 nothing ahead of applied time is decided', () => scheduleId);
    assert(revision > 0 && revision <= state.lastOrder, 'a revision was given out', () => scheduleId);
    assert(ledger.length <= MAX_KEPT_DECISIONS, 'S4 ledgers are bounded', () => scheduleId);
    assert(ledger.isHashedAsItIs, 'S4 lines of ledgers are hashed as they are', () => scheduleId);
    let before = 0;
    for (const { decidedAtMs } of ledger.decisions()) {
      assert(decidedAtMs >= before, 'S4 ledgers are in order', () => scheduleId);
      before = decidedAtMs;
    }
  }
}

function checkFiledJobs(state: JobsState): void {
  const { schedules } = state;
  const counts = new Map<string, { active: number; waiting: number }>();
  for (const job of state.jobs.values()) {
    const { firing, waitReason, jobId } = job;
    assert(waitReason !== 'overlap' || firing !== undefined, 'S1 only a schedule has others', () => jobId);
    if (firing === undefined || FINAL_JOB_STATES.has(job.state)) continue;
    const count = counts.get(firing.scheduleId) ?? { active: 0, waiting: 0 };
    counts.set(firing.scheduleId, count);
    if (waitReason === 'overlap') count.waiting += 1;
    else count.active += 1;
  }
  for (const [scheduleId, { active, waiting }] of counts) {
    assert(schedules.activeCount(scheduleId) === active, 'S1 active jobs are filed', () => scheduleId);
    assert(schedules.waitingCount(scheduleId) === waiting, 'S1 waiting jobs are filed', () => scheduleId);
    assert(active > 0, 'S2 what waits for others has some', () => scheduleId);
    assert(waiting <= MAX_WAITING_FIRINGS, 'J8 waiting firings are bounded', () => scheduleId);
  }
  for (const scheduleId of schedules.scheduleIdsWithJobs()) {
    assert(counts.has(scheduleId), 'S1 no finished job is filed', () => scheduleId);
  }
}
