import type { Clock } from '@synod/base';
import type { WireAssignment, WireAttemptEndInput, WireAttemptRefInput, WireAttemptReportInput } from '@synod/wire';
import { compareDecimals } from '../convert/integers.js';
import { HeldAttempt, type HandlerContext } from './attempt.js';
import type { AttemptLog } from './attempt-log.js';
import type { WorkerLease } from './lease.js';
import { RecentLogs } from './recent-logs.js';
import { endOfCause, endOfError, endOfResult, endReport, startReport, type HandlerResult } from './outcome.js';

/** Runs one attempt of a job. What it throws fails the attempt. It must heed `context.signal`. */
export type Handler = (context: HandlerContext) => HandlerResult;

export interface RunnerModules {
  readonly clock: Clock;
  readonly lease: WorkerLease;
  /** Takes a report; sending it is the session's business. */
  report(report: WireAttemptReportInput): void;
  /** What is assigned may be outdated: only the Welcome of another session can tell. */
  onDoubt(): void;
  /** An attempt ended, or was acknowledged. */
  onChange(): void;
}

/** The attempts that this worker holds, from assignment to the acknowledgement of their end. */
export class AttemptRunner {
  private readonly held = new Map<string, HeldAttempt>();
  /** Started since the last sweep: those that end before it never report their start apart. */
  private recent: HeldAttempt[] = [];
  /** Tokens rise: an assignment at or below this one is a repetition. */
  private highestToken = '0';
  private inDoubt = false;
  private readonly recentLogs = new RecentLogs();

  constructor(
    private readonly handlers: ReadonlyMap<string, Handler>,
    private readonly modules: RunnerModules,
  ) {}

  get isEmpty(): boolean {
    return this.held.size === 0;
  }

  get size(): number {
    return this.held.size;
  }

  /** A session stands: it names anew what is assigned and not held. */
  welcomed(): void {
    this.inDoubt = false;
  }

  assign(assignment: WireAssignment): void {
    if (this.inDoubt || compareDecimals(assignment.fencingToken, this.highestToken) <= 0) return;
    const { clock, lease } = this.modules;
    const attempt = new HeldAttempt(assignment, clock);
    // It lay in a stalled connection while the lease lapsed: the job may run elsewhere. Nothing that follows is taken either, for
    // tokens rise, and this one comes again if it still stands.
    if (attempt.hasLease && !lease.isSure(clock.monotonicMs(), attempt.lostAfterMs)) {
      this.inDoubt = true;
      return this.modules.onDoubt();
    }
    this.highestToken = assignment.fencingToken;
    this.held.set(attempt.fencingToken, attempt);
    this.recent.push(attempt);
    this.start(attempt);
  }

  private start(attempt: HeldAttempt): void {
    const handler = this.handlers.get(attempt.handlerName);
    if (handler === undefined) {
      const message = `this worker has no handler named ${attempt.handlerName}`;
      this.end(attempt, { outcome: 'ATTEMPT_STATE_FAILED', message });
      return;
    }
    let result: HandlerResult;
    try {
      result = handler(attempt);
    } catch (error) {
      this.end(attempt, endOfError(attempt, error));
      return;
    }
    if (result instanceof Promise)
      result.then(
        (value) => this.end(attempt, endOfResult(attempt, value)),
        (error: unknown) => this.end(attempt, endOfError(attempt, error)),
      );
    else this.end(attempt, endOfResult(attempt, result));
  }

  private end(attempt: HeldAttempt, end: WireAttemptEndInput): void {
    if (attempt.ended) return;
    attempt.ended = true;
    attempt.writtenLog?.close();
    if (attempt.endCause === 'outdated') this.drop(attempt);
    else this.modules.report(endReport(attempt, this.modules.clock.wallMs(), end));
    this.modules.onChange();
  }

  /** A cancellation of an attempt that isn't held here is no news: its end is on its way. */
  cancel(ref: WireAttemptRefInput): void {
    this.held.get(String(ref.fencingToken))?.askToEnd('cancelled', this.modules.clock.monotonicMs());
  }

  /** The worker is drained, and this has had its time: reported as lost once its handler has heeded its signal. */
  evict(ref: WireAttemptRefInput): void {
    this.held.get(String(ref.fencingToken))?.askToEnd('stopped', this.modules.clock.monotonicMs());
  }

  /** The coordinators know better: this attempt is not the current one of its job. */
  dropOutdated(ref: WireAttemptRefInput): void {
    const attempt = this.held.get(String(ref.fencingToken));
    if (attempt === undefined) return;
    attempt.askToEnd('outdated', this.modules.clock.monotonicMs());
    if (attempt.ended) this.drop(attempt);
    this.modules.onChange();
  }

  /** The cluster has taken these reports. */
  acknowledged(reports: readonly WireAttemptReportInput[]): void {
    for (const report of reports) {
      const attempt = report.end ? this.held.get(String(report.fencingToken)) : undefined;
      if (attempt !== undefined) this.drop(attempt);
    }
    this.modules.onChange();
  }

  /** Its log may be read for a while. */
  private drop(attempt: HeldAttempt): void {
    this.held.delete(attempt.fencingToken);
    if (attempt.writtenLog !== undefined) this.recentLogs.add(attempt.jobId, attempt.attempt, attempt.writtenLog);
  }

  /** The log of an attempt that runs here, or ran here lately. */
  logOf(jobId: string, attempt: number): AttemptLog | undefined {
    for (const held of this.held.values())
      if (held.jobId === jobId && held.attempt === attempt) return held.ended ? held.writtenLog : held.readableLog();
    return this.recentLogs.find(jobId, attempt);
  }

  /** What Hello says is held, in order of assignment. */
  refs(): WireAttemptRefInput[] {
    return [...this.held.values()].map(({ jobId, attempt, fencingToken }) => ({ jobId, attempt, fencingToken }));
  }

  /** One timer for all attempts: tells starts, ends what ran out of time, of its grace or of the lease. */
  sweep(): void {
    const nowMs = this.modules.clock.monotonicMs();
    const recent = this.recent;
    this.recent = [];
    for (const attempt of recent) if (!attempt.ended) this.modules.report(startReport(attempt));
    for (const attempt of this.held.values()) if (!attempt.ended) this.sweepAttempt(attempt, nowMs);
  }

  private sweepAttempt(attempt: HeldAttempt, nowMs: number): void {
    if (attempt.endCause === undefined) {
      if (nowMs - attempt.startedMonotonicMs >= attempt.timeoutMs) attempt.askToEnd('timedOut', nowMs);
      else if (attempt.hasLease && this.modules.lease.hasLapsed(nowMs, attempt.lostAfterMs))
        attempt.askToEnd('leaseLapsed', nowMs);
      return;
    }
    // A job that is not run again may be reported as ended although the handler ignores its signal; a lost one may not,
    // for another worker would start it beside this handler.
    const mayRunAgain = attempt.endCause !== 'cancelled' && attempt.endCause !== 'timedOut';
    if (mayRunAgain || nowMs - attempt.endAskedAtMs < attempt.killGraceMs) return;
    this.end(attempt, endOfCause(attempt.endCause, 'the handler did not heed its signal within the grace time'));
  }

  /** Tells every handler to end. */
  endAll(cause: 'stopped'): void {
    for (const attempt of this.held.values()) attempt.askToEnd(cause, this.modules.clock.monotonicMs());
  }
}
