import type {
  CatchUpPolicy,
  CountedOutcome,
  FiringDecision,
  OverlapPolicy,
  ScheduleRecord,
  ScheduleSpec,
} from '../schedule.js';
import type { HashLanes } from './hash-lanes.js';
import { SCHEDULE_PREFIX } from './image-keys.js';
import type { InternedSpec } from './interned-spec.js';
import { ScheduleLedger } from './schedule-ledger.js';
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
  ledger = ScheduleLedger.EMPTY;

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

  record(decision: FiringDecision): void {
    if (decision.outcome !== 'notTaken') this.counts = counted(this.counts, decision.outcome, decision.count);
    this.ledger = this.ledger.with(decision);
  }

  toRecord(): ScheduleRecord {
    const { ledger } = this;
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
      // Most readers don't ask for it.
      get ledger() {
        return ledger.decisions();
      },
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
      this.ledger.decisions().map(decisionToImage),
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
    lanes.integer(fired).integer(caughtUp).integer(skipped).integer(missed);
    this.ledger.mixInto(lanes);
  }
}

function counted(counts: DecisionCounts, outcome: CountedOutcome, count: number): DecisionCounts {
  return { ...counts, [outcome]: counts[outcome] + count };
}

function decisionToImage(decision: FiringDecision): unknown {
  const { origin, outcome, reason, fromMs, throughMs, count, jobId, decidedAtMs } = decision;
  return [origin, outcome, reason, fromMs, throughMs, count, jobId ?? null, decidedAtMs];
}
