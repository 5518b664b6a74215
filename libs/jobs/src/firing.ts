import { unreachable } from '@synod/base';
import { createJob } from './create-job.js';
import type { EntryContext } from './entry-context.js';
import type { FiringDecision, FiringOrigin, FiringReason, OverlapPolicy } from './schedule.js';
import { MAX_WAITING_FIRINGS } from './schedule.js';
import type { JobEntry } from './state/job-entry.js';
import type { JobsState } from './state/jobs-state.js';
import type { ScheduleEntry } from './state/schedule-entry.js';
import { beginJob, finishJob, requestCancel } from './transitions.js';

/** A firing that is to be, unless its overlap policy or a limit is against it. */
export interface WantedFiring {
  readonly origin: FiringOrigin;
  readonly nominalMs: number;
  readonly outcome: 'fired' | 'caughtUp';
  readonly overlap: OverlapPolicy;
}

/** Decides one firing and makes its job. The decision is not yet in the ledger. */
export function fire(
  state: JobsState,
  entry: EntryContext,
  schedule: ScheduleEntry,
  wanted: WantedFiring,
): FiringDecision {
  const { origin, nominalMs, outcome } = wanted;
  const reason = meet(state, entry, schedule, wanted);
  const base = { origin, reason, fromMs: nominalMs, throughMs: nominalMs, count: 1, decidedAtMs: entry.timeMs };
  if (reason !== 'due' && reason !== 'waitsForOthers' && reason !== 'endsOthers') {
    return { ...base, outcome: 'skipped', jobId: undefined };
  }
  const { scheduleId, principal } = schedule;
  const firing = { scheduleId, nominalMs, origin };
  const job = createJob(state, entry, schedule.job, state.interner.text(principal), firing);
  if (reason === 'due') beginJob(state, entry, job);
  else {
    state.jobs.waitForOthers(job);
    entry.events.push({ type: 'jobWaitsForOthers', jobId: job.jobId });
  }
  return { ...base, outcome, jobId: job.jobId };
}

/** What the firing meets: whether it starts, waits or is skipped. Others are told to end here. */
function meet(
  state: JobsState,
  entry: EntryContext,
  { scheduleId }: ScheduleEntry,
  { overlap }: WantedFiring,
): FiringReason {
  const { schedules, jobs, options } = state;
  if (jobs.unfinishedCount >= options.maxUnfinishedJobs) return 'tooManyJobs';
  const isAlone = schedules.activeCount(scheduleId) + schedules.waitingCount(scheduleId) === 0;
  if (isAlone) return 'due';
  switch (overlap) {
    case 'allowAll':
      return 'due';
    case 'skip':
      return 'overlap';
    case 'bufferOne':
      return schedules.waitingCount(scheduleId) > 0 ? 'bufferFull' : 'waitsForOthers';
    case 'bufferAll':
      return schedules.waitingCount(scheduleId) >= MAX_WAITING_FIRINGS ? 'bufferFull' : 'waitsForOthers';
    case 'cancelOther':
    case 'terminateOther':
      endOthers(state, entry, scheduleId, overlap === 'terminateOther');
      return schedules.activeCount(scheduleId) > 0 ? 'endsOthers' : 'due';
    default:
      return unreachable(overlap);
  }
}

/** Those that wait go first: else the end of one that is active would start one of them. */
function endOthers(state: JobsState, entry: EntryContext, scheduleId: string, withoutGrace: boolean): void {
  const reason = 'a newer firing of its schedule takes its place';
  const end = (job: JobEntry): void => {
    if (job.activeAttempt !== undefined) {
      if (!job.cancelRequested || (withoutGrace && !job.terminated))
        requestCancel(state, entry, job, reason, withoutGrace);
      return;
    }
    requestCancel(state, entry, job, reason);
    finishJob(state, entry, job, 'cancelled');
  };
  for (const job of state.schedules.waiting(scheduleId)) end(job);
  for (const job of state.schedules.active(scheduleId)) end(job);
}

/** Decisions of one command about one schedule, in order: what is alike and made no job becomes one line, and one event. */
export class DecisionWriter {
  private pending: FiringDecision | undefined;

  constructor(
    private readonly state: JobsState,
    private readonly entry: EntryContext,
    private readonly schedule: ScheduleEntry,
  ) {}

  add(decision: FiringDecision): void {
    const { pending } = this;
    if (pending !== undefined && isAlike(pending, decision)) {
      this.pending = { ...pending, throughMs: decision.throughMs, count: pending.count + decision.count };
    } else {
      this.flush();
      this.pending = decision;
    }
  }

  flush(): void {
    const { pending, state, entry, schedule } = this;
    if (pending === undefined) return;
    this.pending = undefined;
    schedule.record(pending);
    state.schedules.touch(schedule);
    entry.events.push({ type: 'scheduleDecided', scheduleId: schedule.scheduleId, decision: pending });
  }
}

function isAlike(left: FiringDecision, right: FiringDecision): boolean {
  const sameWord = left.outcome === right.outcome && left.reason === right.reason && left.origin === right.origin;
  return sameWord && left.jobId === undefined && right.jobId === undefined;
}
