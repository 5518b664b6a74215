import type { JobId, JobSpec } from './job.js';

/** What happens to a firing while a job of an earlier one is unfinished. */
export type OverlapPolicy =
  /** It is skipped. */
  | 'skip'
  /** It starts when the others have finished; one waits at the most, further ones are skipped. */
  | 'bufferOne'
  /** All wait, and start one after another. */
  | 'bufferAll'
  /** The others are cancelled, with their grace; it starts when they have ended. */
  | 'cancelOther'
  /** As `cancelOther`, without grace. */
  | 'terminateOther'
  /** It starts at once, beside them. */
  | 'allowAll';

/** What happens to nominal times that are decided late, because no leader was there in time. */
export type CatchUpPolicy =
  /** They are missed. */
  | 'none'
  /** The newest of them fires, unless one that is on time follows; the others are missed. */
  | 'latest'
  /** Each fires. */
  | 'all'
  /** Those not later than the window fire, the others are missed. */
  | 'window';

/** Where a firing comes from: its time, somebody who wanted one now, or somebody who wanted past times again. */
export type FiringOrigin = 'timer' | 'trigger' | 'backfill';

/** A schedule as set, validated and with its defaults filled in. */
export interface ScheduleSpec {
  /**
   * When it is due. Opaque here: whoever leads computes nominal times from it, and only those enter the log, so that neither
   * calendars nor time zone data are part of the replicated state.
   */
  readonly timing: string;
  /** What each firing submits. */
  readonly job: JobSpec;
  readonly overlap: OverlapPolicy;
  readonly catchUp: CatchUpPolicy;
  /** With `window`: how late a firing may be; else 0. */
  readonly catchUpWindowMs: number;
  /** Each firing is put off by up to this, evenly, by a hash of the schedule's id and its nominal time; 0 to 24 h. */
  readonly jitterMs: number;
  /** No nominal time before this. */
  readonly startAtMs?: number;
  /** No nominal time after this. */
  readonly endAtMs?: number;
}

/**
 * What became of nominal times. `fired` and `caughtUp` (late) made a job; `skipped` met its overlap policy or a limit, `missed` was
 * too late; `notTaken` is a stretch in which none was decided, because the schedule was paused or was another.
 */
export type FiringOutcome = 'fired' | 'caughtUp' | 'skipped' | 'missed' | 'notTaken';

export type FiringReason =
  /** As it should be. */
  | 'due'
  /** The job waits for those that run. */
  | 'waitsForOthers'
  /** Others were told to end; the job waits for that. */
  | 'endsOthers'
  | 'overlap'
  | 'bufferFull'
  | 'tooManyJobs'
  /** Late, and the policy takes nothing that is late. */
  | 'late'
  /** Late, and a newer one takes its place. */
  | 'superseded'
  | 'outsideWindow'
  | 'paused'
  | 'redefined';

/** One line of a schedule's ledger: one nominal time, or several in a row of which the same is true. */
export interface FiringDecision {
  readonly origin: FiringOrigin;
  readonly outcome: FiringOutcome;
  readonly reason: FiringReason;
  /** The first and the last nominal time; of `notTaken`, the stretch from (exclusive) to (inclusive). */
  readonly fromMs: number;
  readonly throughMs: number;
  /** How many nominal times; 0 of `notTaken`, which nobody counted. */
  readonly count: number;
  /** Of what was fired or caught up. */
  readonly jobId: JobId | undefined;
  readonly decidedAtMs: number;
}

/** In a job's record: the firing that submitted it. */
export interface Firing {
  readonly scheduleId: string;
  readonly nominalMs: number;
  readonly origin: FiringOrigin;
}

export interface ScheduleRecord {
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  /** Another with each change of the definition, of pausing too, and never used twice under one id; not with firings. */
  readonly revision: number;
  readonly paused: boolean;
  readonly pauseReason: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly principal: string;
  /** Nominal times up to and including this one are decided. */
  readonly decidedThroughMs: number;
  /** How many nominal times came to which end, since it was created. */
  readonly counts: Readonly<Record<CountedOutcome, number>>;
  /** The last decisions, oldest first; at most {@link MAX_KEPT_DECISIONS}. */
  readonly ledger: readonly FiringDecision[];
}

export type CountedOutcome = Exclude<FiringOutcome, 'notTaken'>;

/** Unfinished jobs of a schedule, in order of id. */
export interface ScheduleJobs {
  /** Those that run, or wait for anything but the others. */
  readonly active: readonly JobId[];
  /** Those that wait for the active ones to finish. */
  readonly waiting: readonly JobId[];
}

/** Lines of a ledger that are kept in a schedule's record. */
export const MAX_KEPT_DECISIONS = 50;

/** Jobs of one schedule that wait for others: what is above is skipped. A change needs a feature level. */
export const MAX_WAITING_FIRINGS = 1_000;

/** Nominal times in one command: an apply stays short. */
export const MAX_FIRINGS_PER_COMMAND = 1_000;

/** A firing decided within this of its time is on time: as long as a change of leader may take. A change needs a feature level. */
export const ON_TIME_MS = 10_000;
