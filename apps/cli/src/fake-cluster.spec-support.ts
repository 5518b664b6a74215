import { createRpcServer, failedPrecondition, notFound, rpcError, serverStream } from '@synod/rpc';
import { unary, unimplemented, type RpcServer } from '@synod/rpc';
import {
  services,
  type WireAttemptInput,
  type WireEventInput,
  type WireExplainJobResponseInput,
  type WireGetJobLogsRequest,
  type WireGetJobLogsResponseInput,
  type WireJobInput,
  type WireGetClusterStatusResponseInput,
  type WireJobSpec,
  type WireListJobsRequest,
  type WireQueueInput,
  type WireShowPlacementResponseInput,
  type WireSimulatePlacementResponseInput,
  type WireWatchEventsResponseInput,
  type WireSetWorkerSchedulingRequest,
  type WireWorkerInput,
} from '@synod/wire';

interface Watcher {
  write(response: WireWatchEventsResponseInput): unknown;
  end(): void;
}

/** What becomes of a submitted job. */
export interface Fate {
  readonly state?: WireJobInput['state'];
  readonly attempt?: WireAttemptInput;
  readonly output?: readonly WireGetJobLogsResponseInput[];
  /** It runs until it is cancelled. */
  readonly runsOn?: boolean;
}

/** What the queue `mail` is like. */
const QUEUE: WireQueueInput = {
  queue: 'mail',
  settings: { maxRunning: 4, rate: { tokens: 10, perMs: 1_000, burst: 10 } },
  paused: true,
  pauseReason: 'server moves',
  ...{ revision: 3, waiting: 1, ready: 7, running: 4, deadLetters: 2, waitingForKey: 3, tokens: 0 },
  nextTokenMs: 1_700_000_000_000,
};

const EXPLAINED: WireExplainJobResponseInput = {
  state: 'JOB_STATE_READY',
  jobsBefore: 5,
  summary: 'queue mail is paused: server moves',
  hindrances: [
    { code: 'queuePaused', message: 'queue mail is paused: server moves', remedy: 'synod queue resume mail' },
    { code: 'rateLimited', message: 'its rate is used', remedy: 'wait', untilMs: 1_700_000_000_000 },
  ],
};

/** One coordinator with jobs in memory, on loopback: jobs end as their fate says. */
export class FakeCluster {
  address = '';
  readonly submitted: WireJobSpec[] = [];
  readonly keys: string[] = [];
  readonly keyLifetimesMs: string[] = [];
  readonly cancelled: { readonly jobId: string; readonly reason: string }[] = [];
  readonly listed: WireListJobsRequest[] = [];
  /** Requests to the placement service. */
  readonly placements: unknown[] = [];
  /** Changes of jobs and queues that were asked for. */
  readonly changes: unknown[] = [];
  readonly jobs = new Map<string, WireJobInput>();
  readonly logsAsked: WireGetJobLogsRequest[] = [];
  readonly scheduled: WireSetWorkerSchedulingRequest[] = [];
  /** What the worker w1 is like, and after how many looks at it its attempts have ended. */
  worker: WireWorkerInput = WORKER;
  looksUntilIdle = 0;
  events: WireEventInput[] = [];
  fate: Fate = {};
  /** Resolves when somebody watches events. */
  readonly watched: Promise<void>;
  private noteWatcher: () => void = () => undefined;
  private readonly watchers = new Set<Watcher>();
  private readonly logReaders = new Set<() => void>();
  private server: RpcServer | undefined;

  constructor() {
    this.watched = new Promise((resolve) => (this.noteWatcher = resolve));
  }

  async start(): Promise<this> {
    const server = createRpcServer({ security: { insecure: false }, reflection: false });
    server.addService(services.JobService, {
      submitJob: unary(async ({ spec, ...key }) => ({ jobId: this.submit(spec, key) })),
      submitJobs: unary(async ({ specs, ...key }) => ({ jobIds: specs.map((spec) => this.submit(spec, key)) })),
      submitStream: unimplemented,
      getJob: unary(async ({ jobId }) => ({ job: this.find(jobId) })),
      listJobs: unary(async (request) => {
        this.listed.push(request);
        return { jobs: [...this.jobs.values()].reverse(), nextPageToken: '' };
      }),
      cancelJob: unary(async ({ jobId, reason }) => this.cancel(jobId, reason)),
      retryJob: unary(async (request) => {
        this.changes.push({ retry: request.jobId, ifRevision: request.ifRevision });
        return { revision: 2 };
      }),
      changeJob: unary(async ({ jobId, priority, queue, ifRevision }) => {
        this.changes.push({ change: jobId, priority, queue, ifRevision });
        return { revision: 2 };
      }),
      explainJob: unary(async () => EXPLAINED),
      checkFence: unary(async ({ jobId, fencingToken }) => {
        const { state, attempts } = this.find(jobId);
        const newestToken = attempts?.at(-1)?.fencingToken;
        return {
          current: newestToken === fencingToken,
          newestToken: String(newestToken),
          jobState: state ?? 'JOB_STATE_UNSPECIFIED',
        } as const;
      }),
      watchEvents: serverStream((_request, stream) => {
        this.watchers.add(stream);
        this.noteWatcher();
        stream.write({ events: this.events, cursor: 'c1' });
      }),
      getJobLogs: serverStream((request, stream) => {
        const { jobId } = request;
        this.logsAsked.push(request);
        const { state } = this.find(jobId);
        for (const chunk of this.fate.output ?? []) stream.write(chunk);
        if (state === 'JOB_STATE_RUNNING') this.logReaders.add(() => stream.end());
        else stream.end();
      }),
    });
    server.addService(services.WorkerService, {
      listWorkers: unary(async () => ({ workers: [this.worker] })),
      getWorker: unary(async ({ workerId }) => ({ worker: this.look(workerId) })),
      setWorkerScheduling: unary(async (request) => {
        this.worker = { ...this.look(request.workerId), scheduling: request.scheduling };
        this.scheduled.push(request);
        return {};
      }),
    });
    server.addService(services.QueueService, {
      listQueues: unary(async () => ({ queues: [QUEUE] })),
      getQueue: unary(async () => ({ queue: QUEUE })),
      setQueue: unary(async ({ queue, settings, ifRevision }) => {
        this.changes.push({ set: queue, settings, ifRevision });
        return { revision: 4 };
      }),
      pauseQueue: unary(async ({ queue, reason }) => {
        this.changes.push({ pause: queue, reason });
        return { revision: 4 };
      }),
      resumeQueue: unary(async ({ queue }) => {
        this.changes.push({ resume: queue });
        return { revision: 4 };
      }),
      resetQueue: unary(async ({ queue }) => {
        this.changes.push({ reset: queue });
        return {};
      }),
      redriveQueue: unary(async ({ queue, limit }) => {
        this.changes.push({ redrive: queue, limit });
        // First as many as were asked for, with more to come.
        return limit > 5 ? { redriven: 5, more: true } : { redriven: limit, more: false };
      }),
    });
    server.addService(services.PlacementService, {
      showPlacement: unary(async (request) => {
        this.placements.push(request);
        return SHOWN;
      }),
      simulatePlacement: unary(async (request) => {
        this.placements.push(request);
        return SIMULATED;
      }),
    });
    server.addService(services.ClusterService, {
      getClusterStatus: unary(async () => STATUS),
      transferLeadership: unary(async ({ targetId }) => {
        if (targetId === 'c3') throw failedPrecondition('TRANSFER_REFUSED', "c3 can't lead now.");
        const already = targetId === 'c2';
        const outcome = already ? 'TRANSFER_OUTCOME_ALREADY_LEADER' : 'TRANSFER_OUTCOME_TRANSFERRED';
        return { leaderId: targetId === '' ? 'c1' : targetId, outcome } as const;
      }),
      getMemberStatus: unimplemented,
    });
    this.address = await server.listen('127.0.0.1:0');
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    for (const watcher of this.watchers) watcher.end();
    for (const end of this.logReaders) end();
    await this.server?.stop(0);
  }

  private submit(
    spec: WireJobSpec | null,
    key: { readonly idempotencyKey: string; readonly idempotencyKeyLifetimeMs: string },
  ): string {
    if (spec === null || spec.exec?.command === 'refused')
      throw rpcError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'bad', {
        violations: [{ field: 'spec.exec.command', description: 'no' }],
      });
    this.submitted.push(spec);
    this.keys.push(key.idempotencyKey);
    this.keyLifetimesMs.push(key.idempotencyKeyLifetimeMs);
    const jobId = `j${this.submitted.length}`;
    const { state = 'JOB_STATE_SUCCEEDED', attempt, runsOn } = this.fate;
    const attempts = [{ attempt: 1, fencingToken: '281474976710657', workerId: 'w1', assignedAtMs: '1', ...attempt }];
    const running = runsOn === true ? ('JOB_STATE_RUNNING' as const) : state;
    this.jobs.set(jobId, { jobId, spec, state: running, submittedAtMs: '1700000000000', revision: '1', attempts });
    return jobId;
  }

  private look(workerId: string): WireWorkerInput {
    if (workerId !== 'w1') throw notFound('WORKER_UNKNOWN', `there is no worker ${workerId}`);
    this.looksUntilIdle -= 1;
    if (this.looksUntilIdle === 0) this.worker = { ...this.worker, activeAttempts: 0 };
    return this.worker;
  }

  private find(jobId: string): WireJobInput {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw notFound('JOB_UNKNOWN', `there is no job ${jobId}; see: synod jobs`);
    return job;
  }

  private cancel(jobId: string, reason: string) {
    const job = this.find(jobId);
    const alreadyFinal = job.state !== 'JOB_STATE_RUNNING';
    this.cancelled.push({ jobId, reason });
    if (!alreadyFinal) {
      this.jobs.set(jobId, { ...job, state: 'JOB_STATE_CANCELLED', cancelReason: reason });
      for (const end of this.logReaders) end();
      for (const watcher of this.watchers)
        watcher.write({ events: [{ type: 'jobFinished', jobId, cursor: 'c2' }], cursor: 'c2' });
    }
    return { alreadyFinal };
  }
}

const WORKER: WireWorkerInput = {
  workerId: 'w1',
  incarnation: '1',
  state: 'WORKER_STATE_ONLINE',
  labels: { zone: 'a' },
  capacity: 8,
  activeAttempts: 2,
  runsExec: true,
  runsHttp: true,
  handlers: ['resize'],
  host: 'host1',
  load: { running: 2, loadPerProcessor: 0.5, freeMemoryBytes: '1073741824' },
  coordinatorId: 'c1',
};

const STATUS: WireGetClusterStatusResponseInput = {
  clusterId: 'k1',
  leaderId: 'c2',
  members: [
    {
      id: 'c1',
      address: '127.0.0.1:7401',
      role: 'MEMBER_ROLE_FOLLOWER',
      appliedSlot: '17',
      stateHash: '00000000000000aa',
      problem: 'needsSnapshot',
      needsSnapshot: true,
      snapshot: { fromId: 'c2', slot: '15', receivedRecords: '40', totalRecords: '100', installing: false },
    },
    {
      id: 'c2',
      address: '127.0.0.1:7402',
      role: 'MEMBER_ROLE_LEADER',
      appliedSlot: '18',
      stateHash: '00000000000000ab',
      imageSlot: '16',
      trimmedThroughSlot: '9',
      logBytes: '1572864',
      featureLevel: 1,
      maxFeatureLevel: 2,
      diskState: 'DISK_STATE_LOW',
      diskFreeBytes: '314572800',
      clockOffsetMs: '-12',
    },
    { id: 'c3', address: '127.0.0.1:7403' },
  ],
  jobsByState: { ready: '3', failed: '0' },
};

export function output(stream: 'STDOUT' | 'STDERR', position: number, data: string): WireGetJobLogsResponseInput {
  return { attempt: 1, stream: `LOG_STREAM_${stream}`, position, data: Buffer.from(data, 'latin1') };
}

const SHOWN: WireShowPlacementResponseInput = {
  ...{ owner: 'w1', chosen: 'w2' },
  preferred: [
    { workerId: 'w1', verdict: 'PLACEMENT_VERDICT_FULL', weight: 0.5, activeAttempts: 4, capacity: 4 },
    { workerId: 'w2', verdict: 'PLACEMENT_VERDICT_FREE', weight: 0.5, activeAttempts: 0, capacity: 4 },
  ],
};

const SIMULATED: WireSimulatePlacementResponseInput = {
  ...{ keys: 2, movedKeys: 1, moves: [{ key: 'customer-1', from: 'w1', to: 'w2' }] },
  ...{ movedShare: 0.26, leastShare: 0.25, jobs: 3, placedBefore: 3, placedAfter: 3, movedJobs: 3, attemptsLeaving: 1 },
  workers: [
    {
      ...{ workerId: 'w1', change: 'WORKER_CHANGE_LEAVES', activeAttempts: 4, capacity: 4 },
      ...{ shareBefore: 0.25, shareAfter: 0, jobsBefore: 3, jobsAfter: 0 },
    },
  ],
};
