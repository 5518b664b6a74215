import { createJobsStateMachine, MAX_FEATURE_LEVEL } from '@synod/jobs';
import type { Command, CommandReply, JobSpec, PlacementOptions, PlacementPolicy } from '@synod/jobs';
import { Planner, WorkerSpeeds } from '@synod/scheduling';
import type { SimulatedWorker } from './shapes.js';

/** A policy with the name that it has in tables. */
export interface PolicyCase {
  readonly name: string;
  readonly policy: PlacementPolicy;
  readonly options?: PlacementOptions;
}

/** An attempt that the planner assigned and the state machine took. */
export interface Assigned {
  readonly jobId: string;
  readonly workerId: string;
}

/** The real planner over the real state machine, in simulated time. */
export class SimulatedCluster {
  private readonly machine = createJobsStateMachine();
  private readonly speeds = new WorkerSpeeds();
  private readonly planner: Planner;
  private nowMs = 0;
  private sequence = 0;

  constructor(workers: readonly SimulatedWorker[]) {
    this.planner = new Planner({ speeds: { slowWorkers: () => this.speeds.slowWorkers(this.nowMs) } });
    this.command({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
    for (const { workerId, capacity, zone } of workers) {
      const described = { labels: { zone }, capacity, runsExec: true, handlers: [], version: '', host: '' };
      this.command({ type: 'openAgentSession', worker: { workerId, incarnation: 1, ...described }, held: [] });
    }
  }

  at(nowMs: number): void {
    this.nowMs = nowMs;
  }

  /** The id of the job. */
  submit(key: string, { policy, options }: PolicyCase): string {
    const spec: JobSpec = {
      task: { kind: 'exec', command: 'work', args: [], env: {}, cwd: '', stdin: '', user: '' },
      ...{ queue: 'default', labels: {}, workerLabels: {}, placement: policy, placementKey: key },
      ...(options === undefined ? {} : { placementOptions: options }),
      ...{ mode: 'oneLiveHolder', lostAfterMs: 10_000, startToCloseTimeoutMs: 0, killGraceMs: 0, maxLostAttempts: 1 },
    };
    const reply = this.command({ type: 'submitJobs', specs: [spec], idempotencyKey: '' });
    if (reply.type !== 'jobsSubmitted') throw new Error(`not submitted: ${JSON.stringify(reply)}`);
    return reply.jobIds[0] ?? '';
  }

  plan(): Assigned[] {
    const plan = this.planner.plan(this.machine, () => true, 1_000);
    if (plan.length === 0) return [];
    const reply = this.command({ type: 'assignJobs', assignments: plan });
    this.planner.settled(plan);
    if (reply.type !== 'jobsAssigned' || reply.refusals.some((it) => it !== undefined)) {
      throw new Error('the state machine refused a plan of its own state');
    }
    return plan.map(({ jobId, workerId }) => ({ jobId, workerId }));
  }

  /** The attempt took so long on its worker. */
  finish({ jobId, workerId }: Assigned, durationMs: number): void {
    const attempt = this.machine.job(jobId)?.attempts.at(-1);
    if (attempt === undefined) throw new Error(`no attempt of ${jobId}`);
    const times = { startedAtMs: 1, finishedAtMs: 2 };
    const end = { outcome: 'succeeded', exitCode: 0, signal: '', message: '' } as const;
    const report = { jobId, attempt: attempt.attempt, fencingToken: attempt.fencingToken, ...times };
    this.command({
      ...{ type: 'reportAttempts', workerId, incarnation: 1 },
      reports: [{ ...report, end: { ...end, result: '', stdoutTail: '', stderrTail: '' } }],
    });
    this.speeds.observe({ workerId, taskKey: 'work', durationMs }, this.nowMs);
  }

  private command(body: Command): CommandReply {
    this.sequence += 1;
    const origin = { nodeId: 'c1', incarnation: 1, sequence: this.sequence, acknowledgedBelow: this.sequence };
    const envelope = { groupId: 0, version: 1, stampMs: 1, principal: '', traceContext: '', origin, body };
    const [reply] = this.machine.apply(this.machine.appliedSlot + 1, [envelope]).replies;
    if (reply === undefined) throw new Error('no reply');
    return reply;
  }
}
