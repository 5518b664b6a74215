import type { Command } from './commands.js';
import type { JobSpec } from './job.js';
import { hasAdditions } from './state/spec-additions.js';

/** What begins when a level is chosen through the log, and not before: new behaviour starts on all replicas at the same slot. */
export interface FeatureLevel {
  readonly level: number;
  /** What the state machine does from this level on, that it doesn't do below. */
  readonly starts: string;
}

/**
 * All levels that this program supports, rising from 1 without gaps. Whoever changes what a command does adds a level here and
 * asks for it in the handler; the old behaviour stays for logs that were written below it.
 */
export const FEATURE_LEVELS: readonly FeatureLevel[] = [
  { level: 1, starts: 'the commands of the first release' },
  { level: 2, starts: 'scheduling of workers (cordon, drain, eviction), http tasks, limits of exec tasks' },
  {
    level: 3,
    starts:
      'placement policies beside leastLoaded and consistentHash, and their options; time (delays, deadlines, retries with ' +
      'back-off), priorities, jobs on failure, retries by hand, queues with limits, dead letters, schedules; jobs of atMostOnce that a worker gives back unbegun run elsewhere',
  },
];

/** The level that every group begins at, without a command. */
export const FIRST_FEATURE_LEVEL = 1;

/** The level from which a worker's `runsHttp` counts; below, it is as if it weren't said. */
export const HTTP_FEATURE_LEVEL = 2;

/** The level from which a job's `ownPlacement` counts; below, it is as if it weren't said. */
export const OWN_PLACEMENT_FEATURE_LEVEL = 3;

/** The level from which a submission may say how long its idempotency key lives. */
export const KEY_LIFETIME_FEATURE_LEVEL = 3;

/** The level from which a worker that says goodbye gives back what it has not begun, also of jobs that run at most once. */
export const GIVEN_BACK_FEATURE_LEVEL = 3;

/** The level that a command needs: below it, it is refused, and who proposes it should not, for an older member can't read it. */
export function neededFeatureLevel(command: Command): number {
  switch (command.type) {
    case 'setWorkerScheduling':
    case 'evictWorker':
      return 2;
    case 'advanceTime':
    case 'retryJob':
    case 'changeJob':
    case 'setQueue':
    case 'pauseQueue':
    case 'resetQueue':
    case 'redriveQueue':
    case 'deleteSchedule':
    case 'pauseSchedule':
    case 'triggerSchedule':
    case 'backfillSchedule':
    case 'fireSchedules':
    case 'setSchedule':
      return 3;
    case 'cancelJob':
      return command.ifRevision === undefined ? FIRST_FEATURE_LEVEL : 3;
    case 'submitJobs':
      return Math.max(
        command.idempotencyKeyLifetimeMs === undefined ? FIRST_FEATURE_LEVEL : KEY_LIFETIME_FEATURE_LEVEL,
        levelOfSpecs(command.specs),
      );
    default:
      return FIRST_FEATURE_LEVEL;
  }
}

function levelOfSpecs(specs: readonly JobSpec[]): number {
  if (specs.some(isOfLevel3)) return 3;
  return specs.some(isOfLevel2) ? 2 : FIRST_FEATURE_LEVEL;
}

function isOfLevel3(spec: JobSpec): boolean {
  const { placement, placementOptions } = spec;
  if (placementOptions !== undefined || hasAdditions(spec)) return true;
  return placement !== 'leastLoaded' && placement !== 'consistentHash';
}

function isOfLevel2({ task }: JobSpec): boolean {
  return task.kind === 'http' || (task.kind === 'exec' && task.limits !== undefined);
}

/** The highest level that this program supports. */
export const MAX_FEATURE_LEVEL = FEATURE_LEVELS.length;
