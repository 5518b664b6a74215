import { assert } from '@synod/base';
import { mintJobId, parseJobId } from '../job-id.js';
import type { FiringDecision, FiringOrigin, FiringOutcome, FiringReason } from '../schedule.js';
import { MAX_KEPT_DECISIONS } from '../schedule.js';
import { HashLanes } from './hash-lanes.js';
import { RECORD_KINDS } from './state-hash.js';

// Numbers of words in hashes and images. They never change.

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

const ORIGINS = wordsOf(ORIGIN_CODES);
const OUTCOMES = wordsOf(OUTCOME_NUMBERS);
const REASONS = wordsOf(REASON_CODES);

// Numbers of a line, in this order.
const FROM_MS = 0;
const THROUGH_MS = 1;
const COUNT = 2;
const DECIDED_AT_MS = 3;
/** Of the job's id; 0 where there is no job. */
const JOB_SLOT = 4;
/** Group and index of the job's id. */
const JOB_REST = 5;
/** Origin, outcome and reason. */
const WORDS = 6;
const HASH_A = 7;
const HASH_B = 8;
const LINE = 9;
/** What fits into a byte. */
const WORD = 256;
const INDEX = 2 ** 20;

/**
 * The last decisions of a schedule, oldest first, at most {@link MAX_KEPT_DECISIONS}. Each value stays as it is: a record may hold it. Lines are
 * numbers in one array: as objects, those of 100,000 schedules would take more memory than a million jobs. The hash of a line is
 * taken once, for all lines are hashed at each firing.
 */
export class ScheduleLedger {
  static readonly EMPTY = new ScheduleLedger(new Float64Array(0));

  private constructor(private readonly cells: Float64Array) {}

  static of(decisions: readonly FiringDecision[]): ScheduleLedger {
    assert(decisions.length <= MAX_KEPT_DECISIONS, 'S4 ledgers are bounded');
    const cells = new Float64Array(decisions.length * LINE);
    for (const [at, decision] of decisions.entries()) write(cells, at, decision);
    return new ScheduleLedger(cells);
  }

  get length(): number {
    return this.cells.length / LINE;
  }

  get bytes(): number {
    return this.cells.byteLength;
  }

  decisions(): FiringDecision[] {
    return Array.from({ length: this.length }, (_, at) => this.decision(at));
  }

  /** With a line more, or with a longer last one when the same is true of what follows it and no job was made. */
  with(decision: FiringDecision): ScheduleLedger {
    const { length } = this;
    const last = length === 0 ? undefined : this.decision(length - 1);
    if (last !== undefined && isContinued(last, decision)) {
      const cells = this.cells.slice();
      const { throughMs, decidedAtMs } = decision;
      write(cells, length - 1, { ...last, throughMs, decidedAtMs, count: last.count + decision.count });
      return new ScheduleLedger(cells);
    }
    const kept = Math.min(length, MAX_KEPT_DECISIONS - 1);
    const cells = new Float64Array((kept + 1) * LINE);
    cells.set(this.cells.subarray((length - kept) * LINE));
    write(cells, kept, decision);
    return new ScheduleLedger(cells);
  }

  mixInto(lanes: HashLanes): void {
    const { length } = this;
    lanes.word(length);
    for (let at = 0; at < length; at += 1) lanes.word(this.cell(at, HASH_A)).word(this.cell(at, HASH_B));
  }

  /** For invariants: whether each line still has the hash of what it says. */
  get isHashedAsItIs(): boolean {
    const fresh = ScheduleLedger.of(this.decisions());
    return fresh.cells.every((cell, at) => cell === this.cells[at]);
  }

  private decision(at: number): FiringDecision {
    const words = this.cell(at, WORDS);
    const slot = this.cell(at, JOB_SLOT);
    const rest = this.cell(at, JOB_REST);
    return {
      origin: ORIGINS[words % WORD] as FiringOrigin,
      outcome: OUTCOMES[Math.floor(words / WORD) % WORD] as FiringOutcome,
      reason: REASONS[Math.floor(words / WORD ** 2)] as FiringReason,
      fromMs: this.cell(at, FROM_MS),
      throughMs: this.cell(at, THROUGH_MS),
      count: this.cell(at, COUNT),
      jobId: slot === 0 ? undefined : mintJobId(Math.floor(rest / INDEX), slot, rest % INDEX),
      decidedAtMs: this.cell(at, DECIDED_AT_MS),
    };
  }

  private cell(at: number, which: number): number {
    return this.cells[at * LINE + which] as number;
  }
}

function write(cells: Float64Array, at: number, decision: FiringDecision): void {
  const { origin, outcome, reason, fromMs, throughMs, count, jobId, decidedAtMs } = decision;
  const job = jobId === undefined ? undefined : parseJobId(jobId);
  assert(job !== undefined || jobId === undefined, 'a decision names a job by its id', () => `${jobId}`);
  const lanes = new HashLanes().begin(RECORD_KINDS.firingDecision);
  lanes.word(ORIGIN_CODES[origin]).word(OUTCOME_NUMBERS[outcome]).word(REASON_CODES[reason]);
  lanes
    .integer(fromMs)
    .integer(throughMs)
    .integer(count)
    .text(jobId ?? '')
    .integer(decidedAtMs)
    .finish();
  const start = at * LINE;
  cells[start + FROM_MS] = fromMs;
  cells[start + THROUGH_MS] = throughMs;
  cells[start + COUNT] = count;
  cells[start + DECIDED_AT_MS] = decidedAtMs;
  cells[start + JOB_SLOT] = job?.slot ?? 0;
  cells[start + JOB_REST] = job === undefined ? 0 : job.groupId * INDEX + job.index;
  cells[start + WORDS] = ORIGIN_CODES[origin] + WORD * (OUTCOME_NUMBERS[outcome] + WORD * REASON_CODES[reason]);
  cells[start + HASH_A] = lanes.a;
  cells[start + HASH_B] = lanes.b;
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

function wordsOf<Word extends string>(codes: Readonly<Record<Word, number>>): readonly Word[] {
  const words: Word[] = [];
  for (const word of Object.keys(codes) as Word[]) words[codes[word]] = word;
  return words;
}
