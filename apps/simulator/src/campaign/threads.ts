import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { PlanOverrides, RunReport } from '../world.js';
import { overridePlan } from '../world.js';
import { worldOf } from '../worlds.js';
import { lostRun } from './simulators.js';
import type { Simulators } from './simulators.js';

interface Task {
  readonly seed: number;
  readonly done: (report: RunReport) => void;
}

interface ThreadData {
  readonly world: string;
  readonly overrides: PlanOverrides;
}

export interface ThreadOptions extends ThreadData {
  readonly jobs: number;
  /** The program, which calls `runThread` when it finds itself in a thread. */
  readonly file: string;
  /** A run that takes longer never ends: its thread is ended and another takes its place. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 120_000;

/** Runs seeds in threads; each takes the next one when it is done, so reports come in any order. */
export function simulateInThreads(options: ThreadOptions): Simulators {
  const pool = new ThreadPool(options);
  return {
    jobs: options.jobs,
    simulate: (seed) => new Promise((done) => pool.run({ seed, done })),
    close: () => pool.close(),
  };
}

class ThreadPool {
  private readonly waiting: Task[] = [];
  private readonly threads = new Set<Thread>();
  private closed = false;

  constructor(private readonly options: ThreadOptions) {
    for (let count = 0; count < options.jobs; count += 1) this.start();
  }

  run(task: Task): void {
    this.waiting.push(task);
    this.assign();
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.threads].map((thread) => thread.end()));
  }

  private start(): void {
    const thread: Thread = new Thread(this.options, (died) => {
      if (died) {
        this.threads.delete(thread);
        if (!this.closed) this.start();
      }
      this.assign();
    });
    this.threads.add(thread);
  }

  private assign(): void {
    for (const thread of this.threads) {
      if (!thread.isIdle) continue;
      const task = this.waiting.shift();
      if (task === undefined) return;
      thread.give(task);
    }
  }
}

/** One thread and the run that it is at. */
class Thread {
  private readonly worker: Worker;
  private task: Task | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: ThreadOptions,
    /** Called when it is free again, or dead. */
    private readonly onFree: (died: boolean) => void,
  ) {
    const { file, world, overrides } = options;
    this.worker = new Worker(file, { workerData: { world, overrides } satisfies ThreadData });
    this.worker.on('message', (report: RunReport) => this.finish(report, false));
    this.worker.on('error', (error) => this.lose(error instanceof Error ? error.message : String(error)));
    this.worker.on('exit', (code) => this.lose(`its thread ended with ${code}`));
  }

  get isIdle(): boolean {
    return this.task === undefined;
  }

  give(task: Task): void {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
    this.task = task;
    this.timer = setTimeout(() => this.lose(`no end after ${timeoutMs / 1_000} s`), timeoutMs);
    this.worker.postMessage(task.seed);
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private lose(why: string): void {
    const { task } = this;
    if (task === undefined) return;
    void this.worker.terminate();
    this.finish(lostRun(this.options.world, task.seed, why), true);
  }

  private finish(report: RunReport, died: boolean): void {
    const { task } = this;
    clearTimeout(this.timer);
    this.task = undefined;
    task?.done(report);
    this.onFree(died);
  }
}

/** The life of a thread: a seed in, a report out. */
export function runThread(): void {
  const { world: name, overrides } = workerData as ThreadData;
  const world = worldOf(name);
  if (world === undefined) throw new Error(`no world ${name}`);
  parentPort?.on('message', (seed: number) => {
    void Promise.resolve(world.simulate(overridePlan(world, seed, overrides))).then((report) =>
      parentPort?.postMessage(report),
    );
  });
}
