import type { Logger } from '@synod/base';
import type { Ballot } from '@synod/consensus';
import type { Command, CommandEnvelope, JobSpec, JobsStateMachine, WorkerDescription } from '@synod/jobs';
import type { AppliedEntry, AttemptEnd, AttemptRef, CommandReply, JobId } from '@synod/jobs';
import { createJobsStateMachine } from '@synod/jobs';
import type { VirtualClock } from '@synod/testkit';

export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

/** Lets all run that waits for nothing but promises and immediates. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets virtual time pass in steps, so that what each sets off is done before the next. */
export async function advance(clock: VirtualClock, durationMs: number, stepMs = 10): Promise<void> {
  await settled();
  for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
    clock.advance(Math.min(stepMs, durationMs - passedMs));
    await settled();
  }
}

/** How a promise stands: 'pending', 'resolved', or the code that it was rejected with. No rejection of it escapes. */
export interface Watched {
  state: string;
}

export function watched(promise: Promise<unknown>): Watched {
  const seen: Watched = { state: 'pending' };
  promise.then(
    () => (seen.state = 'resolved'),
    (error: unknown) => (seen.state = codeOf(error)),
  );
  return seen;
}

/** How a promise stands after all has settled. */
export async function stateOf(promise: Promise<unknown>): Promise<string> {
  const seen = watched(promise);
  await settled();
  return seen.state;
}

/** The reason or code of an error. */
export function codeOf(error: unknown): string {
  const facts = (error as { facts?: { code?: string; reason?: string } }).facts;
  return facts?.reason ?? facts?.code ?? (error as Error).name;
}

export const ballot = (round: number, nodeId = 'c1'): Ballot => ({ round, priority: 0, nodeId });

export function aSpec(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    task: { kind: 'handler', handler: 'noop', payload: '' },
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

export function aWorker(workerId: string, changes: Partial<WorkerDescription> = {}): WorkerDescription {
  return {
    workerId,
    incarnation: 1,
    labels: {},
    capacity: 4,
    runsExec: true,
    handlers: ['noop'],
    version: '',
    host: '',
    ...changes,
  };
}

export function anEnd(changes: Partial<AttemptEnd> = {}): AttemptEnd {
  return {
    outcome: 'succeeded',
    exitCode: 0,
    signal: '',
    message: '',
    result: '',
    stdoutTail: '',
    stderrTail: '',
    ...changes,
  };
}

/** A state machine by itself, with what each entry caused. */
export class TestState {
  readonly machine: JobsStateMachine;
  /** The stamp of what is applied. */
  nowMs = 1;
  private sequence = 0;

  constructor(
    readonly coordinatorId = 'c1',
    options: Parameters<typeof createJobsStateMachine>[0] = {},
  ) {
    this.machine = createJobsStateMachine(options);
  }

  /** Applies these as one entry. */
  apply(...bodies: readonly Command[]): AppliedEntry {
    return this.applyFrom(this.coordinatorId, ...bodies);
  }

  /** The same, proposed by another coordinator. */
  applyFrom(nodeId: string, ...bodies: readonly Command[]): AppliedEntry {
    const envelopes = bodies.map((body): CommandEnvelope => {
      this.sequence += 1;
      const origin = { nodeId, incarnation: 1, sequence: this.sequence, acknowledgedBelow: this.sequence };
      return { groupId: 0, version: 1, stampMs: this.nowMs, principal: '', traceContext: '', origin, body };
    });
    return this.machine.apply(this.machine.appliedSlot + 1, envelopes);
  }

  submit(count: number, spec: Partial<JobSpec> = {}): readonly JobId[] {
    const specs = Array.from({ length: count }, () => aSpec(spec));
    const reply = this.apply({ type: 'submitJobs', specs, idempotencyKey: '' }).replies[0] as CommandReply;
    return reply.type === 'jobsSubmitted' ? reply.jobIds : [];
  }

  assign(jobId: JobId, workerId: string): AppliedEntry {
    return this.apply({ type: 'assignJobs', assignments: [this.assignment(jobId, workerId)] });
  }

  assignment(jobId: JobId, workerId: string) {
    const workerIncarnation = this.machine.worker(workerId)?.incarnation ?? 0;
    return { jobId, jobRevision: this.machine.job(jobId)?.revision ?? 0, workerId, workerIncarnation };
  }

  refOf(jobId: JobId): AttemptRef {
    const attempt = this.machine.job(jobId)?.attempts.at(-1);
    if (attempt === undefined) throw new Error(`${jobId} has no attempt`);
    return { jobId, attempt: attempt.attempt, fencingToken: attempt.fencingToken };
  }

  finish(jobId: JobId, workerId: string, end: Partial<AttemptEnd> = {}): AppliedEntry {
    const report = { ...this.refOf(jobId), startedAtMs: 1, finishedAtMs: 2, end: anEnd(end) };
    return this.apply({ type: 'reportAttempts', workerId, incarnation: 1, reports: [report] });
  }
}
