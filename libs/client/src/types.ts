/** Where a job stands. `succeeded`, `failed`, `cancelled` and `expired` are final. */
export type JobState =
  | 'waiting'
  | 'ready'
  | 'assigned'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'expired'
  /** A state that a newer cluster knows and this library doesn't. */
  | 'unknown';

export type AttemptState =
  'assigned' | 'starting' | 'running' | 'succeeded' | 'failed' | 'timedOut' | 'cancelled' | 'lost' | 'unknown';

/** What happens to an attempt whose worker can't be reached. */
export type ExecutionMode = 'oneLiveHolder' | 'atLeastOnce' | 'atMostOnce';

/** How a worker is chosen among those that can run a job and have room: see docs/PLACEMENT.md. */
export type PlacementPolicy =
  | 'leastLoaded'
  | 'consistentHash'
  | 'random'
  | 'roundRobin'
  | 'weightedRoundRobin'
  | 'powerOfChoices'
  | 'boundedHash'
  | 'binPack'
  | 'spread';

/** What a policy goes by; each is for one policy alone. */
export interface PlacementOptions {
  /** `powerOfChoices`: workers that are drawn, 2 to 16; default 2. */
  readonly choices?: number;
  /** `boundedHash`: the most that a worker may be loaded, in percent of the mean by capacity, 101 to 1,000; default 125. */
  readonly loadFactorPercent?: number;
  /** `spread`: the label of workers over whose values jobs are spread first, such as `zone`; default: over workers alone. */
  readonly spreadLabel?: string;
}

/** A process, run by a worker agent. */
export interface ExecTaskSpec {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the agent's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory; by default a directory of the attempt's own. */
  readonly cwd?: string;
  readonly stdin?: Uint8Array;
  /** User to run as; by default the agent's own. */
  readonly user?: string;
  /** By default the agent's own. */
  readonly limits?: ExecLimits;
}

/** Limits of a process. */
export interface ExecLimits {
  /** File mode bits to clear, 0 to 0o777. */
  readonly umask?: number;
  /** Each name once. */
  readonly ulimits?: readonly Ulimit[];
  /** Limits of a control group of the attempt's own. */
  readonly memoryMaxBytes?: number;
  /** Of one processor: 150 is one and a half. */
  readonly cpuMaxPercent?: number;
  readonly pidsMax?: number;
  /** Where the host can't enforce a limit of a control group: `require` fails the attempt (the default), `prefer` runs it without. */
  readonly policy?: LimitsPolicy;
}

export type LimitsPolicy = 'require' | 'prefer';

/** A resource limit of POSIX, in the kernel's own unit (bytes, seconds, a count); -1 is unlimited. */
export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** A request over HTTP, made by a worker agent. The attempt's `result` tells the answer; see {@link readHttpResult}. */
export interface HttpTaskSpec {
  /** Absolute, http or https, without user and password. */
  readonly url: string;
  /** Default: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The job fails when the answer has another status; default: 200 to 299. */
  readonly expectedStatuses?: readonly StatusRange[];
  /** For the whole of it, redirects included; default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Redirects that are followed, up to 20; default none: an answer that redirects is an answer like any other. */
  readonly maxRedirects?: number;
}

/** Inclusive. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** A function that a {@link SynodWorker} registered under this name. */
export interface HandlerTaskSpec {
  readonly handler: string;
  /** At most 256 KiB. */
  readonly payload?: Uint8Array;
  /** Instead of `payload`: anything that JSON can say, sent as JSON. A job that was read has `payload` only. */
  readonly json?: unknown;
}

export type Backoff = 'fixed' | 'linear' | 'exponential';

/** When a job whose attempt failed or timed out runs again. Lost attempts are another matter: see `maxLostAttempts`. */
export interface RetryPolicy {
  /** Attempts that may fail before the job does, the first one included: 1 to 1,000; default 3. */
  readonly maxAttempts?: number;
  /** Default: `exponential`. */
  readonly backoff?: Backoff;
  /** Wait after the first failure: up to a day; default 1,000. */
  readonly initialMs?: number;
  /** The longest wait: up to 7 days; default an hour. */
  readonly maxMs?: number;
  /** So much of a wait may be taken off it, 0 to 100; default 20. */
  readonly jitterPercent?: number;
  /** Exit statuses after which the job fails at once. */
  readonly notRetriedExitCodes?: readonly number[];
  /** Names of errors after which it fails at once; `timedOut` is one. */
  readonly notRetriedErrors?: readonly string[];
}

export interface JobOptions {
  /** Default: `default`. */
  readonly queue?: string;
  /** At most 64. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels that a worker must have, with these values. */
  readonly workerLabels?: Readonly<Record<string, string>>;
  /** Default: what the queue says, else `leastLoaded`. */
  readonly placement?: PlacementPolicy;
  /** Equal keys go to the same worker while it can take them; sets `placement` to `consistentHash` unless that is given. */
  readonly placementKey?: string;
  readonly placementOptions?: PlacementOptions;
  /** Default: `oneLiveHolder`. */
  readonly mode?: ExecutionMode;
  /** How long a worker may be unheard before its attempts count as lost: 3,000 to 86,400,000; default 10,000. */
  readonly lostAfterMs?: number;
  /** Time from start to forced end; default none. */
  readonly startToCloseTimeoutMs?: number;
  /** Time between SIGTERM and SIGKILL: up to 3,600,000; default 5,000. */
  readonly killGraceMs?: number;
  /** After so many lost attempts the job fails rather than run again: 1 to 1,000; default 10. */
  readonly maxLostAttempts?: number;
  /** Higher ones are assigned first: -1,000 to 1,000; default 0. */
  readonly priority?: number;
  /** The job waits so long from its submission; not together with `runAtMs`. */
  readonly delayMs?: number;
  /** It waits until this time, in Unix milliseconds. */
  readonly runAtMs?: number;
  /** A job that no worker has started by then expires. */
  readonly expiresAtMs?: number;
  /** The same, counted from the submission or the end of the delay. */
  readonly scheduleToStartTimeoutMs?: number;
  /** Default: an attempt that failed ends the job. */
  readonly retry?: RetryPolicy;
  /** Submitted when this job has failed or expired; it finds the id in `SYNOD_FAILED_JOB_ID` and the label `synod.failed-job`. */
  readonly onFailure?: JobSpec;
  /** Jobs of a queue with equal keys share its `maxRunningPerKey`. */
  readonly limitKey?: string;
}

/** What to run and how: exactly one of `exec`, `http` and `handler`. */
export type JobSpec = JobOptions &
  (
    | { readonly exec: ExecTaskSpec; readonly handler?: undefined; readonly http?: undefined }
    | { readonly handler: HandlerTaskSpec; readonly exec?: undefined; readonly http?: undefined }
    | { readonly http: HttpTaskSpec; readonly exec?: undefined; readonly handler?: undefined }
  );

/** One run of a job by one worker. */
export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  /** 64-bit decimal number, unique for each assignment and rising. */
  readonly fencingToken: string;
  readonly workerId: string;
  readonly state: AttemptState;
  readonly assignedAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  /** Exit status of the process; undefined when a signal ended it or it never ran. */
  readonly exitCode: number | undefined;
  /** Signal that ended the process, such as SIGKILL; empty when none did. */
  readonly signal: string;
  /** Why it ended so, for people. */
  readonly message: string;
  /** What a handler returned, or the answer to a request ({@link readHttpResult}). */
  readonly result: Uint8Array;
  /** The last part of a process's output. */
  readonly stdoutTail: Uint8Array;
  readonly stderrTail: Uint8Array;
}

export interface Job {
  readonly jobId: string;
  readonly state: JobState;
  readonly spec: JobSpec;
  /** Rises with each change. */
  readonly revision: number;
  readonly submittedAtMs: number;
  readonly finishedAtMs: number | undefined;
  readonly cancelRequested: boolean;
  readonly cancelReason: string;
  readonly lostAttempts: number;
  /** Attempts that were ended because their worker was drained; they don't count as lost. */
  readonly drainedAttempts: number;
  /** Attempts that failed, of a job with a retry policy. */
  readonly failedAttempts: number;
  /** What it waits for, and until when, in Unix milliseconds; 0 with `overlap`: for others of its schedule. */
  readonly waitReason: 'delay' | 'backOff' | 'overlap' | undefined;
  readonly waitsUntilMs: number | undefined;
  /** The last attempts, oldest first. */
  readonly attempts: readonly Attempt[];
}

/** One thing that keeps a job from starting. */
export interface Hindrance {
  /** `delay`, `backOff`, `queuePaused`, `queueFull`, `rateLimited`, `keyFull`, `noWorkers`, `workersUnfit`, …: new ones may come. */
  readonly code: string;
  readonly message: string;
  /** What would take it away, such as a command. */
  readonly remedy: string;
  /** When it ends by itself, in Unix milliseconds, if that is known. */
  readonly untilMs: number | undefined;
}

/** Why a job does not run. */
export interface Explanation {
  readonly state: JobState;
  /** Ready jobs of its queue that come before it; undefined unless it is ready. */
  readonly jobsBefore: number | undefined;
  readonly summary: string;
  /** Empty: nothing holds it. */
  readonly hindrances: readonly Hindrance[];
}

export interface JobFilter {
  /** Default: all. */
  readonly states?: readonly JobState[];
  readonly queue?: string;
  /** Only jobs that have all of these labels, with these values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Jobs asked for at once, 1 to 1,000; default 100. */
  readonly pageSize?: number;
}

/** A change of a job or a worker. */
export interface JobEvent {
  /** Opaque; give it to `watchEvents` to go on behind this event. */
  readonly cursor: string;
  readonly timeMs: number;
  /** `jobSubmitted`, `attemptAssigned`, `attemptStarted`, `attemptFinished`, `jobRetried`, `cancelRequested`, `jobFinished`, …: new ones may come. */
  readonly type: string;
  readonly jobId: string;
  /** 0 when the event is not about an attempt. */
  readonly attempt: number;
  readonly workerId: string;
  readonly fencingToken: string;
  readonly jobState: JobState | undefined;
  readonly attemptState: AttemptState | undefined;
  readonly exitCode: number | undefined;
  readonly message: string;
}

export interface WatchOptions {
  /** Go on behind this event; default: from now. */
  readonly cursor?: string;
  /** Only events of these jobs, at most 1,000; default: all. */
  readonly jobIds?: readonly string[];
  readonly types?: readonly string[];
  readonly signal?: AbortSignal;
}

export type LogStreamName = 'stdout' | 'stderr';

/** A piece of a process's output. Pieces of one stream of one attempt come in order and never overlap. */
export interface LogChunk {
  readonly attempt: number;
  readonly stream: LogStreamName;
  /** Position of the first byte of `data` in this stream of this attempt. */
  readonly position: number;
  readonly data: Uint8Array;
  /** True when bytes before `position` are gone. */
  readonly truncated: boolean;
  /**
   * When parts of `data` arrived at the worker, by rising position: each holds from its position to the next one's. The first may
   * lie before `data`. Empty when that isn't known.
   */
  readonly times: readonly LogTime[];
}

export interface LogTime {
  readonly position: number;
  readonly timeMs: number;
}

export interface LogOptions {
  /** Default: the last one or, when following, all from the current one on. */
  readonly attempt?: number;
  /** Waits for output that is still to come, until the job ends. */
  readonly follow?: boolean;
  /** Bytes of each stream to pass over, of the attempt that is read first: to go on where an earlier reading ended. */
  readonly positions?: { readonly stdout?: number; readonly stderr?: number };
  readonly signal?: AbortSignal;
}

/** Whether a fencing token may still write. */
export interface FenceCheck {
  /** At some moment during the call it was the token of the job's newest attempt, and that had not ended. */
  readonly current: boolean;
  /** Of the newest attempt; undefined before the first. */
  readonly newestToken: string | undefined;
  readonly jobState: JobState;
}

export type WorkerState = 'online' | 'lost' | 'left' | 'unknown';

/** `active`: may be given work. `cordoned`: gets none, what runs goes on. `draining`: gets none, and what runs is to end. */
export type WorkerScheduling = 'active' | 'cordoned' | 'draining' | 'unknown';

/** What a worker says of its host with each heartbeat. */
export interface WorkerLoad {
  /** Attempts that run, by the worker's own count. */
  readonly running: number;
  /** Load average of the last minute, by processor. */
  readonly loadPerProcessor: number;
  readonly freeMemoryBytes: number;
}

export interface Worker {
  readonly workerId: string;
  readonly incarnation: number;
  readonly state: WorkerState;
  readonly labels: Readonly<Record<string, string>>;
  /** Attempts at the same time. */
  readonly capacity: number;
  readonly activeAttempts: number;
  readonly runsExec: boolean;
  readonly runsHttp: boolean;
  readonly handlers: readonly string[];
  readonly version: string;
  readonly host: string;
  readonly scheduling: WorkerScheduling;
  /** Why it is not active; empty when it is. */
  readonly schedulingReason: string;
  /** When what runs on a draining worker is ended, to run elsewhere; undefined: never. */
  readonly evictAtMs: number | undefined;
  /** As of its last heartbeat; undefined when the leader has none. */
  readonly load: WorkerLoad | undefined;
  /** Coordinator that holds its session. */
  readonly coordinatorId: string;
  readonly registeredAtMs: number;
  /** Since the leader last heard of it; undefined when it never did. */
  readonly heardAgoMs: number | undefined;
}

export type MemberRole = 'leader' | 'follower' | 'candidate' | 'unreachable';

/** A member's disk: `low` and `slow` keep it from leading, a `full` one is written nothing. */
export type DiskState = 'ok' | 'low' | 'full' | 'slow' | 'unknown';

/** A snapshot on its way into a member that fell too far behind for the log. */
export interface SnapshotProgress {
  readonly fromId: string;
  readonly slot: number;
  readonly receivedRecords: number;
  /** 0 while unknown. */
  readonly totalRecords: number;
  readonly installing: boolean;
}

export interface ClusterMember {
  readonly id: string;
  readonly address: string;
  readonly role: MemberRole;
  readonly appliedSlot: number;
  readonly chosenThroughSlot: number;
  /** Equal on members with equal `appliedSlot`. */
  readonly stateHash: string;
  readonly happy: boolean;
  /** Why it isn't; empty when it is. */
  readonly problem: string;
  readonly incarnation: number;
  readonly version: string;
  /** Why it isn't fit to lead: `disk`, `diskFull`, `eventLoop`, `clock`; empty when it is. */
  readonly unfitReason: string;
  /** Slot of its durable image of the state; 0: none. */
  readonly imageSlot: number;
  /** Slots up to here are no longer in its log. */
  readonly trimmedThroughSlot: number;
  readonly logBytes: number;
  readonly needsSnapshot: boolean;
  readonly snapshot: SnapshotProgress | undefined;
  /** The level that its state is at, and the highest that it supports. */
  readonly featureLevel: number;
  readonly maxFeatureLevel: number;
  /** Damaged records of its log that are still to be fetched from others. */
  readonly damagedSlots: number;
  readonly diskState: DiskState;
  readonly diskFreeBytes: number;
  /** Its wall clock less the median of the members'; undefined while too few are heard. */
  readonly clockOffsetMs: number | undefined;
  /** Follows without a vote. */
  readonly learner: boolean;
}

export interface LeadershipTransfer {
  readonly leaderId: string;
  /** `alreadyLeader`: nothing had to be done. */
  readonly outcome: 'transferred' | 'alreadyLeader';
}

export interface ClusterStatus {
  readonly clusterId: string;
  /** Empty when there is none. */
  readonly leaderId: string;
  readonly members: readonly ClusterMember[];
  readonly jobsByState: Readonly<Record<string, number>>;
}

const FINAL_STATES: ReadonlySet<JobState> = new Set<JobState>(['succeeded', 'failed', 'cancelled', 'expired']);

/** Whether a job in this state has ended for good. */
export function isFinal(state: JobState): boolean {
  return FINAL_STATES.has(state);
}
