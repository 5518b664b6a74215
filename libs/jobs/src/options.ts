import { assert } from '@synod/base';
import { MAX_FEATURE_LEVEL } from './feature-levels.js';
import { MAX_GROUP_ID } from './job-id.js';

/**
 * Limits of the state machine. They decide what commands do, so they are part of the replicated behaviour: every member of
 * a group must run with the same values, and a change of one needs a new feature level. Defaults are the product's.
 */
export interface JobsOptions {
  /** Paxos group whose log this is; part of each job id. 0 to 1,023, default 0. */
  readonly groupId: number;
  /** High part of fencing tokens: raised when a backup is restored. 0 to 65,535, default 0. */
  readonly generation: number;
  /** Jobs of one SubmitJobs. 1 to 100,000, default 10,000. Above, the command is refused. */
  readonly maxJobsPerCommand: number;
  /** Jobs that have not finished. Default 2,000,000. Above, submissions are refused; all else goes on. */
  readonly maxUnfinishedJobs: number;
  /** Finished jobs kept in the active state. Default 50,000. More keep answers about recent jobs in memory for longer. */
  readonly maxFinishedJobs: number;
  /** Text (task, results, output tails) of those finished jobs, in UTF-16 units. Default 64 Mi. Whichever bound is hit first. */
  readonly maxFinishedTextUnits: number;
  /** From feature level 3: jobs that failed or expired, which are kept apart so that they can be run again. Default 20,000. */
  readonly maxDeadLetters: number;
  /** The text of those, in UTF-16 units. Default 16 Mi. */
  readonly maxDeadLetterTextUnits: number;
  /** Queues of which something is set. Default 10,000. Above, settings for further ones are refused. */
  readonly maxQueues: number;
  /** Idempotency keys remembered, of those that live for up to an hour and of the others each. Default 100,000; those that would be forgotten first go. */
  readonly maxIdempotencyKeys: number;
  /** For how long a key is remembered, in applied time. Default 24 h. */
  readonly idempotencyKeyLifetimeMs: number;
  /** Records kept of workers that are lost or have left. Default 10,000; those longest gone are dropped first. */
  readonly maxOfflineWorkers: number;
  /** Schedules. Default 20,000: of as many a new leader has computed all next times before the first is late. Above, no more are made. */
  readonly maxSchedules: number;
  /** Nodes of the embedded node store. Default 10,000; the one that registered longest ago is dropped first. */
  readonly maxNodes: number;
  /**
   * The highest feature level that this program supports: a command above it stops the replica before it applies anything.
   * 1 to 1,000,000, default {@link MAX_FEATURE_LEVEL}; another value is for tests. The one option that may differ between members.
   */
  readonly maxFeatureLevel: number;
}

export const DEFAULT_JOBS_OPTIONS: JobsOptions = {
  groupId: 0,
  generation: 0,
  maxJobsPerCommand: 10_000,
  maxUnfinishedJobs: 2_000_000,
  maxFinishedJobs: 50_000,
  maxFinishedTextUnits: 64 * 2 ** 20,
  maxDeadLetters: 20_000,
  maxDeadLetterTextUnits: 16 * 2 ** 20,
  maxQueues: 10_000,
  maxIdempotencyKeys: 100_000,
  idempotencyKeyLifetimeMs: 24 * 3_600_000,
  maxOfflineWorkers: 10_000,
  maxSchedules: 20_000,
  maxNodes: 10_000,
  maxFeatureLevel: MAX_FEATURE_LEVEL,
};

/**
 * Replies that are kept for one client session, and the span of its sequences: one that is this far behind the newest is
 * refused. A coordinator that keeps fewer commands than this under way never sees that refusal.
 */
export const CLIENT_SESSION_WINDOW = 4_096;

/** Client sessions remembered, one for each coordinator id ever used; the one unused for longest goes first. */
export const MAX_CLIENT_SESSIONS = 1_024;

/** Attempts kept in a job's record; the oldest go first. */
export const MAX_KEPT_ATTEMPTS = 16;

const RANGES: Readonly<Record<keyof JobsOptions, readonly [minimum: number, maximum: number]>> = {
  groupId: [0, MAX_GROUP_ID],
  generation: [0, 65_535],
  maxJobsPerCommand: [1, 100_000],
  maxUnfinishedJobs: [1, 100_000_000],
  maxFinishedJobs: [0, 10_000_000],
  maxFinishedTextUnits: [0, 2 ** 40],
  maxDeadLetters: [0, 10_000_000],
  maxDeadLetterTextUnits: [0, 2 ** 40],
  maxQueues: [1, 1_000_000],
  maxIdempotencyKeys: [0, 10_000_000],
  idempotencyKeyLifetimeMs: [0, 366 * 24 * 3_600_000],
  maxOfflineWorkers: [0, 1_000_000],
  maxSchedules: [0, 1_000_000],
  maxNodes: [1, 1_000_000],
  maxFeatureLevel: [1, 1_000_000],
};

/** Fills in defaults; a value out of range is a programmer error. */
export function resolveJobsOptions(options: Partial<JobsOptions>): JobsOptions {
  const resolved = { ...DEFAULT_JOBS_OPTIONS, ...options };
  for (const name of Object.keys(RANGES) as (keyof JobsOptions)[]) {
    const [minimum, maximum] = RANGES[name];
    const value = resolved[name];
    assert(
      Number.isSafeInteger(value) && value >= minimum && value <= maximum,
      'jobs option in range',
      () => `${name} is ${value}, allowed are ${minimum} to ${maximum}`,
    );
  }
  return resolved;
}
