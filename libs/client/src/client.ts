import type { Clock, Timers } from '@synod/base';
import { callUnary } from '@synod/rpc';
import { addressesOr } from './addresses.js';
import { Calls, type CallOptions, type UnavailableNotice } from './calls.js';
import { Channels, type ClientSecurity } from './channels.js';
import { clusterStatusFromWire, transferFromWire } from './convert/cluster.js';
import { explanationFromWire } from './convert/job.js';
import { keyPlacementFromWire, showPlacementToWire } from './convert/placement.js';
import { simulatePlacementToWire, simulationFromWire } from './convert/placement.js';
import { specToWire } from './convert/spec.js';
import { checkFence, getJob, listJobs } from './jobs.js';
import { keyOf } from './own-keys.js';
import { readLogs } from './logs.js';
import type {
  KeyPlacement,
  PlacementSimulation,
  ShowPlacementQuery,
  SimulatePlacementQuery,
} from './placement-types.js';
import { readProgress, type JobProgress } from './progress.js';
import { QueuesClient } from './queues.js';
import { Schedules } from './schedules.js';
import { Submitter, type SubmitterOptions } from './submitter.js';
import { systemTime } from './system-time.js';
import type {
  ClusterStatus,
  Explanation,
  FenceCheck,
  LeadershipTransfer,
  Job,
  JobEvent,
  JobFilter,
  JobSpec,
  LogChunk,
  LogOptions,
  WatchOptions,
  Worker,
} from './types.js';
import { waitForJob, type WaitOptions } from './wait.js';
import { watch } from './watch.js';
import { getWorker, listWorkers, setWorkerScheduling, type WorkerSchedulingChange } from './workers.js';

export interface SynodClientOptions {
  /**
   * Coordinators as host:port; any of them will do, the others are for when it fails. Default: those that the environment variable
   * `SYNOD_ADDRESS` names, separated by commas; else 127.0.0.1:7401, :7402 and :7403, where `synod dev` puts them.
   */
  readonly addresses?: readonly string[];
  readonly security?: ClientSecurity;
  /** Whole time for one call with all its retries; default 30,000. */
  readonly deadlineMs?: number;
  /** How long to look for a first coordinator; default: as long as `deadlineMs`. */
  readonly connectDeadlineMs?: number;
  /** Told at each failed try, so that a long outage can be shown. */
  readonly onUnavailable?: (notice: UnavailableNotice) => void;
}

/** @internal For tests: another clock. */
export interface SynodClientModules {
  readonly time: Clock & Timers;
}

export interface SubmitOptions extends CallOptions {
  /** The same key again gives the first answer, not another job; at most 256 characters. Default: a new one for each call. */
  readonly idempotencyKey?: string;
  /** For how long the key is remembered: a second to 7 days; default 24 hours. */
  readonly idempotencyKeyLifetimeMs?: number;
}

export interface JobChange {
  readonly priority?: number;
  readonly queue?: string;
  /** Rejects with `aborted` unless the job has this revision. */
  readonly ifRevision?: number;
}

export interface SubmitResult {
  readonly jobId: string;
  /** True when the key was used before, and this is the answer of then. */
  readonly replayed: boolean;
}

const DEFAULT_DEADLINE_MS = 30_000;

/**
 * Submits jobs and follows them. Every call finds a coordinator that answers, and repeats what was lost on the way; a submit
 * carries an idempotency key, so that a repetition never makes a second job. All errors are `SynodClientError`s.
 */
export class SynodClient {
  /** Jobs that are submitted again and again. */
  readonly schedules: Schedules;
  private readonly calls: Calls;
  /** What is set of queues, and what is in them. */
  readonly queues: QueuesClient;

  constructor(options?: SynodClientOptions);
  /** @internal */
  constructor(options: SynodClientOptions, modules?: SynodClientModules);
  constructor(options: SynodClientOptions = {}, { time }: SynodClientModules = { time: systemTime }) {
    const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
    this.calls = new Calls(
      new Channels(addressesOr(options.addresses), options.security ?? {}),
      { deadlineMs, connectDeadlineMs: options.connectDeadlineMs ?? deadlineMs, onUnavailable: options.onUnavailable },
      time,
    );
    this.schedules = new Schedules(this.calls);
    this.queues = new QueuesClient(this.calls);
  }

  /** Resolves when a quorum of coordinators has the job on disk. */
  async submit(
    spec: JobSpec,
    { idempotencyKey, idempotencyKeyLifetimeMs, ...options }: SubmitOptions = {},
  ): Promise<SubmitResult> {
    const request = { spec: specToWire(spec), ...keyOf(idempotencyKey, idempotencyKeyLifetimeMs) };
    const { jobId, replayed } = await this.calls.withFailover(
      ({ jobs }, once) => callUnary(jobs, 'submitJob', request, once),
      options,
    );
    return { jobId, replayed };
  }

  /** All or none, in one call: at most 10,000 jobs or 4 MiB. Ids come in the order of the specs. */
  async submitMany(
    specs: readonly JobSpec[],
    { idempotencyKey, idempotencyKeyLifetimeMs, ...options }: SubmitOptions = {},
  ): Promise<readonly string[]> {
    const request = { specs: specs.map(specToWire), ...keyOf(idempotencyKey, idempotencyKeyLifetimeMs) };
    const { jobIds } = await this.calls.withFailover(
      ({ jobs }, once) => callUnary(jobs, 'submitJobs', request, once),
      options,
    );
    return jobIds;
  }

  /** For thousands of jobs a second: batches by itself, on one stream. */
  submitter(options?: SubmitterOptions): Submitter {
    return new Submitter(this.calls, options);
  }

  /** @throws SynodClientError `notFound` */
  get(jobId: string, options?: CallOptions): Promise<Job> {
    return getJob(this.calls, jobId, options);
  }

  /** Newest first; pages are fetched as they are read. */
  list(filter: JobFilter = {}): AsyncIterableIterator<Job> {
    return listJobs(this.calls, filter);
  }

  /** Resolves when the cancellation is decided; the job ends soon after. True when it had ended before. */
  async cancel(
    jobId: string,
    { reason = '', ...options }: CallOptions & { readonly reason?: string } = {},
  ): Promise<{ readonly alreadyFinal: boolean }> {
    const { alreadyFinal } = await this.calls.withFailover(
      ({ jobs }, once) => callUnary(jobs, 'cancelJob', { jobId, reason }, once),
      options,
    );
    return { alreadyFinal };
  }

  /**
   * Runs a job again that has ended, under its id, or ends the wait of one that waits. Rejects with `failedPrecondition` in any other
   * state, and when it ended too long ago; with `aborted` when it hasn't the revision of `ifRevision`. A call that was repeated
   * because its answer was lost may be told `failedPrecondition` though it took effect.
   */
  async retry(
    jobId: string,
    { ifRevision = 0, ...options }: CallOptions & { readonly ifRevision?: number } = {},
  ): Promise<void> {
    await this.calls.withFailover(
      ({ jobs }, once) => callUnary(jobs, 'retryJob', { jobId, ifRevision }, once),
      options,
    );
  }

  /** Another priority or queue for a job that no worker has. */
  async change(jobId: string, { ifRevision = 0, priority, queue, ...options }: CallOptions & JobChange): Promise<void> {
    const request = { jobId, ifRevision, ...(priority === undefined ? {} : { priority }), queue: queue ?? '' };
    await this.calls.withFailover(({ jobs }, once) => callUnary(jobs, 'changeJob', request, once), options);
  }

  /** Why a job does not run, and what would start it. */
  async explain(jobId: string, options: CallOptions = {}): Promise<Explanation> {
    const response = await this.calls.withFailover(
      ({ jobs }, once) => callUnary(jobs, 'explainJob', { jobId }, once),
      options,
    );
    return explanationFromWire(response);
  }

  /** Resolves with the job when it has ended, whatever happens to coordinators meanwhile. */
  wait(jobId: string, options: WaitOptions = {}): Promise<Job> {
    return waitForJob(this.calls, jobId, options);
  }

  /** Output of a command, or the log of a handler, each byte once. */
  logs(jobId: string, options: LogOptions = {}): AsyncIterableIterator<LogChunk> {
    return readLogs(this.calls, jobId, options);
  }

  /**
   * What a job says of its progress, through all of its attempts, until it ends: by a handler's `progress`, or by lines of a command's
   * stdout such as `[progress 40%] 4 of 10 files`.
   */
  progress(jobId: string, options: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<JobProgress> {
    return readProgress(this.calls, jobId, options);
  }

  /** Events from now, or from behind a cursor; goes on elsewhere when its coordinator is lost. `outOfRange`: the cursor is too old. */
  async *watchEvents(options: WatchOptions = {}): AsyncGenerator<JobEvent, void, undefined> {
    for await (const step of watch(this.calls, options)) if (step.kind === 'events') yield* step.events;
  }

  /**
   * Whether a fencing token may still write, for resources that can't compare tokens themselves. Linearizable. A write that follows
   * is protected only if the resource remembers the highest token it saw. `notFound`: there is no such job.
   */
  checkFence(jobId: string, fencingToken: string, options?: CallOptions): Promise<FenceCheck> {
    return checkFence(this.calls, jobId, fencingToken, options);
  }

  /** Sorted by id; with `includeGone` also those that are lost or left. */
  workers(options: CallOptions & { readonly includeGone?: boolean } = {}): Promise<readonly Worker[]> {
    return listWorkers(this.calls, options);
  }

  /** @throws SynodClientError `notFound` */
  worker(workerId: string, options: CallOptions = {}): Promise<Worker> {
    return getWorker(this.calls, workerId, options);
  }

  /** Resolves when it is decided. `failedPrecondition` while a member of the cluster runs a program that can't do it. */
  setWorkerScheduling(workerId: string, change: WorkerSchedulingChange, options: CallOptions = {}): Promise<void> {
    return setWorkerScheduling(this.calls, workerId, change, options);
  }

  /** The cluster as one coordinator sees it by asking the others. */
  async clusterStatus(options: CallOptions = {}): Promise<ClusterStatus> {
    const response = await this.calls.withFailover(
      ({ cluster }, once) => callUnary(cluster, 'getClusterStatus', {}, once),
      options,
    );
    return clusterStatusFromWire(response);
  }

  /** Who owns a key, and who would get a job of it now. */
  async showPlacement(query: ShowPlacementQuery, options: CallOptions = {}): Promise<KeyPlacement> {
    const request = showPlacementToWire(query);
    const response = await this.calls.withFailover(
      ({ placement }, once) => callUnary(placement, 'showPlacement', request, once),
      options,
    );
    return keyPlacementFromWire(response);
  }

  /** What would move if workers came, went, or a queue were placed otherwise; nothing is changed. */
  async simulatePlacement(query: SimulatePlacementQuery, options: CallOptions = {}): Promise<PlacementSimulation> {
    const request = simulatePlacementToWire(query);
    const response = await this.calls.withFailover(
      ({ placement }, once) => callUnary(placement, 'simulatePlacement', request, once),
      options,
    );
    return simulationFromWire(response);
  }

  /**
   * Hands the lead to the member `to`, or to the one that is furthest. Rejects with `failedPrecondition` when it can't lead now, and
   * with `aborted` when it didn't take over in time: then the leader goes on.
   */
  async transferLeadership(to = '', options: CallOptions = {}): Promise<LeadershipTransfer> {
    const response = await this.calls.withFailover(
      ({ cluster }, once) => callUnary(cluster, 'transferLeadership', { targetId: to }, once),
      options,
    );
    return transferFromWire(response);
  }

  /** Closes all connections; what is under way fails. Twice is fine. */
  close(): void {
    this.calls.channels.close();
  }
}
