import type { AttemptRef, Command, CommandReply } from './commands.js';
import type { AttemptEnd, ExecutionMode, JobSpec } from './job.js';
import { FINAL_JOB_STATES } from './job.js';
import type { JobState } from './job.js';
import { neededFeatureLevel } from './feature-levels.js';
import type { WorkerScheduling } from './worker.js';

interface ModelAttempt {
  readonly number: number;
  readonly token: number;
  readonly workerId: string;
  end: AttemptEnd | undefined;
  lostByControl: boolean;
  started: boolean;
  evicting: boolean;
}

export interface ModelJob {
  readonly jobId: string;
  readonly mode: ExecutionMode;
  readonly maxLost: number;
  /** What its worker must be able to do: `exec`, `http` or the name of a handler. */
  readonly needs: string;
  state: JobState;
  lost: number;
  drained: number;
  cancelRequested: boolean;
  readonly attempts: ModelAttempt[];
}

interface ModelWorker {
  incarnation: number;
  online: boolean;
  capacity: number;
  does: readonly string[];
  scheduling: WorkerScheduling;
  evictAtMs: number | undefined;
  /** Undefined: an operator said it. */
  byIncarnation: number | undefined;
}

/**
 * The rules of the scheduler once more, as plainly as they can be written: no index, no hash, no bound but the number of
 * finished jobs, everything found by looking through everything. It predicts each reply from ids that the real one minted.
 */
export class Model {
  readonly jobs = new Map<string, ModelJob>();
  readonly workers = new Map<string, ModelWorker>();
  readonly nodes = new Map<string, number>();
  readonly finished: string[] = [];
  tokens = 0;
  featureLevel = 1;

  constructor(
    readonly maxFinished: number,
    readonly nowMs: number,
  ) {}

  /** `minted` are the ids that the state machine gave to the jobs of a submission; the model can't know them. */
  apply(command: Command, minted: readonly string[]): CommandReply {
    const needed = neededFeatureLevel(command);
    if (needed > this.featureLevel) {
      return { type: 'refused', refusal: { code: 'featureLevelTooLow', needed, level: this.featureLevel } };
    }
    switch (command.type) {
      case 'submitJobs':
        minted.forEach((jobId, at) => this.addJob(jobId, command.specs[at] as JobSpec));
        return { type: 'jobsSubmitted', jobIds: minted, replayed: false };
      case 'cancelJob':
        return this.cancel(command.jobId);
      case 'assignJobs':
        return {
          type: 'jobsAssigned',
          refusals: command.assignments.map((it) => this.assign(it.jobId, it.workerId, it.workerIncarnation)),
        };
      case 'reportAttempts':
        return {
          type: 'attemptsReported',
          outcomes: command.reports.map((it) =>
            this.report(command.workerId, it, it.startedAtMs !== undefined, it.end),
          ),
        };
      case 'loseAttempts': {
        const lost = command.attempts.filter((ref) => this.loseIfActive(ref));
        return { type: 'attemptsLost', lost: lost.length };
      }
      case 'closeWorker':
        return this.close(command.workerId, command.incarnation, command.cause === 'left');
      case 'openAgentSession': {
        const { workerId, incarnation, capacity, runsExec, runsHttp = false, handlers } = command.worker;
        const known = this.workers.get(workerId);
        if (known !== undefined && known.incarnation > incarnation) {
          return { type: 'refused', refusal: { code: 'incarnationOutdated', newest: known.incarnation } };
        }
        if (known !== undefined && known.incarnation < incarnation) this.loseAll(workerId, command.held);
        const does = [...(runsExec ? ['exec'] : []), ...(runsHttp ? ['http'] : []), ...handlers];
        const before = known ?? { scheduling: 'active' as const, evictAtMs: undefined, byIncarnation: undefined };
        const isOver = before.byIncarnation !== undefined && before.byIncarnation < incarnation;
        const scheduled = isOver ? ACTIVE : before;
        this.workers.set(workerId, {
          ...{ incarnation, online: true, capacity, does },
          scheduling: scheduled.scheduling,
          evictAtMs: scheduled.evictAtMs,
          byIncarnation: scheduled.byIncarnation,
        });
        return { type: 'agentSessionOpened' };
      }
      case 'registerNode': {
        const newest = this.nodes.get(command.node.nodeId) ?? 0;
        if (newest > command.node.incarnation) {
          return { type: 'refused', refusal: { code: 'incarnationOutdated', newest } };
        }
        this.nodes.set(command.node.nodeId, command.node.incarnation);
        return { type: 'nodeRegistered' };
      }
      case 'deregisterNode':
        if ((this.nodes.get(command.nodeId) ?? Infinity) <= command.incarnation) this.nodes.delete(command.nodeId);
        return { type: 'nodeDeregistered' };
      case 'setFeatureLevel':
        this.featureLevel = Math.max(this.featureLevel, command.level);
        return { type: 'featureLevelSet', level: this.featureLevel };
      case 'setWorkerScheduling': {
        const { workerId, incarnation, scheduling, evictAtMs } = command;
        const worker = this.workers.get(workerId);
        if (worker === undefined) return { type: 'refused', refusal: { code: 'workerUnknown', workerId } };
        if (incarnation !== undefined && incarnation !== worker.incarnation) {
          return { type: 'refused', refusal: { code: 'incarnationOutdated', newest: worker.incarnation } };
        }
        const isOperators = worker.scheduling !== 'active' && worker.byIncarnation === undefined;
        if (incarnation !== undefined && isOperators) return { type: 'workerSchedulingSet' };
        Object.assign(worker, ACTIVE);
        if (scheduling !== 'active') Object.assign(worker, { scheduling, byIncarnation: incarnation });
        if (scheduling === 'draining') worker.evictAtMs = evictAtMs;
        return { type: 'workerSchedulingSet' };
      }
      case 'evictWorker':
        return this.evict(command.workerId);
      case 'advanceTime':
        return { type: 'timeAdvanced', fired: 0, moreDue: false };
      default:
        throw new Error(`${command.type} has a model of its own`);
    }
  }

  /** At the end of an entry. */
  retire(): readonly string[] {
    const retired = this.finished.splice(0, Math.max(0, this.finished.length - this.maxFinished));
    for (const jobId of retired) this.jobs.delete(jobId);
    return retired;
  }

  active(workerId: string): readonly ModelJob[] {
    return [...this.jobs.values()]
      .filter((job) => activeOf(job)?.workerId === workerId)
      .sort((left, right) => (activeOf(left)?.token ?? 0) - (activeOf(right)?.token ?? 0));
  }

  private addJob(jobId: string, spec: JobSpec): void {
    const needs = spec.task.kind === 'handler' ? spec.task.handler : spec.task.kind;
    const { mode, maxLostAttempts: maxLost } = spec;
    this.jobs.set(jobId, {
      jobId,
      mode,
      maxLost,
      needs,
      state: 'ready',
      lost: 0,
      drained: 0,
      cancelRequested: false,
      attempts: [],
    });
  }

  private cancel(jobId: string): CommandReply {
    const job = this.jobs.get(jobId);
    if (job === undefined) return { type: 'refused', refusal: { code: 'jobUnknown', jobId } };
    const alreadyFinal = FINAL_JOB_STATES.has(job.state);
    if (!alreadyFinal) job.cancelRequested = true;
    if (job.state === 'ready') this.finish(job, 'cancelled');
    return { type: 'jobCancelled', jobId, alreadyFinal };
  }

  /** Proposals of the test carry the current revision, or 0, which no job has that is ready. */
  private assign(jobId: string, workerId: string, incarnation: number) {
    const job = this.jobs.get(jobId);
    if (job === undefined) return 'jobUnknown';
    if (job.state !== 'ready') return 'jobChanged';
    const worker = this.workers.get(workerId);
    if (worker?.online !== true || worker.incarnation !== incarnation) return 'workerGone';
    if (worker.scheduling !== 'active') return 'workerNotActive';
    if (!worker.does.includes(job.needs)) return 'workerUnfit';
    if (this.active(workerId).length >= worker.capacity) return 'workerFull';
    this.tokens += 1;
    const number = job.attempts.length + 1;
    const flags = { lostByControl: false, started: false, evicting: false };
    job.attempts.push({ number, token: this.tokens, workerId, end: undefined, ...flags });
    job.state = 'assigned';
    return undefined;
  }

  private report(workerId: string, ref: AttemptRef, saysStart: boolean, end: AttemptEnd | undefined) {
    const job = this.jobs.get(ref.jobId);
    const attempt = job?.attempts.find((it) => isMeant(it, ref) && it.workerId === workerId);
    if (job === undefined || attempt === undefined || attempt.lostByControl) return 'stale';
    if (attempt.end !== undefined) {
      if (end === undefined) return attempt.end.outcome === 'lost' ? 'stale' : 'duplicate';
      return JSON.stringify(end) === JSON.stringify(attempt.end) ? 'duplicate' : 'stale';
    }
    const starts = !attempt.started && (end === undefined || saysStart);
    if (starts) {
      attempt.started = true;
      job.state = 'running';
    }
    if (end === undefined) return starts ? 'applied' : 'duplicate';
    attempt.end = end;
    const isDrained = attempt.evicting || this.workers.get(workerId)?.scheduling === 'draining';
    if (end.outcome === 'lost') this.afterLoss(job, isDrained);
    else if (end.outcome === 'succeeded') this.finish(job, 'succeeded');
    else this.finish(job, end.outcome === 'cancelled' && job.cancelRequested ? 'cancelled' : 'failed');
    return 'applied';
  }

  private loseIfActive(ref: AttemptRef): boolean {
    const job = this.jobs.get(ref.jobId);
    const attempt = job === undefined ? undefined : activeOf(job);
    if (job === undefined || attempt === undefined || !isMeant(attempt, ref)) return false;
    this.lose(job, false);
    return true;
  }

  private evict(workerId: string): CommandReply {
    const worker = this.workers.get(workerId);
    if (worker === undefined) return { type: 'refused', refusal: { code: 'workerUnknown', workerId } };
    const isDue = worker.scheduling === 'draining' && (worker.evictAtMs ?? Infinity) <= this.nowMs;
    const evicted = this.active(workerId).filter((job) => {
      const attempt = activeOf(job) as ModelAttempt;
      return isDue && !attempt.evicting && !job.cancelRequested && job.mode !== 'atMostOnce';
    });
    for (const job of evicted) (activeOf(job) as ModelAttempt).evicting = true;
    return { type: 'workerEvicted', evicting: evicted.length };
  }

  private close(workerId: string, incarnation: number, left: boolean): CommandReply {
    const worker = this.workers.get(workerId);
    if (worker === undefined) return { type: 'refused', refusal: { code: 'workerUnknown', workerId } };
    if (worker.incarnation <= incarnation) {
      this.loseAll(workerId, [], left && worker.scheduling === 'draining');
      worker.online = false;
    }
    return { type: 'workerClosed' };
  }

  private loseAll(workerId: string, held: readonly AttemptRef[], drained = false): void {
    for (const job of this.active(workerId)) {
      const attempt = activeOf(job) as ModelAttempt;
      if (!held.some((ref) => ref.jobId === job.jobId && isMeant(attempt, ref))) this.lose(job, drained);
    }
  }

  private lose(job: ModelJob, drained: boolean): void {
    const attempt = activeOf(job) as ModelAttempt;
    attempt.lostByControl = true;
    this.afterLoss(job, drained || attempt.evicting);
  }

  private afterLoss(job: ModelJob, drained: boolean): void {
    if (drained) job.drained += 1;
    else job.lost += 1;
    if (job.cancelRequested) this.finish(job, 'cancelled');
    else if (job.mode === 'atMostOnce' || (!drained && job.lost >= job.maxLost)) this.finish(job, 'failed');
    else job.state = 'ready';
  }

  private finish(job: ModelJob, state: JobState): void {
    job.state = state;
    this.finished.push(job.jobId);
  }
}

const ACTIVE = { scheduling: 'active' as const, evictAtMs: undefined, byIncarnation: undefined };

function activeOf(job: ModelJob): ModelAttempt | undefined {
  const last = job.attempts.at(-1);
  return last === undefined || last.end !== undefined || last.lostByControl ? undefined : last;
}

function isMeant(attempt: ModelAttempt, ref: AttemptRef): boolean {
  const { generation, counter } = ref.fencingToken;
  return attempt.number === ref.attempt && attempt.token === counter && generation === 0;
}
