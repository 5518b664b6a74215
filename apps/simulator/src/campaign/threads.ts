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
  const { jobs, file, world, overrides, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const waiting: Task[] = [];
  const threads = new Set<Worker>();
  let idle: Worker[] = [];

  const start = (): Worker => {
    const thread = new Worker(file, { workerData: { world, overrides } satisfies ThreadData });
    threads.add(thread);
    return thread;
  };
  const next = (thread: Worker): void => {
    const task = waiting.shift();
    if (task === undefined) idle.push(thread);
    else give(thread, task);
  };
  const replace = (thread: Worker, task: Task, why: string): void => {
    threads.delete(thread);
    void thread.terminate();
    task.done(lostRun(world, task.seed, why));
    next(start());
  };
  const give = (thread: Worker, task: Task): void => {
    const end = (): void => {
      clearTimeout(timer);
      thread.removeAllListeners();
    };
    const timer = setTimeout(() => {
      end();
      replace(thread, task, `no end after ${timeoutMs / 1000} s`);
    }, timeoutMs);
    thread.on('message', (report: RunReport) => {
      end();
      task.done(report);
      next(thread);
    });
    thread.on('error', (error) => {
      end();
      replace(thread, task, error instanceof Error ? error.message : String(error));
    });
    thread.on('exit', (code) => {
      end();
      replace(thread, task, `its thread ended with ${code}`);
    });
    thread.postMessage(task.seed);
  };

  for (let count = 0; count < jobs; count += 1) idle.push(start());
  return {
    jobs,
    simulate: (seed) =>
      new Promise((done) => {
        const thread = idle.pop();
        if (thread === undefined) waiting.push({ seed, done });
        else give(thread, { seed, done });
      }),
    close: async () => {
      idle = [];
      await Promise.all([...threads].map((thread) => thread.terminate()));
    },
  };
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
