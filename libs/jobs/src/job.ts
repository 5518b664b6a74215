import type { PlacementOptions, PlacementPolicy } from './placement.js';
import type { Firing } from './schedule.js';

/** Bytes as base64 text: opaque to the state machine, encoded and decoded at the edges. */
export type Base64 = string;

/** Identity of a job, minted when its submission is applied: ids sort by creation. See `mintJobId`. */
export type JobId = string;

/**
 * Fencing token of an assignment: unique for each, rising within a group. On the wire it is one 64-bit number,
 * generation * 2^48 + counter. Restoring a backup raises the generation.
 */
export interface FencingToken {
  readonly generation: number;
  readonly counter: number;
}

/** A process: started by the guard as the leader of a process group of its own. */
export interface ExecTask {
  readonly kind: 'exec';
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; empty means the attempt's own directory. */
  readonly cwd: string;
  readonly stdin: Base64;
  /** User to run as; empty means the agent's own. */
  readonly user: string;
  /** What the process may use; absent means the agent's own limits, as in all that feature level 1 wrote. */
  readonly limits?: ExecLimits;
}

export type UlimitName = 'as' | 'core' | 'cpu' | 'fsize' | 'nofile' | 'nproc' | 'stack';

/** A resource limit of POSIX, in the kernel's own unit (bytes, seconds, a count); -1 is unlimited. */
export interface Ulimit {
  readonly name: UlimitName;
  readonly soft: number;
  readonly hard: number;
}

/** What happens where the host can't enforce a limit of a control group: the attempt fails, or runs with a warning. */
export type LimitsPolicy = 'require' | 'prefer';

/** Limits of an exec task. 0 of a control group's limit means none. */
export interface ExecLimits {
  /** File mode bits to clear, 0 to 0o777; absent means the agent's own. */
  readonly umask?: number;
  /** Sorted by name, each once. */
  readonly ulimits: readonly Ulimit[];
  readonly memoryMaxBytes: number;
  /** Of one processor: 150 is one and a half. */
  readonly cpuMaxPercent: number;
  readonly pidsMax: number;
  readonly policy: LimitsPolicy;
}

/** An inclusive range of statuses. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** A request over HTTP, made by the worker's guard. It fails unless the status is one of those expected. */
export interface HttpTask {
  readonly kind: 'http';
  readonly method: string;
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Base64;
  /** At least one. */
  readonly expectedStatuses: readonly StatusRange[];
  /** From the first connection to the end of the last answer, redirects included. */
  readonly requestTimeoutMs: number;
  /** Redirects that are followed; 0: an answer that redirects is an answer like any other. */
  readonly maxRedirects: number;
}

/** A function that a handler worker registered under a name. */
export interface HandlerTask {
  readonly kind: 'handler';
  readonly handler: string;
  readonly payload: Base64;
}

export type Task = ExecTask | HandlerTask | HttpTask;

/** What happens to an attempt whose worker can't be reached (DESIGN: modes by job). */
export type ExecutionMode = 'oneLiveHolder' | 'atLeastOnce' | 'atMostOnce';

export type BackoffKind = 'fixed' | 'linear' | 'exponential';

/** When a job whose attempt failed or timed out runs again. Lost attempts are another matter: see `maxLostAttempts`. */
export interface RetryPolicy {
  /** Attempts that may fail before the job does, the first one included; 1 to 1,000. */
  readonly maxAttempts: number;
  readonly backoff: BackoffKind;
  /** Wait after the first failure. `linear` adds as much with each further one, `exponential` doubles it. */
  readonly initialMs: number;
  /** The longest wait. */
  readonly maxMs: number;
  /** So much of a wait, 0 to 100 per cent, may be taken off it, so that jobs that failed together don't return together. */
  readonly jitterPercent: number;
  /** Exit statuses after which the job fails at once; rising. */
  readonly notRetriedExitCodes: readonly number[];
  /** Types of errors after which it fails at once (`AttemptEnd.errorType`, or `timedOut`); sorted. */
  readonly notRetriedErrors: readonly string[];
}

/** A job as submitted, validated and with its defaults filled in. What is optional here is from feature level 3 on. */
export interface JobSpec {
  readonly task: Task;
  readonly queue: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that a worker must have, with these values. */
  readonly workerLabels: Readonly<Record<string, string>>;
  readonly placement: PlacementPolicy;
  /** Key of `consistentHash` and `boundedHash`: equal keys go to the same worker while it can take them. */
  readonly placementKey: string;
  /** What the policy goes by; absent: its defaults, as in all that feature levels 1 and 2 wrote. */
  readonly placementOptions?: PlacementOptions;
  /** There, and true, where the job itself asks for `leastLoaded`, so that its queue's default does not count. From feature level 3 on. */
  readonly ownPlacement?: true;
  readonly mode: ExecutionMode;
  /** How long a worker may be unheard before its attempts count as lost; 3 s to 24 h. */
  readonly lostAfterMs: number;
  /** Time from start to forced end; 0 means none. */
  readonly startToCloseTimeoutMs: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly killGraceMs: number;
  /** After so many lost attempts the job fails rather than run again; 1 to 1,000. */
  readonly maxLostAttempts: number;
  /** Higher ones are assigned first; absent means 0. -1,000 to 1,000. */
  readonly priority?: number;
  /** The job waits so long from its submission; not together with `runAtMs`. */
  readonly delayMs?: number;
  /** The job waits until this time; one that has passed means no wait. */
  readonly runAtMs?: number;
  /** A job that no worker has started by then expires. */
  readonly expiresAtMs?: number;
  /** The same, counted from the submission, or from the end of its delay. */
  readonly scheduleToStartTimeoutMs?: number;
  /** Absent: an attempt that failed ends the job. */
  readonly retry?: RetryPolicy;
  /** Submitted when this job has failed or expired. Without an `onFailure` of its own. */
  readonly onFailure?: JobSpec;
  /** Jobs of a queue with equal keys share the queue's `maxRunningPerKey`. */
  readonly limitKey?: string;
}

/** What a waiting job waits for. */
export type WaitReason = 'delay' | 'backOff' | 'overlap';

export type JobState = 'waiting' | 'ready' | 'assigned' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired';

export type AttemptState = 'assigned' | 'starting' | 'running' | AttemptOutcome;

export type AttemptOutcome = 'succeeded' | 'failed' | 'timedOut' | 'cancelled' | 'lost';

/** How an attempt ended, as its worker saw it. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** Exit status of an exec task; undefined when a signal ended it or it never ran. */
  readonly exitCode: number | undefined;
  /** Signal that ended the process, such as `SIGKILL`; empty when none. */
  readonly signal: string;
  /** Why, for people; empty on success. */
  readonly message: string;
  /** Result of a handler; at most 64 KiB. */
  readonly result: Base64;
  /** The last part of the output of an exec task. */
  readonly stdoutTail: Base64;
  readonly stderrTail: Base64;
  /** What kind of error a failed attempt met, for `notRetriedErrors`; absent when its worker doesn't say. From feature level 3. */
  readonly errorType?: string;
}

export interface AttemptRecord {
  /** From 1. */
  readonly attempt: number;
  readonly fencingToken: FencingToken;
  readonly workerId: string;
  readonly workerIncarnation: number;
  readonly state: AttemptState;
  readonly assignedAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  readonly end: AttemptEnd | undefined;
  /** There, and true, once its worker was drained and told to end it. */
  readonly evicting?: true;
}

export interface JobRecord {
  readonly jobId: JobId;
  readonly spec: JobSpec;
  readonly state: JobState;
  /** Rises with each change of the job: an assignment that was planned on an older one is refused. */
  readonly revision: number;
  readonly submittedAtMs: number;
  readonly finishedAtMs: number | undefined;
  readonly cancelRequested: boolean;
  readonly cancelReason: string;
  readonly lostAttempts: number;
  /** Attempts that were ended because their worker was drained; they don't count towards `maxLostAttempts`. */
  readonly drainedAttempts: number;
  /** Attempts that failed or timed out, since the job was last retried by hand. Absent: none that a retry policy counted. */
  readonly failedAttempts?: number;
  /** There while the job waits. */
  readonly waitReason?: WaitReason;
  /** With `waitReason`: when the wait ends; 0 with `overlap`, whose end no clock knows. */
  readonly waitsUntilMs?: number;
  /** When it was last retried by hand; from then on no deadline for its start holds. */
  readonly retriedAtMs?: number;
  readonly principal: string;
  /** There for a job that a schedule submitted. */
  readonly firing?: Firing;
  /** There, and true, once it was told to end without grace. */
  readonly terminated?: true;
  /** The last attempts, oldest first; at most 16 are kept. */
  readonly attempts: readonly AttemptRecord[];
}

export const FINAL_JOB_STATES: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled', 'expired']);
