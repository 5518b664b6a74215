import type { JobState } from './job.js';

export interface ModelLimits {
  readonly maxRunning: number;
  readonly maxRunningPerKey: number;
  readonly rate: { readonly tokens: number; readonly perMs: number; readonly burst: number } | undefined;
}

export interface ModelTask {
  readonly jobId: string;
  priority: number;
  readonly key: string | undefined;
  readonly maxAttempts: number;
  readonly backOffMs: number;
  readonly expiresAtMs: number | undefined;
  state: JobState;
  waitsUntilMs: number | undefined;
  failures: number;
  started: boolean;
  retried: boolean;
  finishedAt: number;
}

const FINAL: readonly JobState[] = ['succeeded', 'failed', 'cancelled', 'expired'];

/**
 * The rules of time and of one queue once more, as plainly as they can be written: no index, no group, no timer, everything found by
 * looking at all jobs.
 */
export class RulesModel {
  readonly tasks: ModelTask[] = [];
  nowMs: number;
  paused = false;
  limits: ModelLimits = { maxRunning: 0, maxRunningPerKey: 0, rate: undefined };
  /** In parts of a token: 1/perMs. */
  private units = 0;
  private finishes = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  submit(
    jobId: string,
    wish: Omit<ModelTask, 'jobId' | 'state' | 'waitsUntilMs' | 'failures' | 'started' | 'retried' | 'finishedAt'> & {
      readonly delayMs: number;
    },
  ): void {
    const { delayMs, ...rest } = wish;
    const waits = delayMs > 0;
    this.tasks.push({
      ...{ jobId, ...rest, failures: 0, started: false, retried: false, finishedAt: 0 },
      state: waits ? 'waiting' : 'ready',
      waitsUntilMs: waits ? this.nowMs + delayMs : undefined,
    });
  }

  pass(ms: number): void {
    this.nowMs += ms;
    const { rate } = this.limits;
    if (rate !== undefined) this.units = Math.min(rate.burst * rate.perMs, this.units + ms * rate.tokens);
  }

  /** What is due happens. */
  advance(): void {
    const due = this.tasks
      .filter((task) => (this.dueMs(task) ?? Infinity) <= this.nowMs)
      .sort((left, right) => (this.dueMs(left) ?? 0) - (this.dueMs(right) ?? 0) || byId(left, right));
    for (const task of due) {
      const expiry = this.expiryMs(task);
      if (expiry !== undefined && expiry <= this.nowMs) this.finish(task, 'expired');
      else this.ready(task);
    }
  }

  set(limits: ModelLimits): void {
    const [before, after] = [this.limits.rate, limits.rate];
    if (after === undefined) this.units = 0;
    else if (before === undefined) this.units = after.burst * after.perMs;
    else {
      const whole = Math.floor(this.units / before.perMs) + Math.max(0, after.burst - before.burst);
      this.units = Math.min(whole, after.burst) * after.perMs;
    }
    this.limits = limits;
  }

  /** What becomes of a proposal that was made with the job's revision of now. */
  assign(task: ModelTask): string {
    if (task.state !== 'ready') return 'jobChanged';
    const expiry = this.expiryMs(task);
    if (expiry !== undefined && expiry <= this.nowMs) return 'jobExpired';
    if (!this.isOpen(task)) return 'keyFull';
    if (this.paused) return 'queuePaused';
    const { maxRunning, rate } = this.limits;
    if (maxRunning > 0 && this.running() >= maxRunning) return 'queueFull';
    if (rate !== undefined && this.units < rate.perMs) return 'rateLimited';
    if (rate !== undefined) this.units -= rate.perMs;
    task.state = 'assigned';
    return 'assigned';
  }

  start(task: ModelTask): void {
    task.started = true;
    task.state = 'running';
  }

  fail(task: ModelTask): void {
    task.started = true;
    task.failures += 1;
    if (task.failures >= task.maxAttempts) return this.finish(task, 'failed');
    if (task.backOffMs === 0) return this.ready(task);
    task.state = 'waiting';
    task.waitsUntilMs = this.nowMs + task.backOffMs;
  }

  finish(task: ModelTask, state: JobState): void {
    task.state = state;
    task.waitsUntilMs = undefined;
    this.finishes += 1;
    task.finishedAt = this.finishes;
  }

  ready(task: ModelTask): void {
    task.state = 'ready';
    task.waitsUntilMs = undefined;
  }

  retry(task: ModelTask): boolean {
    if (task.state === 'waiting') {
      this.ready(task);
      return true;
    }
    if (!FINAL.includes(task.state)) return false;
    task.failures = 0;
    task.retried = true;
    this.ready(task);
    return true;
  }

  /** Those that ended first, first. */
  redrive(limit: number): number {
    const dead = this.tasks.filter(({ state }) => state === 'failed' || state === 'expired');
    const picked = dead.sort((left, right) => left.finishedAt - right.finishedAt).slice(0, limit);
    for (const task of picked) this.retry(task);
    return picked.length;
  }

  /** Of the jobs of a key, the first ready ones are open, as many as its limit leaves room for. */
  isOpen(task: ModelTask): boolean {
    const { maxRunningPerKey } = this.limits;
    if (task.key === undefined || maxRunningPerKey === 0) return true;
    const ofKey = this.tasks.filter(({ key }) => key === task.key);
    const active = ofKey.filter(isActive).length;
    const ready = ofKey.filter(({ state }) => state === 'ready').sort(byReadyOrder);
    return ready.indexOf(task) < maxRunningPerKey - active;
  }

  /** In the order in which they are to be assigned. */
  open(): readonly ModelTask[] {
    return this.tasks.filter((task) => task.state === 'ready' && this.isOpen(task)).sort(byReadyOrder);
  }

  room(): number {
    if (this.paused) return 0;
    const { maxRunning, rate } = this.limits;
    const free = maxRunning === 0 ? Infinity : Math.max(0, maxRunning - this.running());
    return Math.min(free, rate === undefined ? Infinity : Math.floor(this.units / rate.perMs));
  }

  /** When the first job is due. */
  nextJobDueMs(): number | undefined {
    const due = this.tasks.map((task) => this.dueMs(task)).filter((ms) => ms !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  private running(): number {
    return this.tasks.filter(isActive).length;
  }

  private expiryMs(task: ModelTask): number | undefined {
    return task.started || task.retried ? undefined : task.expiresAtMs;
  }

  private dueMs(task: ModelTask): number | undefined {
    if (task.state !== 'waiting' && task.state !== 'ready') return undefined;
    const times = [task.waitsUntilMs, this.expiryMs(task)].filter((ms) => ms !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

export function isActive({ state }: ModelTask): boolean {
  return state === 'assigned' || state === 'running';
}

function byId(left: ModelTask, right: ModelTask): number {
  return left.jobId < right.jobId ? -1 : 1;
}

function byReadyOrder(left: ModelTask, right: ModelTask): number {
  return right.priority - left.priority || byId(left, right);
}
