import type { JobState } from './job.js';
import type { Placement } from './placement.js';

/** A token bucket: so many starts in so much time, and up to `burst` at once after a pause. Integers. */
export interface RateLimit {
  /** 1 to 1,000,000. */
  readonly tokens: number;
  /** 1 to 86,400,000. */
  readonly perMs: number;
  /** 1 to 1,000,000. */
  readonly burst: number;
}

/** What is set of a queue. All of it is a limit or a default; a queue of which nothing is set has neither. */
export interface QueueSettings {
  /** Attempts at the same time; 0: no limit. */
  readonly maxRunning: number;
  /** The same for jobs with equal `limitKey`; 0: no limit. */
  readonly maxRunningPerKey: number;
  readonly rate: RateLimit | undefined;
  /** For jobs that leave open how they are placed, also those that wait already; undefined: `leastLoaded`. */
  readonly placement: Placement | undefined;
  /** For jobs that don't say their own; 0: the cluster's default. */
  readonly lostAfterMs: number;
}

export const NO_QUEUE_SETTINGS: QueueSettings = Object.freeze({
  maxRunning: 0,
  maxRunningPerKey: 0,
  rate: undefined,
  placement: undefined,
  lostAfterMs: 0,
});

/** A queue as readers see it: one that has jobs, or of which something is set. */
export interface QueueRecord {
  readonly queue: string;
  readonly settings: QueueSettings;
  /** Nothing of it is assigned; what runs goes on. */
  readonly paused: boolean;
  readonly pauseReason: string;
  /** Rises with each change of what is set, from 1; 0: nothing is. */
  readonly revision: number;
  /** Jobs of the active state. */
  readonly counts: Readonly<Record<JobState, number>>;
  /** Of those that are ready, the ones that wait for another of their key to end. */
  readonly waitingForKey: number;
  /** Starts that the rate allows at the applied time; undefined: there is no rate. */
  readonly tokens: number | undefined;
  /** With `rate`, while `tokens` is 0: when there is one again. */
  readonly nextTokenMs: number | undefined;
}

/** Why nothing more of a queue may be assigned now. */
export type QueueBlock = 'queuePaused' | 'queueFull' | 'rateLimited';
