import { firingTimeMs, ON_TIME_MS } from '@synod/jobs';
import type {
  AppliedEntry,
  CommandEnvelope,
  FiringDecision,
  JobEvent,
  JobSpec,
  OverlapPolicy,
  ScheduleSpec,
} from '@synod/jobs';
import { Violation } from '../consensus/violation.js';
import { intervalOf } from './schedules.js';

/** A schedule as the events of the log tell of it. */
interface KnownSchedule {
  spec: ScheduleSpec;
  paused: boolean;
  /** Up to here each nominal time is decided, or was passed over and the ledger says so. */
  throughMs: number;
}

/** A job of a firing. */
interface FiredJob {
  readonly scheduleId: string;
  readonly overlap: OverlapPolicy;
  readonly spec: JobSpec;
  readonly waits: boolean;
}

/**
 * Each nominal time of a schedule is decided once and none is passed over, from the moment at which it is made: the times are computed
 * here once more. Each decision is the one that its policies ask for, and of jobs that may not overlap one is active at a time.
 */
export class ScheduleChecker {
  /** How many nominal times were decided. */
  decided = 0;
  private readonly schedules = new Map<string, KnownSchedule>();
  private readonly jobs = new Map<string, FiredJob>();
  private readonly active = new Map<string, Set<string>>();

  constructor(private readonly event: (name: string) => void) {}

  /** An entry as nobody applied it before; `isNew` says which of its commands were not answered before. Returns the specs of jobs that it fired. */
  learn(
    { events, replies, timeMs }: AppliedEntry,
    envelopes: readonly CommandEnvelope[],
    isNew: readonly boolean[],
  ): ReadonlyMap<string, JobSpec> {
    const specs: ScheduleSpec[] = [];
    envelopes.forEach(({ body }, index) => {
      const reply = replies[index];
      if (body.type !== 'setSchedule' || reply?.type !== 'scheduleChanged' || isNew[index] !== true) return;
      if (reply.change !== 'unchanged') specs.push(body.spec);
    });
    const fired = new Map<string, JobSpec>();
    for (const event of events) {
      if (event.type === 'scheduleChanged') this.changed(event, specs, timeMs);
      if (event.type !== 'scheduleDecided') continue;
      const spec = this.decide(event.scheduleId, event.decision);
      if (event.decision.jobId !== undefined) fired.set(event.decision.jobId, spec.job);
    }
    for (const event of events) this.followJob(event);
    return fired;
  }

  private changed(event: Extract<JobEvent, { type: 'scheduleChanged' }>, specs: ScheduleSpec[], timeMs: number): void {
    const { scheduleId, change } = event;
    const known = this.schedules.get(scheduleId);
    if (change === 'deleted') {
      this.schedules.delete(scheduleId);
      return;
    }
    if (change === 'created' || change === 'updated') {
      const spec = specs.shift();
      if (spec === undefined) throw new Violation('a schedule changes because somebody asked', scheduleId);
      if (known === undefined) this.schedules.set(scheduleId, { spec, paused: false, throughMs: timeMs });
      else known.spec = spec;
      if (change === 'updated') this.event('scheduleRedefined');
      return;
    }
    if (known !== undefined) known.paused = change === 'paused';
  }

  private decide(scheduleId: string, decision: FiringDecision): ScheduleSpec {
    const known = this.schedules.get(scheduleId);
    const { origin, outcome, fromMs, throughMs, jobId, reason } = decision;
    const at = `${scheduleId}: ${outcome} (${reason}) from ${fromMs} through ${throughMs} after ${known?.throughMs}`;
    if (known === undefined) throw new Violation('only what is there fires', at);
    if (outcome === 'notTaken') {
      if (fromMs !== known.throughMs) throw new Violation('no nominal time is lost', at);
      known.throughMs = throughMs;
      this.event('timesOfPausePassedOver');
    } else if (origin === 'timer') {
      if (known.paused) throw new Violation('nothing fires while it is paused', at);
      this.checkTimes(known, decision, at);
      this.checkPolicy(scheduleId, known.spec, decision, at);
      known.throughMs = throughMs;
      this.decided += decision.count;
    }
    if (jobId === undefined) return known.spec;
    if (this.jobs.has(jobId)) throw new Violation('a firing has a job of its own', at);
    const { overlap, job: spec } = known.spec;
    this.jobs.set(jobId, { scheduleId, overlap, spec, waits: reason !== 'due' });
    return known.spec;
  }

  /** The one that follows what is decided, and so many in a row. */
  private checkTimes({ spec, throughMs: before }: KnownSchedule, decision: FiringDecision, at: string): void {
    const { everyMs, offsetMs } = intervalOf(spec);
    const next = (Math.floor((before - offsetMs) / everyMs) + 1) * everyMs + offsetMs;
    if (decision.fromMs < next) throw new Violation('no nominal time is decided twice', at);
    if (decision.fromMs > next) throw new Violation('no nominal time is lost', at);
    const throughMs = decision.fromMs + (decision.count - 1) * everyMs;
    if (decision.throughMs !== throughMs) throw new Violation('no nominal time is lost', at);
  }

  private checkPolicy(scheduleId: string, spec: ScheduleSpec, decision: FiringDecision, at: string): void {
    const { outcome, reason, fromMs, decidedAtMs } = decision;
    const lateMs = decidedAtMs - firingTimeMs(scheduleId, spec, fromMs);
    const { catchUp, catchUpWindowMs, overlap } = spec;
    if (lateMs < 0) throw new Violation('nothing fires before its time', at);
    if (outcome === 'fired' && lateMs > ON_TIME_MS)
      throw new Violation('what is late is caught up with, or missed', at);
    if (outcome === 'skipped' && overlap === 'allowAll') throw new Violation('allowAll skips nothing', at);
    if (outcome === 'caughtUp') {
      this.event('lateTimeDecided');
      const isAllowed =
        catchUp === 'all' || catchUp === 'latest' || (catchUp === 'window' && lateMs <= catchUpWindowMs);
      if (!isAllowed || lateMs <= ON_TIME_MS) throw new Violation('what is late is made up for by its policy only', at);
    }
    if (outcome !== 'missed') return;
    this.event('lateTimeDecided');
    const why = { none: 'late', latest: 'superseded', window: 'outsideWindow', all: '' }[catchUp];
    if (lateMs <= ON_TIME_MS || why !== reason) throw new Violation('what is missed is so by its policy', at);
  }

  private followJob(event: JobEvent): void {
    switch (event.type) {
      case 'jobSubmitted':
      case 'jobReady': {
        const job = this.jobs.get(event.jobId);
        if (job === undefined || (event.type === 'jobSubmitted' && job.waits)) return;
        this.begins(event.jobId, job);
        return;
      }
      case 'jobReopened': {
        // By somebody's wish, beside whatever runs.
        const job = this.jobs.get(event.jobId);
        if (job !== undefined) this.active.get(job.scheduleId)?.add(event.jobId);
        return;
      }
      case 'jobFinished': {
        const job = this.jobs.get(event.jobId);
        if (job !== undefined) this.active.get(job.scheduleId)?.delete(event.jobId);
        return;
      }
      default:
        return;
    }
  }

  private begins(jobId: string, { scheduleId, overlap, waits }: FiredJob): void {
    const active = this.active.get(scheduleId) ?? new Set();
    this.active.set(scheduleId, active);
    // Back from a wait for its next try: it was active all the time.
    if (active.has(jobId)) return;
    if (overlap !== 'allowAll' && active.size > 0) {
      throw new Violation('of a schedule without overlap one job is active', `${jobId} beside ${[...active].join()}`);
    }
    if (waits) this.event('firingWaitedForOthers');
    active.add(jobId);
  }
}
