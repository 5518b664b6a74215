import { quantile } from '../../report.js';
import { SharedHost } from './host.js';
import { DEFAULT_WORKLOAD, simulatedJobs, simulatedWorkers } from './shapes.js';
import type { SimulatedJob, SimulatedWorker, WorkloadOptions } from './shapes.js';
import { SimulatedCluster } from './simulated-cluster.js';
import type { Assigned, PolicyCase } from './simulated-cluster.js';

/** What one policy makes of the workload. */
export interface PolicyFigures {
  readonly policy: string;
  readonly jobs: number;
  /** What a job lost to waiting and to sharing: from submission to end, less its length. */
  readonly lostP50Ms: number;
  readonly lostP99Ms: number;
  readonly lostMeanMs: number;
  /** Part of the processors' time in use, on average and on the busiest worker. */
  readonly meanUtilisation: number;
  readonly worstUtilisation: number;
  /** Relative standard deviation over workers. */
  readonly deviation: number;
  /** Part of the jobs whose key was among the last so many that their worker had run. */
  readonly warm: number;
  /** Workers that were never used. */
  readonly unused: number;
}

/** Keys whose data a worker keeps at hand. */
const WARM_KEYS = 100;

export const POLICY_CASES: readonly PolicyCase[] = [
  { name: 'random', policy: 'random' },
  { name: 'roundRobin', policy: 'roundRobin' },
  { name: 'weightedRoundRobin', policy: 'weightedRoundRobin' },
  { name: 'leastLoaded', policy: 'leastLoaded' },
  { name: 'powerOfChoices (2)', policy: 'powerOfChoices' },
  { name: 'consistentHash', policy: 'consistentHash' },
  { name: 'boundedHash (1.25)', policy: 'boundedHash' },
  { name: 'binPack', policy: 'binPack' },
  { name: 'spread (zone)', policy: 'spread', options: { spreadLabel: 'zone' } },
];

/** Each policy on the same jobs and workers, by the real planner and state machine in simulated time. */
export function measurePolicies(options: WorkloadOptions = DEFAULT_WORKLOAD): PolicyFigures[] {
  const workers = simulatedWorkers(options.workers);
  const jobs = simulatedJobs(options, workers);
  return POLICY_CASES.map((policy) => new PolicyRun(workers, jobs, policy).run());
}

class PolicyRun {
  private readonly cluster: SimulatedCluster;
  private readonly hosts: ReadonlyMap<string, SharedHost>;
  private readonly jobOf = new Map<string, SimulatedJob>();
  private readonly running = new Map<number, Assigned & { readonly startedMs: number }>();
  private readonly lostMs: number[] = [];
  private readonly recent = new Map<string, Map<string, true>>();
  private warm = 0;
  private started = 0;

  constructor(
    workers: readonly SimulatedWorker[],
    private readonly jobs: readonly SimulatedJob[],
    private readonly policy: PolicyCase,
  ) {
    this.cluster = new SimulatedCluster(workers);
    this.hosts = new Map(workers.map((worker) => [worker.workerId, new SharedHost(worker)]));
  }

  run(): PolicyFigures {
    let next = 0;
    let nowMs = 0;
    while (next < this.jobs.length || this.running.size > 0) {
      const job = this.jobs[next];
      const done = this.nextDone();
      nowMs = Math.min(job?.arrivesAtMs ?? Infinity, done?.nextDoneMs ?? Infinity);
      this.cluster.at(nowMs);
      if (job !== undefined && job.arrivesAtMs <= nowMs) {
        this.jobOf.set(this.cluster.submit(job.key, this.policy), job);
        next += 1;
      } else if (done !== undefined) {
        this.finish(done, nowMs);
      }
      for (const assigned of this.cluster.plan()) this.start(assigned, nowMs);
    }
    return this.figures(nowMs);
  }

  private start(assigned: Assigned, nowMs: number): void {
    const { jobId, workerId } = assigned;
    const job = this.jobOf.get(jobId);
    if (job === undefined) throw new Error(`unknown job ${jobId}`);
    this.started += 1;
    this.hosts.get(workerId)?.start(this.started, job.lengthMs, nowMs);
    this.running.set(this.started, { ...assigned, startedMs: nowMs });
    this.touch(workerId, job.key);
  }

  private finish(host: SharedHost, nowMs: number): void {
    const id = host.finish(nowMs);
    const attempt = this.running.get(id);
    if (attempt === undefined) throw new Error('an attempt ends once');
    this.running.delete(id);
    const job = this.jobOf.get(attempt.jobId) as SimulatedJob;
    this.lostMs.push(nowMs - job.arrivesAtMs - job.lengthMs);
    this.cluster.finish(attempt, nowMs - attempt.startedMs);
  }

  private nextDone(): SharedHost | undefined {
    let next: SharedHost | undefined;
    for (const host of this.hosts.values()) {
      if (host.count > 0 && host.nextDoneMs < (next?.nextDoneMs ?? Infinity)) next = host;
    }
    return next;
  }

  /** The worker's most recent keys, the oldest first. */
  private touch(workerId: string, key: string): void {
    const recent = this.recent.get(workerId) ?? new Map<string, true>();
    this.recent.set(workerId, recent);
    if (recent.delete(key)) this.warm += 1;
    recent.set(key, true);
    const [oldest] = recent.keys();
    if (recent.size > WARM_KEYS && oldest !== undefined) recent.delete(oldest);
  }

  private figures(endMs: number): PolicyFigures {
    const utilisations = [...this.hosts.values()].map((host) => {
      host.goTo(endMs);
      return host.busyProcessorMs / (endMs * host.worker.processors);
    });
    const mean = average(utilisations);
    const jobs = this.lostMs.length;
    return {
      ...{ policy: this.policy.name, jobs },
      lostP50Ms: quantile(this.lostMs, 0.5),
      lostP99Ms: quantile(this.lostMs, 0.99),
      lostMeanMs: average(this.lostMs),
      meanUtilisation: mean,
      worstUtilisation: Math.max(...utilisations),
      deviation: Math.sqrt(average(utilisations.map((it) => (it / mean - 1) ** 2))),
      warm: this.warm / jobs,
      unused: utilisations.filter((it) => it === 0).length,
    };
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
