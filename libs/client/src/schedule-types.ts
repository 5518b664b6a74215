import type { JobSpec } from './types.js';

export type DstRule = 'cron' | 'skip' | 'once' | 'both';
export type OverlapPolicy = 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
export type CatchUpPolicy = 'none' | 'latest' | 'all' | 'window';

/** When a schedule is due: by a clock on the wall, or at even intervals. */
export type ScheduleTiming =
  | {
      /** Five fields, six with the second in front, or a macro such as `@daily`. */
      readonly cron: string;
      /** Of the IANA database; default UTC. */
      readonly timeZone?: string;
      /** What happens to times that the clock skips or shows twice; default `cron`: as Debian's cron does. */
      readonly dst?: DstRule;
    }
  | {
      /** Whole seconds, in milliseconds. */
      readonly everyMs: number;
      /** Due when (Unix time - offset) is a multiple of `everyMs`; default 0. */
      readonly offsetMs?: number;
    };

export interface ScheduleSpec {
  readonly timing: ScheduleTiming;
  /** What each firing submits. */
  readonly job: JobSpec;
  /** What happens to a firing while a job of an earlier one is unfinished; default `skip`. */
  readonly overlap?: OverlapPolicy;
  /** What happens to times that are decided more than 10 s late; default `latest`. */
  readonly catchUp?: CatchUpPolicy;
  /** With `window`. */
  readonly catchUpWindowMs?: number;
  /** Each firing is put off by up to this; default 0. */
  readonly jitterMs?: number;
  readonly startAtMs?: number;
  readonly endAtMs?: number;
}

export type FiringOutcome = 'fired' | 'caughtUp' | 'skipped' | 'missed' | 'notTaken';

/** What became of one nominal time, or of several in a row of which the same is true. */
export interface FiringDecision {
  readonly origin: 'timer' | 'trigger' | 'backfill';
  readonly outcome: FiringOutcome;
  /** `due`, `overlap`, `late`, …: new ones may come. */
  readonly reason: string;
  readonly fromMs: number;
  readonly throughMs: number;
  readonly count: number;
  readonly jobId: string | undefined;
  readonly decidedAtMs: number;
}

export interface Schedule {
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  readonly revision: number;
  readonly paused: boolean;
  readonly pauseReason: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly principal: string;
  readonly decidedThroughMs: number;
  readonly nextNominalMs: number | undefined;
  readonly counts: Readonly<Record<Exclude<FiringOutcome, 'notTaken'>, number>>;
  /** Oldest first; empty in lists. */
  readonly ledger: readonly FiringDecision[];
  readonly activeJobIds: readonly string[];
  readonly waitingJobIds: readonly string[];
}
