import type {
  AppliedEntry,
  Command,
  CommandEnvelope,
  CommandReply,
  JobEvent,
  JobSpec,
  QueueSettings,
} from '@synod/jobs';
import { NO_QUEUE_SETTINGS } from '@synod/jobs';

/** A start of a queue with a rate: earliest and latest time that its command can have had. */
interface Start {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

interface KnownTask {
  spec: JobSpec;
  readonly submittedNotBeforeMs: number;
  failures: number;
  /** Somebody ended its wait, or let it run again: its delay holds no more. */
  wasRetried: boolean;
}

export interface QueueCheckerModules {
  readonly expect: (condition: boolean, invariant: string, detail: () => string) => void;
  readonly event: (name: string) => void;
}

/**
 * Limits of queues, rates, delays and retries, counted once more from what the log did: each entry once, in order. It knows nothing
 * of how the state machine counts. That nothing leaks shows at the end: all jobs end, and no queue runs any more.
 */
export class QueueChecker {
  private readonly settings = new Map<string, QueueSettings>();
  private readonly paused = new Set<string>();
  /** What was set with a revision of a queue. */
  private readonly bySetting = new Map<string, QueueSettings>();
  /** By queue, and by queue and key. */
  private readonly running = new Map<string, number>();
  private readonly starts = new Map<string, Start[]>();
  private readonly tasks = new Map<string, KnownTask>();
  private readonly reopenedJobs = new Set<string>();
  private lastMs = 0;

  constructor(private readonly modules: QueueCheckerModules) {}

  get runningCount(): number {
    let count = 0;
    for (const running of this.running.values()) count += running;
    return count;
  }

  learn(
    { events, timeMs, replies }: AppliedEntry,
    envelopes: readonly CommandEnvelope[],
    specs: ReadonlyMap<string, JobSpec>,
  ): void {
    this.modules.expect(timeMs >= this.lastMs, 'time never falls', () => `${timeMs} after ${this.lastMs}`);
    for (const [at, { body }] of envelopes.entries()) this.asked(body, replies[at]);
    for (const event of events) this.follow(event, timeMs, specs);
    this.lastMs = timeMs;
  }

  private asked(body: Command, reply: CommandReply | undefined): void {
    if (body.type === 'setQueue' && reply?.type === 'queueChanged') {
      this.bySetting.set(`${body.queue} ${reply.revision}`, body.settings);
    }
    if (body.type !== 'retryJob' || reply?.type !== 'jobChanged') return;
    const task = this.tasks.get(body.jobId);
    if (task !== undefined) task.wasRetried = true;
    this.modules.event('jobRetriedByHand');
  }

  private follow(event: JobEvent, timeMs: number, specs: ReadonlyMap<string, JobSpec>): void {
    switch (event.type) {
      case 'jobSubmitted': {
        const spec = specs.get(event.jobId);
        if (spec === undefined) return;
        this.tasks.set(event.jobId, { spec, submittedNotBeforeMs: this.lastMs, failures: 0, wasRetried: false });
        return;
      }
      case 'queueChanged':
        return this.queueChanged(event.queue, event.revision, event.paused);
      case 'jobChanged': {
        const task = this.tasks.get(event.jobId);
        if (task !== undefined) task.spec = { ...task.spec, queue: event.queue };
        return this.modules.event('jobWasMoved');
      }
      case 'jobReopened':
        return this.reopened(event.jobId);
      case 'attemptAssigned':
        return this.assigned(event.jobId, timeMs);
      case 'attemptFinished':
        return this.finished(event.jobId, event.end.outcome);
      case 'jobWaits':
        return this.modules.event(event.reason === 'backOff' ? 'jobWaitedForItsNextTry' : 'jobWaitedForItsTime');
      case 'jobFinished':
        if (event.state === 'expired') this.expired(event.jobId);
        return;
      default:
        return;
    }
  }

  private queueChanged(queue: string, revision: number, paused: boolean): void {
    const { event } = this.modules;
    const before = this.settings.get(queue) ?? NO_QUEUE_SETTINGS;
    const after = revision === 0 ? NO_QUEUE_SETTINGS : this.bySetting.get(`${queue} ${revision}`);
    if (paused && !this.paused.has(queue)) event('queueWasPaused');
    if (paused) this.paused.add(queue);
    else this.paused.delete(queue);
    if (after === undefined) return;
    this.settings.set(queue, after);
    if (after.maxRunning > 0 && (this.running.get(queue) ?? 0) > after.maxRunning) event('limitFellBelowWhatRuns');
    // What was started under another rate says nothing about this one: at most a burst is left over.
    if (JSON.stringify(before.rate) !== JSON.stringify(after.rate)) this.starts.delete(queue);
  }

  private reopened(jobId: string): void {
    const task = this.tasks.get(jobId);
    if (task === undefined) return;
    task.failures = 0;
    task.wasRetried = true;
    this.reopenedJobs.add(jobId);
    this.modules.event('endedJobRanAgain');
  }

  private assigned(jobId: string, timeMs: number): void {
    const { expect, event } = this.modules;
    const task = this.tasks.get(jobId);
    if (task === undefined) return;
    const { queue, limitKey, delayMs = 0 } = task.spec;
    const dueMs = task.submittedNotBeforeMs + delayMs;
    const mayStart = task.wasRetried || timeMs >= dueMs;
    expect(mayStart, 'no job starts before its time', () => `${jobId} at ${timeMs}, due ${dueMs}`);
    expect(!this.paused.has(queue), 'a paused queue starts nothing', () => `${jobId} of ${queue}`);
    const { maxRunning, maxRunningPerKey, rate } = this.settings.get(queue) ?? NO_QUEUE_SETTINGS;
    const running = this.hold(queue);
    if (maxRunning > 0) {
      expect(running <= maxRunning, 'no limit of a queue is exceeded', () => `${queue}: ${running} of ${maxRunning}`);
      if (running === maxRunning) event('queueWasFull');
    }
    if (limitKey !== undefined) {
      const ofKey = this.hold(`${queue} ${limitKey}`);
      const isWithin = maxRunningPerKey === 0 || ofKey <= maxRunningPerKey;
      expect(isWithin, 'no limit by key is exceeded', () => `${queue} ${limitKey}: ${ofKey} of ${maxRunningPerKey}`);
      if (maxRunningPerKey > 0 && ofKey === maxRunningPerKey) event('keyWasFull');
    }
    if (rate !== undefined) this.checkRate(queue, rate, { notBeforeMs: this.lastMs, notAfterMs: timeMs });
  }

  private hold(limit: string): number {
    const running = (this.running.get(limit) ?? 0) + 1;
    this.running.set(limit, running);
    return running;
  }

  /** In no stretch of time more than the burst and what came in meanwhile. */
  private checkRate(queue: string, rate: NonNullable<QueueSettings['rate']>, start: Start): void {
    const starts = this.starts.get(queue) ?? [];
    this.starts.set(queue, starts);
    starts.push(start);
    const fullAfterMs = (rate.burst * rate.perMs) / rate.tokens;
    for (let from = starts.length - 1; from >= 0; from -= 1) {
      const stretchMs = start.notAfterMs - (starts[from] as Start).notBeforeMs;
      const count = starts.length - from;
      const most = rate.burst + Math.floor((stretchMs * rate.tokens) / rate.perMs);
      this.modules.expect(count <= most, 'no rate is exceeded', () => `${queue}: ${count} starts in ${stretchMs} ms`);
      if (count === rate.burst) this.modules.event('burstWasUsed');
      // What lies further back than a full bucket takes allows more in any case.
      if (stretchMs > 4 * fullAfterMs) return;
    }
  }

  private finished(jobId: string, outcome: string): void {
    const task = this.tasks.get(jobId);
    if (task === undefined) return;
    const { queue, limitKey, retry } = task.spec;
    this.release(queue);
    if (limitKey !== undefined) this.release(`${queue} ${limitKey}`);
    if (outcome !== 'failed' && outcome !== 'timedOut') return;
    task.failures += 1;
    const most = retry?.maxAttempts ?? 1;
    this.modules.expect(
      task.failures <= most,
      'no job fails more often than it may',
      () => `${jobId}: ${task.failures}`,
    );
  }

  private release(limit: string): void {
    const running = (this.running.get(limit) ?? 0) - 1;
    this.modules.expect(running >= 0, 'a limit is freed once', () => limit);
    this.running.set(limit, running);
  }

  private expired(jobId: string): void {
    const spec = this.tasks.get(jobId)?.spec;
    const hasDeadline = spec?.scheduleToStartTimeoutMs !== undefined || spec?.expiresAtMs !== undefined;
    const mayExpire = hasDeadline && !this.reopenedJobs.has(jobId);
    this.modules.expect(mayExpire, 'a job expires because it was to', () => jobId);
    this.modules.event('jobExpired');
  }
}
