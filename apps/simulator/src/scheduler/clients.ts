import { EventEmitter } from 'node:events';
import { PLACEMENT_POLICIES } from '@synod/jobs';
import type { JobSpec, PlacementPolicy, RetryPolicy } from '@synod/jobs';
import { jobSpecToWire } from '@synod/contracts';
import type { RpcError } from '@synod/rpc';
import { toRpcError } from '@synod/rpc';
import { SeededRandom } from '@synod/testkit';
import type { VirtualClock } from '@synod/testkit';
import { LatencyHistogram } from '../campaign/latency.js';
import { unaryCall } from './calls.js';
import type { MethodCodec } from './calls.js';
import type { SchedulerChecker } from './checker.js';
import { METHODS } from './methods.js';
import { Operators } from './operators.js';
import type { SchedulerPlan } from './plan.js';
import { commandLine } from './process-table.js';
import { MachineClock, SimulatedProcess } from './process.js';
import { ScheduleClients } from './schedule-clients.js';
import type { Streams } from './streams.js';

export interface ClientModules {
  /** A promise of the scheduler was broken. */
  readonly failed: (error: unknown) => void;
  readonly plan: SchedulerPlan;
  readonly time: VirtualClock;
  readonly random: SeededRandom;
  readonly streams: Streams;
  readonly checker: SchedulerChecker;
  readonly coordinators: readonly string[];
  readonly event: (name: string) => void;
}

const DEADLINE_MS = 3_000;
const MACHINE = 'clients';
const POLICIES = Object.keys(PLACEMENT_POLICIES) as PlacementPolicy[];
const OPERATORS_SALT = 0x5eed;
/** What an operator hears of a job that went on meanwhile. */
const REFUSALS = ['JOB_STATE_UNFIT', 'JOB_UNKNOWN', 'JOB_RETIRED'];
type Callable = Pick<MethodCodec<unknown, unknown, unknown, unknown>, 'requestSerialize' | 'responseDeserialize'>;
/** Of a job whose mode does not want idempotency: its submission is not repeated when the outcome is unknown. */
const KEYLESS_RATE = 0.1;

/** Clients of the cluster: they submit, repeat, cancel and read through any coordinator, and check what they are told. */
export class SchedulerClients {
  readonly acknowledged = new Set<string>();
  readonly latencies = new LatencyHistogram();
  readonly idle = new EventEmitter();
  retries = 0;
  reads = 0;
  private readonly process: SimulatedProcess;
  private readonly operators: Operators;
  private readonly seenRevision = new Map<string, number>();
  private submitted = 0;
  private submissions = 0;
  private stopped = false;
  private underWay = 0;
  private readonly schedules: ScheduleClients;

  constructor(private readonly modules: ClientModules) {
    const clock = new MachineClock(modules.time, 1, 0);
    this.process = new SimulatedProcess(MACHINE, clock, modules.time);
    this.operators = new Operators({
      ...{ plan: modules.plan, random: new SeededRandom(modules.plan.seed ^ OPERATORS_SALT), checker: modules.checker },
      call: (method, request) => this.call(method, METHODS[method] as Callable, request, true, DEADLINE_MS, REFUSALS),
      wait: (delayMs) => this.wait(delayMs),
      go: (work) => this.go(work),
    });
    this.schedules = new ScheduleClients({
      random: modules.random.fork(),
      wait: (delayMs) => this.wait(delayMs),
      call: async (method, request, repeat, allowed) => {
        const codec = METHODS[method] as Callable;
        await this.call<unknown, unknown>(method, codec, request, repeat, DEADLINE_MS, allowed);
      },
      isStopped: () => this.stopped,
    });
  }

  /** Calls that have no answer yet, and what operators have begun and will take back. */
  get unanswered(): number {
    return this.underWay + this.operators.underWay;
  }

  start(): void {
    this.operators.start();
    for (let index = 0; index < this.modules.plan.clients; index += 1) this.go(this.loop());
    this.go(this.schedules.run());
  }

  stop(): void {
    this.stopped = true;
    this.operators.stop();
  }

  /** Whoever makes schedules is through, and none fires any more. */
  get schedulesRest(): boolean {
    return this.schedules.quiet;
  }

  /** What a client finds ends the run; nobody else waits for it. */
  private go(work: Promise<void>): void {
    work.catch((error: unknown) => this.modules.failed(error));
  }

  private async loop(): Promise<void> {
    const { plan, random } = this.modules;
    while (!this.stopped && this.submitted < plan.jobs) {
      await this.wait(random.between(0.2, 1.8) * plan.meanThinkMs * plan.clients);
      if (this.stopped) return;
      const jobIds = await this.submit();
      const jobId = jobIds[0];
      if (jobId === undefined) continue;
      if (random.chance(0.5)) this.go(this.read(jobId));
      if (random.chance(plan.cancelRate)) this.go(this.cancelLater(jobId));
    }
  }

  private async submit(): Promise<readonly string[]> {
    const { random, checker, time } = this.modules;
    const count = random.pick([1, 2, 3, 4, 6]);
    this.submitted += count;
    const key = random.chance(KEYLESS_RATE) ? '' : `key-${(this.submissions += 1)}`;
    const specs = Array.from({ length: count }, () => jobSpecToWire(this.spec()));
    const sinceMs = time.nowMs;
    const ask = (deadlineMs?: number) =>
      this.call('submit', METHODS.submit, { specs, idempotencyKey: key }, key !== '', deadlineMs);
    const answer = await ask();
    if (answer === undefined) return [];
    this.latencies.record(time.nowMs - sinceMs);
    checker.submitted(key, answer.jobIds, answer.replayed);
    for (const jobId of answer.jobIds) {
      checker.expect(checker.jobs.has(jobId), 'what is acknowledged is applied', () => jobId);
      this.acknowledged.add(jobId);
    }
    if (key !== '' && random.chance(0.1)) {
      const again = await ask();
      if (again !== undefined) checker.submitted(key, again.jobIds, again.replayed);
    }
    return answer.jobIds;
  }

  /** P7: whoever asks any coordinator sees the job, and nothing older than what anybody has seen before. */
  private async read(jobId: string): Promise<void> {
    const { checker } = this.modules;
    const atLeast = this.seenRevision.get(jobId) ?? 0;
    const answer = await this.call('getJob', METHODS.getJob, { jobId }, true);
    if (answer === undefined) return;
    this.reads += 1;
    const revision = Number(answer.job?.revision ?? 0);
    checker.expect(revision >= atLeast, 'P7 reads are linearizable', () => `${jobId}: ${revision} after ${atLeast}`);
    this.seenRevision.set(jobId, Math.max(this.seenRevision.get(jobId) ?? 0, revision));
  }

  private async cancelLater(jobId: string): Promise<void> {
    await this.wait(this.modules.random.between(0, 1_500));
    await this.call('cancel', METHODS.cancel, { jobId, reason: 'simulated' }, true);
  }

  /** Asks one coordinator after the other; undefined when nobody knows the outcome and it must not be repeated. */
  private async call<RequestInput, Response>(
    method: string,
    codec: Pick<MethodCodec<unknown, RequestInput, Response, unknown>, 'requestSerialize' | 'responseDeserialize'>,
    request: RequestInput,
    repeat: boolean,
    deadlineMs = DEADLINE_MS,
    refusals: readonly string[] = [],
  ): Promise<Response | undefined> {
    const { random, streams, coordinators, checker } = this.modules;
    this.underWay += 1;
    try {
      for (let tries = random.integer(0, coordinators.length - 1); ; tries += 1) {
        const to = coordinators[tries % coordinators.length] ?? '';
        try {
          const caller = { machine: MACHINE, process: this.process, streams };
          return await unaryCall(caller, to, method, codec, request, deadlineMs);
        } catch (error) {
          const failure = toRpcError(error);
          if (refusals.includes(failure.reason)) return undefined;
          // Members that were never all up together have not agreed on the newest level yet.
          const retryable = isTransient(failure) || failure.reason === 'FEATURE_LEVEL_TOO_LOW';
          const detail = (): string => `${method}: ${failure.status} ${failure.reason} ${failure.message}`;
          checker.expect(retryable, 'no client is answered by anything but success or try again', detail);
          this.retries += 1;
          if (!repeat && failure.reason !== 'NO_LEADER' && failure.reason !== 'OVERLOADED') return undefined;
        }
        await this.wait(random.between(20, 300));
      }
    } finally {
      this.underWay -= 1;
    }
  }

  private spec(): JobSpec {
    const { random, plan } = this.modules;
    const mode = random.pick(['oneLiveHolder', 'oneLiveHolder', 'oneLiveHolder', 'atLeastOnce', 'atMostOnce'] as const);
    const queue = random.pick(['default', 'default', 'default', ...Object.keys(plan.queues)]);
    const placement: PlacementPolicy = random.chance(0.4) ? 'leastLoaded' : random.pick(POLICIES);
    const exitCode = random.chance(0.1) ? 1 : 0;
    // The longer ones outlast the leases of a worker that is cut off.
    const workMs = random.chance(0.2) ? random.integer(2_500, 5_500) : random.integer(10, plan.maxWorkMs);
    return {
      task: {
        ...{ kind: 'exec', command: 'simulated', args: commandLine(workMs, exitCode, random.chance(0.2)) },
        ...{ env: {}, cwd: '', stdin: '', user: '' },
      },
      queue,
      ...this.timing(mode),
      ...(queue === 'keyed' || queue === 'slow' ? { limitKey: `customer-${random.integer(1, 10)}` } : {}),
      labels: {},
      workerLabels: random.chance(0.15) ? { zone: random.pick(['a', 'b']) } : {},
      placement,
      placementKey: placement.endsWith('Hash') ? `ring-${random.integer(1, 5)}` : '',
      ...(placement === 'spread' && random.chance(0.5) ? { placementOptions: { spreadLabel: 'zone' } } : {}),
      mode,
      lostAfterMs: random.pick([3_000, 3_000, 4_000, 6_000]),
      startToCloseTimeoutMs: random.chance(0.1) ? random.integer(200, 2_000) : 0,
      killGraceMs: random.pick([100, 500]),
      maxLostAttempts: random.pick([3, 5, 1_000]),
    };
  }

  /** When and how often it runs. */
  private timing(mode: JobSpec['mode']): Partial<JobSpec> {
    const { random } = this.modules;
    const retry: RetryPolicy = {
      maxAttempts: random.integer(2, 4),
      backoff: 'exponential',
      initialMs: 100,
      maxMs: 1_500,
      jitterPercent: 30,
      notRetriedExitCodes: [],
      notRetriedErrors: ['timedOut'],
    };
    return {
      ...(random.chance(0.2) ? { priority: random.integer(-2, 2) || 1 } : {}),
      ...(random.chance(0.1) ? { delayMs: random.integer(50, 2_500) } : {}),
      ...(random.chance(0.05) ? { scheduleToStartTimeoutMs: random.integer(200, 2_000) } : {}),
      ...(mode !== 'atMostOnce' && random.chance(0.4) ? { retry } : {}),
    };
  }

  private wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.process.after(delayMs, () => resolve()));
  }
}

function isTransient(error: RpcError): boolean {
  return ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'ABORTED', 'CANCELLED'].includes(error.status);
}
