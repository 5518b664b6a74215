import type {
  AttemptRef,
  AttemptReport,
  Command,
  CommandEnvelope,
  CommandOrigin,
  CommandReply,
  ProposedAssignment,
} from './commands.js';
import type { JobEvent } from './events.js';
import { MAX_FEATURE_LEVEL } from './feature-levels.js';
import type { AttemptEnd, AttemptOutcome, ExecLimits, HttpTask, JobId, JobRecord, JobSpec } from './job.js';
import type { JobsOptions } from './options.js';
import type { ScheduleSpec } from './schedule.js';
import type { AppliedEntry } from './state-machine-port.js';
import type { CheckedJobsStateMachine } from './state-machine.js';
import { createJobsStateMachine } from './state-machine.js';
import type { NodeRecord, WorkerDescription, WorkerScheduling } from './worker.js';

export const START_MS = 1_700_000_000_000;

export function aSpec(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    task: { kind: 'exec', command: '/bin/true', args: [], env: {}, cwd: '', stdin: '', user: '' },
    queue: 'default',
    labels: {},
    workerLabels: {},
    placement: 'leastLoaded',
    placementKey: '',
    mode: 'oneLiveHolder',
    lostAfterMs: 10_000,
    startToCloseTimeoutMs: 0,
    killGraceMs: 5_000,
    maxLostAttempts: 3,
    ...changes,
  };
}

export function anHttpTask(changes: Partial<HttpTask> = {}): HttpTask {
  return {
    kind: 'http',
    method: 'POST',
    url: 'https://example.org/hook',
    headers: { accept: '*/*' },
    body: 'aGk=',
    expectedStatuses: [{ from: 200, to: 299 }],
    requestTimeoutMs: 30_000,
    maxRedirects: 0,
    ...changes,
  };
}

export function someLimits(changes: Partial<ExecLimits> = {}): ExecLimits {
  const ulimits = [{ name: 'nofile', soft: 1_024, hard: 4_096 } as const];
  return {
    umask: 0o027,
    ulimits,
    memoryMaxBytes: 2 ** 30,
    cpuMaxPercent: 150,
    pidsMax: 10,
    policy: 'prefer',
    ...changes,
  };
}

export function aScheduleSpec(changes: Partial<ScheduleSpec> = {}): ScheduleSpec {
  return {
    timing: 'every second',
    job: aSpec(),
    overlap: 'skip',
    catchUp: 'latest',
    catchUpWindowMs: 0,
    jitterMs: 0,
    ...changes,
  };
}

export function aWorker(workerId: string, changes: Partial<WorkerDescription> = {}): WorkerDescription {
  return {
    workerId,
    incarnation: 1,
    labels: {},
    capacity: 4,
    runsExec: true,
    handlers: [],
    version: '1.0.0',
    host: `${workerId}.example`,
    ...changes,
  };
}

export function aNode(nodeId: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  return {
    nodeId,
    kind: 'worker',
    address: `${nodeId}:7401`,
    incarnation: 1,
    labels: {},
    capacity: 1,
    version: '1.0.0',
    ttlMs: 10_000,
    ...changes,
  };
}

export function anEnd(outcome: AttemptOutcome, changes: Partial<AttemptEnd> = {}): AttemptEnd {
  const exitCode = outcome === 'succeeded' ? 0 : outcome === 'failed' ? 1 : undefined;
  return { outcome, exitCode, signal: '', message: '', result: '', stdoutTail: 'b2s=', stderrTail: '', ...changes };
}

/** A state machine with the log that it applied, driven command by command. Every entry is followed by the full check. */
export class Driver {
  readonly machine: CheckedJobsStateMachine;
  readonly log: (readonly CommandEnvelope[])[] = [];
  readonly events: JobEvent[] = [];
  readonly retired: JobRecord[] = [];
  nowMs = START_MS;
  private sequence = 0;

  constructor(readonly options: Partial<JobsOptions> = {}) {
    this.machine = createJobsStateMachine(options);
  }

  envelope(body: Command, changes: Partial<Omit<CommandEnvelope, 'body'>> = {}): CommandEnvelope {
    return {
      groupId: this.options.groupId ?? 0,
      version: 1,
      stampMs: this.nowMs,
      principal: 'alice',
      traceContext: '',
      origin: changes.origin ?? this.nextOrigin(),
      ...changes,
      body,
    };
  }

  nextOrigin(): CommandOrigin {
    this.sequence += 1;
    return { nodeId: 'c1', incarnation: 1, sequence: this.sequence, acknowledgedBelow: this.sequence };
  }

  apply(...envelopes: readonly CommandEnvelope[]): AppliedEntry {
    const applied = this.machine.apply(this.machine.appliedSlot + 1, envelopes);
    this.log.push(envelopes);
    this.events.push(...applied.events);
    this.retired.push(...applied.retired);
    this.machine.checkInvariants();
    return applied;
  }

  /** Applies one command in an entry of its own. */
  command(body: Command): CommandReply {
    return this.apply(this.envelope(body)).replies[0] as CommandReply;
  }

  submit(...specs: readonly JobSpec[]): readonly JobId[] {
    const reply = this.command({ type: 'submitJobs', specs, idempotencyKey: '' });
    if (reply.type !== 'jobsSubmitted') throw new Error(JSON.stringify(reply));
    return reply.jobIds;
  }

  submitOne(changes: Partial<JobSpec> = {}): JobId {
    return this.submit(aSpec(changes))[0] as JobId;
  }

  open(worker: WorkerDescription, held: readonly AttemptRef[] = []): CommandReply {
    return this.command({ type: 'openAgentSession', worker, held });
  }

  proposal(jobId: JobId, workerId: string, changes: Partial<ProposedAssignment> = {}): ProposedAssignment {
    return {
      jobId,
      jobRevision: this.machine.job(jobId)?.revision ?? 0,
      workerId,
      workerIncarnation: this.machine.worker(workerId)?.incarnation ?? 0,
      ...changes,
    };
  }

  /** Assigns the job and returns the attempt; fails the test when it is refused. */
  assign(jobId: JobId, workerId: string): AttemptRef {
    const reply = this.command({ type: 'assignJobs', assignments: [this.proposal(jobId, workerId)] });
    if (reply.type !== 'jobsAssigned' || reply.refusals[0] !== undefined) throw new Error(JSON.stringify(reply));
    return this.attemptOf(jobId);
  }

  /** The job's last attempt. */
  attemptOf(jobId: JobId): AttemptRef {
    const attempt = this.machine.job(jobId)?.attempts.at(-1);
    if (attempt === undefined) throw new Error(`${jobId} has no attempt`);
    return { jobId, attempt: attempt.attempt, fencingToken: attempt.fencingToken };
  }

  report(workerId: string, ref: AttemptRef, changes: Partial<AttemptReport>, incarnation = 1): CommandReply {
    const report = { ...ref, startedAtMs: undefined, finishedAtMs: undefined, end: undefined, ...changes };
    return this.command({ type: 'reportAttempts', workerId, incarnation, reports: [report] });
  }

  start(workerId: string, ref: AttemptRef): CommandReply {
    return this.report(workerId, ref, { startedAtMs: this.nowMs });
  }

  finish(workerId: string, ref: AttemptRef, end: AttemptEnd = anEnd('succeeded')): CommandReply {
    return this.report(workerId, ref, { startedAtMs: this.nowMs, finishedAtMs: this.nowMs, end });
  }

  /** From here on everything that this program can do. */
  raiseLevel(): void {
    this.command({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
  }

  /** As an operator, or as the worker's incarnation. */
  schedule(workerId: string, scheduling: WorkerScheduling, evictAtMs?: number, incarnation?: number): CommandReply {
    return this.command({ type: 'setWorkerScheduling', workerId, scheduling, evictAtMs, incarnation, reason: 'r' });
  }

  evict(workerId: string): CommandReply {
    return this.command({ type: 'evictWorker', workerId });
  }

  /** Submits, assigns and finishes one job. */
  complete(workerId: string, spec: Partial<JobSpec> = {}): JobId {
    const jobId = this.submitOne(spec);
    this.finish(workerId, this.assign(jobId, workerId));
    return jobId;
  }

  job(jobId: JobId): JobRecord {
    const job = this.machine.job(jobId);
    if (job === undefined) throw new Error(`${jobId} is unknown`);
    return job;
  }

  /** The events that `act` causes. */
  eventsOf(act: () => void): readonly JobEvent[] {
    const before = this.events.length;
    act();
    return this.events.slice(before);
  }

  /** A new machine that has applied the same log. */
  replayed(): CheckedJobsStateMachine {
    const machine = createJobsStateMachine(this.options);
    for (const [at, envelopes] of this.log.entries()) machine.apply(at + 1, envelopes);
    return machine;
  }
}

export const reported = (outcome: 'applied' | 'duplicate' | 'stale'): CommandReply => ({
  type: 'attemptsReported',
  outcomes: [outcome],
});

export const refused = (refusal: Extract<CommandReply, { type: 'refused' }>['refusal']): CommandReply => ({
  type: 'refused',
  refusal,
});
