import { createJobsStateMachine, MAX_FEATURE_LEVEL } from '@synod/jobs';
import type { CheckedJobsStateMachine, Command, CommandReply, JobSpec, ProposedAssignment } from '@synod/jobs';
import { Planner } from '@synod/scheduling';
import { median } from '../report.js';

export interface PlanningOptions {
  readonly backlog: number;
  readonly queues: number;
  readonly workers: number;
  readonly rounds: number;
}

export interface PlanningFigures {
  /** Of one planned job, in microseconds, the median over rounds. */
  readonly perJobUs: number;
  /** The longest time that a pass holds the event loop, as the coordinator cuts it. */
  readonly longestSliceMs: number;
  /** The same in time of a processor: on a busy machine a slice is also as long as others hold it up. */
  readonly longestSliceCpuMs: number;
}

/** As the coordinator has them: `apps/coordinator/src/leader/planner-loop.ts`. */
const MAX_ASSIGNMENTS_PER_PASS = 1_000;
const MAX_PASS_MS = 4;
const JOBS_PER_COMMAND = 1_000;
const WARM_UP_ROUNDS = 20;
const START_MS = 1_800_000_000_000;

/** The planner over a real state machine, in this process: each round plans a thousand, which end, and as many come. */
export function measurePlanning({ backlog, queues, workers, rounds }: PlanningOptions): PlanningFigures {
  const group = new Group();
  const capacity = Math.ceil((2 * MAX_ASSIGNMENTS_PER_PASS) / workers);
  for (let at = 0; at < workers; at += 1) group.openWorker(`w${at}`, capacity);
  let submitted = 0;
  const submit = (count: number): void => {
    group.submit(Array.from({ length: count }, (_, at) => separateJob(submitted + at, queues)));
    submitted += count;
  };
  for (let left = backlog; left > 0; left -= JOBS_PER_COMMAND) submit(Math.min(left, JOBS_PER_COMMAND));
  const planner = new Planner();
  const perJobUs: number[] = [];
  let longestSliceMs = 0;
  let longestSliceCpuMs = 0;
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    let [planned, tookMs] = [0, 0];
    while (planned < Math.min(backlog, MAX_ASSIGNMENTS_PER_PASS)) {
      const cpuBefore = process.cpuUsage();
      const before = performance.now();
      const goesOn = (): boolean => performance.now() < before + MAX_PASS_MS;
      const plan = planner.plan(group.machine, () => true, MAX_ASSIGNMENTS_PER_PASS - planned, goesOn);
      const sliceMs = performance.now() - before;
      const { user, system } = process.cpuUsage(cpuBefore);
      if (plan.length === 0) throw new Error('nothing was planned');
      [planned, tookMs] = [planned + plan.length, tookMs + sliceMs];
      if (round >= 0) {
        longestSliceMs = Math.max(longestSliceMs, sliceMs);
        longestSliceCpuMs = Math.max(longestSliceCpuMs, (user + system) / 1_000);
      }
      group.assign(plan);
      planner.settled(plan);
    }
    if (round >= 0) perJobUs.push((tookMs * 1_000) / planned);
    group.finishAll(workers);
    submit(planned);
  }
  return { perJobUs: median(perJobUs), longestSliceMs, longestSliceCpuMs };
}

/** Shares no text with another but what all have. */
function separateJob(number: number, queues: number): JobSpec {
  return {
    task: {
      ...{ kind: 'exec', command: '/usr/bin/process-order', args: ['--order', `order-${number}`] },
      ...{ env: {}, cwd: '', stdin: '', user: '' },
    },
    queue: `queue-${number % queues}`,
    labels: { order: `order-${number}` },
    ...{ workerLabels: {}, placement: 'leastLoaded', placementKey: '', mode: 'oneLiveHolder' },
    ...{ lostAfterMs: 10_000, startToCloseTimeoutMs: 0, killGraceMs: 5_000, maxLostAttempts: 3 },
  };
}

/** A group's state machine, and what would come out of its log. */
class Group {
  readonly machine: CheckedJobsStateMachine = createJobsStateMachine();
  private sequence = 0;

  constructor() {
    this.apply({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
  }

  openWorker(workerId: string, capacity: number): void {
    const description = { labels: {}, capacity, runsExec: true, handlers: [], version: '', host: '' };
    this.apply({ type: 'openAgentSession', worker: { workerId, incarnation: 1, ...description }, held: [] });
  }

  submit(specs: readonly JobSpec[]): void {
    const reply = this.apply({ type: 'submitJobs', specs, idempotencyKey: '' });
    if (reply.type !== 'jobsSubmitted') throw new Error(JSON.stringify(reply));
  }

  assign(assignments: readonly ProposedAssignment[]): void {
    const reply = this.apply({ type: 'assignJobs', assignments });
    const refused =
      reply.type === 'jobsAssigned' ? reply.refusals.find((refusal) => refusal !== undefined) : reply.type;
    if (refused !== undefined) throw new Error(refused);
  }

  finishAll(workers: number): void {
    const texts = { signal: '', message: '', result: '', stdoutTail: '', stderrTail: '' };
    const end = { outcome: 'succeeded', exitCode: 0, ...texts } as const;
    for (let at = 0; at < workers; at += 1) {
      const workerId = `w${at}`;
      const reports = this.machine.activeAttempts(workerId).map(({ jobId, attempt, fencingToken }) => {
        return { jobId, attempt, fencingToken, startedAtMs: START_MS, finishedAtMs: START_MS, end };
      });
      if (reports.length > 0) this.apply({ type: 'reportAttempts', workerId, incarnation: 1, reports });
    }
  }

  private apply(body: Command): CommandReply {
    this.sequence += 1;
    const origin = { nodeId: 'c1', incarnation: 1, sequence: this.sequence, acknowledgedBelow: this.sequence };
    const envelope = { groupId: 0, version: 1, stampMs: START_MS, principal: '', traceContext: '', origin, body };
    return this.machine.apply(this.machine.appliedSlot + 1, [envelope]).replies[0] as CommandReply;
  }
}
