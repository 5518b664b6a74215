import { FINAL_JOB_STATES } from '@synod/jobs';
import type { SeededRandom } from '@synod/testkit';
import type { KnownJob, SchedulerChecker } from './checker.js';
import { planQueues } from './plan.js';
import type { Operation, SchedulerPlan } from './plan.js';

export interface OperatorModules {
  readonly plan: Pick<SchedulerPlan, 'queues' | 'operations' | 'meanOperationMs' | 'faultPhaseMs'>;
  readonly random: SeededRandom;
  readonly checker: SchedulerChecker;
  /** Asks until there is an answer; undefined when it is refused, because the job went on meanwhile. */
  readonly call: (
    method: 'setQueue' | 'pauseQueue' | 'resumeQueue' | 'redriveQueue' | 'retryJob' | 'changeJob',
    request: unknown,
  ) => Promise<unknown>;
  readonly wait: (delayMs: number) => Promise<void>;
  readonly go: (work: Promise<void>) => void;
}

const LONGEST_PAUSE_MS = 1_200;
const MOST_REDRIVEN = 5;

/** People who set up queues and then meddle: with limits, with jobs, and with those that failed. */
export class Operators {
  private stopped = false;
  private begun = 0;

  constructor(private readonly modules: OperatorModules) {}

  /** What they have begun and not yet ended, such as a pause. */
  get underWay(): number {
    return this.begun;
  }

  start(): void {
    const { plan, go } = this.modules;
    for (const [queue, settings] of Object.entries(plan.queues)) go(this.ask('setQueue', { queue, settings }));
    if (plan.operations.length > 0) go(this.meddle());
  }

  stop(): void {
    this.stopped = true;
  }

  private async meddle(): Promise<void> {
    const { plan, random, wait } = this.modules;
    for (;;) {
      await wait(random.between(0.2, 1.8) * plan.meanOperationMs);
      if (this.stopped) return;
      this.begun += 1;
      try {
        await this.carryOut(random.pick(plan.operations));
      } finally {
        this.begun -= 1;
      }
    }
  }

  private async carryOut(operation: Operation): Promise<void> {
    const { plan, random, wait } = this.modules;
    const queue = random.pick([...Object.keys(plan.queues)]);
    switch (operation) {
      case 'changeLimits':
        return this.ask('setQueue', { queue, settings: planQueues(random)[queue] });
      case 'pauseQueue':
        await this.ask('pauseQueue', { queue, reason: 'simulated' });
        await wait(random.between(50, LONGEST_PAUSE_MS));
        return this.ask('resumeQueue', { queue });
      case 'redriveQueue':
        return this.ask('redriveQueue', { queue: random.pick(['default', queue]), limit: MOST_REDRIVEN });
      case 'retryJob': {
        const jobId = this.pick(({ state }) => state !== 'assigned' && state !== 'running');
        return jobId === undefined ? undefined : this.ask('retryJob', { jobId });
      }
      case 'changeJob': {
        const jobId = this.pick(({ state }) => !FINAL_JOB_STATES.has(state as never));
        if (jobId === undefined) return;
        const to = random.chance(0.5)
          ? { queue: random.pick(['default', queue]) }
          : { priority: random.integer(-3, 3) };
        return this.ask('changeJob', { jobId, ...to });
      }
    }
  }

  /** One of the jobs that the log has now. */
  private pick(isWanted: (job: KnownJob) => boolean): string | undefined {
    const wanted = [...this.modules.checker.jobs.values()].filter(isWanted);
    return wanted.length === 0 ? undefined : this.modules.random.pick(wanted).jobId;
  }

  private async ask(method: Parameters<OperatorModules['call']>[0], request: unknown): Promise<void> {
    await this.modules.call(method, request);
  }
}
