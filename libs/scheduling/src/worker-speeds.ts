/** A worker that takes longer than others for the same tasks. */
export interface SlowWorker {
  readonly workerId: string;
  /** Relative to the usual speed; above 0, below 1. */
  readonly speed: number;
  /** Nothing was heard of its speed lately, so it is to be tried. */
  readonly trial: boolean;
}

/** What the planner asks of measured load. */
export interface SpeedView {
  /** Those to be given less than their capacity says; others are as fast as usual, or not known. */
  slowWorkers(): Iterable<SlowWorker>;
}

/** An attempt that succeeded. */
export interface ObservedAttempt {
  readonly workerId: string;
  /** Equal for attempts that should take equally long. */
  readonly taskKey: string;
  readonly durationMs: number;
}

/** Usual duration of a kind of task. */
interface TaskMean {
  meanMs: number;
  samples: number;
}

interface WorkerMean {
  /** Mean of its durations over the usual ones. */
  ratio: number;
  samples: number;
  lastMs: number;
  isSlow: boolean;
}

/** Added to both sides of a ratio: whether a task took 1 ms or 3 says nothing about a worker. */
const FLOOR_MS = 5;
/** One attempt counts as at most so many times slower or faster than usual. */
const MAX_RATIO = 8;
/** Time over which a worker's mean is taken, and the bounds of one sample's part in it. */
const WINDOW_MS = 2_000;
const MIN_PART = 1 / 32;
const MAX_PART = 1 / 4;
/**
 * The same of a sample that is better than the mean. A slow worker gets few attempts, so each must tell more: one a second, or one in
 * several, has to bring it back in less than half a minute. To be taken for faster than it is costs a slow worker little.
 */
const MAX_PART_OF_BETTER = 1 / 2;
/** Part of one sample in the usual duration of a task, once there are many. */
const TASK_PART = 1 / 64;
/** A worker counts as slow from so many times the usual on, and until it is below the other: noise changes nothing. */
const SLOW_FROM = 1.5;
const SLOW_UNTIL = 1.25;
/** Fewer samples say nothing about a worker. */
const MIN_SAMPLES = 3;
/** A slow worker that is idle is tried after so long without a sample. */
const TRIAL_AFTER_MS = 1_000;
/** Samples older than this don't count when the usual speed is looked for. */
const STALE_AFTER_MS = 60_000;
/** How long the answer to `slowWorkers` may be repeated. */
const ANSWER_MS = 200;
const MAX_TASKS = 1_024;
const MAX_WORKERS = 20_000;

/**
 * How fast workers are, by how long their attempts take next to those of others: the measured load that weights follow. A host
 * may be slow because of what runs beside the agent, which no capacity says and every attempt shows.
 *
 * Durations are compared with the mean of their own kind of task, so that long jobs make nobody slow; ratios are averaged over two
 * seconds or so; the usual speed is that of the worker at the end of the fastest quarter. Between 1.25 and 1.5 times the usual a
 * worker stays what it was, so that shares don't swing. Only success counts: a worker whose attempts fail at once is not fast.
 *
 * Pure and not replicated: the leader's own observation, lost with it. Times are of one monotonic clock.
 */
export class WorkerSpeeds {
  private readonly tasks = new Map<string, TaskMean>();
  private readonly workers = new Map<string, WorkerMean>();
  private answer: { readonly atMs: number; readonly slow: readonly SlowWorker[] } | undefined;

  observe({ workerId, taskKey, durationMs }: ObservedAttempt, nowMs: number): void {
    if (!(durationMs >= 0)) return;
    const task = this.taskMean(taskKey);
    task.samples += 1;
    task.meanMs += (durationMs - task.meanMs) * Math.max(TASK_PART, 1 / task.samples);
    const ratio = (durationMs + FLOOR_MS) / (task.meanMs + FLOOR_MS);
    const worker = this.workerMean(workerId, nowMs);
    worker.samples += 1;
    const sinceMs = Math.max(0, nowMs - worker.lastMs);
    const change = clamp(ratio) - worker.ratio;
    const maxPart = change < 0 ? MAX_PART_OF_BETTER : MAX_PART;
    const part = Math.min(maxPart, Math.max(MIN_PART, sinceMs / (sinceMs + WINDOW_MS)));
    worker.ratio += change * Math.max(part, 1 / worker.samples);
    worker.lastMs = nowMs;
  }

  /** A worker that starts anew is measured anew. */
  forget(workerId: string): void {
    this.workers.delete(workerId);
    this.answer = undefined;
  }

  clear(): void {
    this.tasks.clear();
    this.workers.clear();
    this.answer = undefined;
  }

  slowWorkers(nowMs: number): readonly SlowWorker[] {
    const { answer } = this;
    if (answer !== undefined && nowMs - answer.atMs < ANSWER_MS) return answer.slow;
    const usual = this.usualRatio(nowMs);
    const slow: SlowWorker[] = [];
    for (const [workerId, worker] of this.workers) {
      if (worker.samples < MIN_SAMPLES) continue;
      const times = worker.ratio / usual;
      worker.isSlow = times >= (worker.isSlow ? SLOW_UNTIL : SLOW_FROM);
      if (!worker.isSlow) continue;
      slow.push({ workerId, speed: 1 / Math.min(times, MAX_RATIO), trial: nowMs - worker.lastMs >= TRIAL_AFTER_MS });
    }
    this.answer = { atMs: nowMs, slow };
    return slow;
  }

  /** Of the worker at the end of the fastest quarter. */
  private usualRatio(nowMs: number): number {
    const ratios: number[] = [];
    for (const { ratio, samples, lastMs } of this.workers.values()) {
      if (samples >= MIN_SAMPLES && nowMs - lastMs <= STALE_AFTER_MS) ratios.push(ratio);
    }
    ratios.sort((left, right) => left - right);
    return ratios[Math.floor((ratios.length - 1) / 4)] ?? 1;
  }

  private taskMean(taskKey: string): TaskMean {
    let mean = this.tasks.get(taskKey);
    if (mean === undefined) {
      if (this.tasks.size >= MAX_TASKS) dropOldest(this.tasks);
      mean = { meanMs: 0, samples: 0 };
      this.tasks.set(taskKey, mean);
    }
    return mean;
  }

  private workerMean(workerId: string, nowMs: number): WorkerMean {
    let mean = this.workers.get(workerId);
    if (mean === undefined) {
      if (this.workers.size >= MAX_WORKERS) dropOldest(this.workers);
      mean = { ratio: 1, samples: 0, lastMs: nowMs, isSlow: false };
      this.workers.set(workerId, mean);
    }
    return mean;
  }
}

function clamp(ratio: number): number {
  return Math.min(MAX_RATIO, Math.max(1 / MAX_RATIO, ratio));
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
