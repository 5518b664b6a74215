import type {
  Command,
  CommandReply,
  JobSpec,
  JobsView,
  ProposedAssignment,
  ReadyClass,
  ReadyJob,
  WorkerDescription,
  WorkerScheduling,
} from '@synod/jobs';
import { createJobsStateMachine, MAX_FEATURE_LEVEL } from '@synod/jobs';

export const everyone = () => true;

/** A real state machine, so that what is planned is what the log accepts. */
export class Cluster {
  readonly machine = createJobsStateMachine();
  private sequence = 0;

  command(body: Command): CommandReply {
    this.sequence += 1;
    const origin = { nodeId: 'c1', incarnation: 1, sequence: this.sequence, acknowledgedBelow: this.sequence };
    const envelope = { groupId: 0, version: 1, stampMs: 1_000, principal: '', traceContext: '', origin, body };
    return this.machine.apply(this.machine.appliedSlot + 1, [envelope]).replies[0] as CommandReply;
  }

  open(workerId: string, changes: Partial<WorkerDescription> = {}): void {
    const description = { labels: {}, capacity: 2, runsExec: true, handlers: [], version: '', host: '' };
    this.command({
      type: 'openAgentSession',
      worker: { workerId, incarnation: 1, ...description, ...changes },
      held: [],
    });
  }

  /** All that this program can do. */
  newestLevel(): void {
    this.command({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
  }

  /** As an operator wants it. */
  schedule(workerId: string, scheduling: WorkerScheduling): void {
    if (this.machine.featureLevel < MAX_FEATURE_LEVEL) {
      this.command({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
    }
    const command = { evictAtMs: undefined, incarnation: undefined, reason: '' };
    this.command({ type: 'setWorkerScheduling', workerId, scheduling, ...command });
  }

  close(workerId: string): void {
    this.command({ type: 'closeWorker', workerId, incarnation: 1, cause: 'left' });
  }

  submit(count: number, changes: Partial<JobSpec> = {}): readonly string[] {
    const specs = Array.from({ length: count }, () => aSpec(changes));
    const reply = this.command({ type: 'submitJobs', specs, idempotencyKey: '' });
    return reply.type === 'jobsSubmitted' ? reply.jobIds : [];
  }

  /** Applies a plan; the number of refusals. */
  assign(assignments: readonly ProposedAssignment[]): number {
    const reply = this.command({ type: 'assignJobs', assignments });
    return reply.type === 'jobsAssigned' ? reply.refusals.filter((refusal) => refusal !== undefined).length : -1;
  }

  /** Ends all that the worker runs. */
  finishAll(workerId: string, most = Infinity): void {
    this.endAll(workerId, 'succeeded', most);
  }

  endAll(workerId: string, outcome: 'succeeded' | 'failed', most = Infinity): void {
    const texts = { signal: '', message: '', result: '', stdoutTail: '', stderrTail: '' };
    const end = { outcome, exitCode: outcome === 'succeeded' ? 0 : 1, ...texts };
    const active = this.machine.activeAttempts(workerId).slice(0, most);
    const reports = active.map(({ jobId, attempt, fencingToken }) => {
      return { jobId, attempt, fencingToken, startedAtMs: 1_000, finishedAtMs: 1_000, end };
    });
    this.command({ type: 'reportAttempts', workerId, incarnation: 1, reports });
  }
}

export function aSpec(changes: Partial<JobSpec>): JobSpec {
  return {
    task: { kind: 'exec', command: 'true', args: [], env: {}, cwd: '', stdin: '', user: '' },
    queue: 'default',
    labels: {},
    workerLabels: {},
    placement: 'leastLoaded',
    placementKey: '',
    mode: 'oneLiveHolder',
    lostAfterMs: 10_000,
    startToCloseTimeoutMs: 0,
    killGraceMs: 1_000,
    maxLostAttempts: 3,
    ...changes,
  };
}

/** The same view, counting how many ready jobs were looked at. */
export function counting(view: JobsView): { readonly view: JobsView; readonly steps: () => number } {
  let steps = 0;
  function* counted(jobs: Iterable<ReadyJob>): IterableIterator<ReadyJob> {
    for (const job of jobs) {
      steps += 1;
      yield job;
    }
  }
  function* classes(): IterableIterator<ReadyClass> {
    for (const readyClass of view.readyClasses()) {
      const { classKey, queue, task, workerLabels } = readyClass;
      const first = (): ReadyJob => {
        steps += 1;
        return readyClass.first();
      };
      yield { classKey, queue, task, workerLabels, first, jobs: () => counted(readyClass.jobs()) };
    }
  }
  const countingView = new Proxy(view, {
    get: (target, name) => {
      if (name === 'readyClasses') return classes;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { view: countingView, steps: () => steps };
}
