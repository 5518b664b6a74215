import type {
  CatchUpPolicy,
  CountedOutcome,
  FiringDecision,
  FiringOrigin,
  FiringOutcome,
  FiringReason,
  OverlapPolicy,
  ScheduleRecord,
  ScheduleSpec,
} from '../schedule.js';
import { MAX_KEPT_DECISIONS } from '../schedule.js';
import { HashLanes } from './hash-lanes.js';
import { SCHEDULE_PREFIX } from './image-keys.js';
import type { InternedSpec } from './interned-spec.js';
import { specToImage } from './spec-image.js';
import { HashedRecord, RECORD_KINDS } from './state-hash.js';

// Numbers of words in hashes and images. They never change.

export const OVERLAP_CODES: Readonly<Record<OverlapPolicy, number>> = {
  skip: 1,
  bufferOne: 2,
  bufferAll: 3,
  cancelOther: 4,
  terminateOther: 5,
  allowAll: 6,
};

export const CATCH_UP_CODES: Readonly<Record<CatchUpPolicy, number>> = { none: 1, latest: 2, all: 3, window: 4 };

export const ORIGIN_CODES: Readonly<Record<FiringOrigin, number>> = { timer: 1, trigger: 2, backfill: 3 };

export const OUTCOME_NUMBERS: Readonly<Record<FiringOutcome, number>> = {
  fired: 1,
  caughtUp: 2,
  skipped: 3,
  missed: 4,
  notTaken: 5,
};

export const REASON_CODES: Readonly<Record<FiringReason, number>> = {
  due: 1,
  waitsForOthers: 2,
  endsOthers: 3,
  overlap: 4,
  bufferFull: 5,
  tooManyJobs: 6,
  late: 7,
  superseded: 8,
  outsideWindow: 9,
  paused: 10,
  redefined: 11,
};

/** A line of the ledger with its hash, taken once: a record with all its lines is hashed at each firing. */
export interface LedgerLine {
  readonly decision: FiringDecision;
  readonly hashA: number;
  readonly hashB: number;
}

export function ledgerLine(decision: FiringDecision): LedgerLine {
  const { origin, outcome, reason, fromMs, throughMs, count, jobId, decidedAtMs } = decision;
  const lanes = new HashLanes().begin(RECORD_KINDS.firingDecision);
  lanes.word(ORIGIN_CODES[origin]).word(OUTCOME_NUMBERS[outcome]).word(REASON_CODES[reason]);
  lanes
    .integer(fromMs)
    .integer(throughMs)
    .integer(count)
    .text(jobId ?? '')
    .integer(decidedAtMs)
    .finish();
  // A copy of fixed shape, like one from an image.
  const copy = { origin, outcome, reason, fromMs, throughMs, count, jobId, decidedAtMs };
  return { decision: copy, hashA: lanes.a, hashB: lanes.b };
}

/** What is set of a schedule, but for its job. */
export type ScheduleRules = Omit<ScheduleSpec, 'job'>;

export type DecisionCounts = Record<CountedOutcome, number>;

/** A schedule as the state machine changes it; readers get a {@link ScheduleRecord}, which never changes after. */
export class ScheduleEntry extends HashedRecord {
  revision = 0;
  paused = false;
  pauseReason = '';
  changedAtMs = 0;
  principal = '';
  decidedThroughMs = 0;
  counts: DecisionCounts = { fired: 0, caughtUp: 0, skipped: 0, missed: 0 };
  /** Oldest first. */
  lines: readonly LedgerLine[] = [];

  constructor(
    readonly scheduleId: string,
    readonly createdAtMs: number,
    public rules: ScheduleRules,
    public job: InternedSpec,
  ) {
    super();
  }

  get spec(): ScheduleSpec {
    return { ...this.rules, job: this.job.spec };
  }

  /** Adds a line, or lengthens the last one when the same is true of what follows it and no job was made. */
  record(decision: FiringDecision): void {
    if (decision.outcome !== 'notTaken') this.counts = counted(this.counts, decision.outcome, decision.count);
    const last = this.lines.at(-1)?.decision;
    if (last !== undefined && isContinued(last, decision)) {
      const { throughMs, decidedAtMs } = decision;
      const longer = { ...last, throughMs, decidedAtMs, count: last.count + decision.count };
      this.lines = [...this.lines.slice(0, -1), ledgerLine(longer)];
    } else {
      this.lines = [...this.lines.slice(-(MAX_KEPT_DECISIONS - 1)), ledgerLine(decision)];
    }
  }

  toRecord(): ScheduleRecord {
    return {
      scheduleId: this.scheduleId,
      spec: this.spec,
      revision: this.revision,
      paused: this.paused,
      pauseReason: this.pauseReason,
      createdAtMs: this.createdAtMs,
      changedAtMs: this.changedAtMs,
      principal: this.principal,
      decidedThroughMs: this.decidedThroughMs,
      counts: { ...this.counts },
      ledger: this.lines.map(({ decision }) => decision),
    };
  }

  override imageKey(): string {
    return SCHEDULE_PREFIX + this.scheduleId;
  }

  override imageValue(): unknown {
    const { timing, overlap, catchUp, catchUpWindowMs, jitterMs, startAtMs, endAtMs } = this.rules;
    const { fired, caughtUp, skipped, missed } = this.counts;
    return [
      [timing, overlap, catchUp, catchUpWindowMs, jitterMs, startAtMs ?? null, endAtMs ?? null],
      specToImage(this.job.spec),
      this.revision,
      this.paused,
      this.pauseReason,
      this.createdAtMs,
      this.changedAtMs,
      this.principal,
      this.decidedThroughMs,
      [fired, caughtUp, skipped, missed],
      this.lines.map(({ decision }) => decisionToImage(decision)),
    ];
  }

  override mixInto(lanes: HashLanes): void {
    const { timing, overlap, catchUp, catchUpWindowMs, jitterMs, startAtMs, endAtMs } = this.rules;
    lanes.begin(RECORD_KINDS.schedule).text(this.scheduleId).text(timing);
    lanes.word(OVERLAP_CODES[overlap]).word(CATCH_UP_CODES[catchUp]).integer(catchUpWindowMs).integer(jitterMs);
    lanes.integer(startAtMs).integer(endAtMs).word(this.job.hashA).word(this.job.hashB);
    lanes.integer(this.revision).flag(this.paused).text(this.pauseReason);
    lanes.integer(this.createdAtMs).integer(this.changedAtMs).text(this.principal).integer(this.decidedThroughMs);
    const { fired, caughtUp, skipped, missed } = this.counts;
    lanes.integer(fired).integer(caughtUp).integer(skipped).integer(missed).word(this.lines.length);
    for (const { hashA, hashB } of this.lines) lanes.word(hashA).word(hashB);
  }
}

function isContinued(last: FiringDecision, next: FiringDecision): boolean {
  return (
    last.jobId === undefined &&
    next.jobId === undefined &&
    last.outcome === next.outcome &&
    last.outcome !== 'notTaken' &&
    last.reason === next.reason &&
    last.origin === next.origin &&
    next.fromMs > last.throughMs
  );
}

function counted(counts: DecisionCounts, outcome: CountedOutcome, count: number): DecisionCounts {
  return { ...counts, [outcome]: counts[outcome] + count };
}

function decisionToImage(decision: FiringDecision): unknown {
  const { origin, outcome, reason, fromMs, throughMs, count, jobId, decidedAtMs } = decision;
  return [origin, outcome, reason, fromMs, throughMs, count, jobId ?? null, decidedAtMs];
}
