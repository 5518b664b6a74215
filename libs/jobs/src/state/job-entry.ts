import type {
  AttemptEnd,
  AttemptRecord,
  AttemptState,
  FencingToken,
  JobId,
  JobRecord,
  JobState,
  WaitReason,
} from '../job.js';
import type { Firing } from '../schedule.js';
import { mintJobId } from '../job-id.js';
import { expiryMs } from '../job-times.js';
import { HashLanes } from './hash-lanes.js';
import type { InternedSpec } from './interned-spec.js';
import { mixSpec } from './interned-spec.js';
import { specToImage } from './spec-image.js';
import { JOB_PREFIX } from './image-keys.js';
import { FIRST_FREE_FLAG, HashedRecord, RECORD_KINDS } from './state-hash.js';
import type { Timed } from './timer-index.js';

/** They never change. */
export const JOB_STATE_CODES: Readonly<Record<JobState, number>> = {
  waiting: 1,
  ready: 2,
  assigned: 3,
  running: 4,
  succeeded: 5,
  failed: 6,
  cancelled: 7,
  expired: 8,
};

/** They never change. */
export const WAIT_REASON_CODES: Readonly<Record<WaitReason, number>> = { delay: 1, backOff: 2, overlap: 3 };

/** Before what feature level 3 added to a job; no count of drained attempts, which may stand there otherwise. */
const LEVEL_3_TAG = -3;
/** Before the firing of a job. */
const FIRING_TAG = -4;

/** They never change. */
export const ATTEMPT_STATE_CODES: Readonly<Record<AttemptState, number>> = {
  assigned: 1,
  starting: 2,
  running: 3,
  succeeded: 4,
  failed: 5,
  timedOut: 6,
  cancelled: 7,
  lost: 8,
};

/** Beside the state's code: hashes of attempts that are not evicted stay as feature level 1 had them. */
const EVICTING_BIT = 0x100;

/** An attempt as the state machine changes it; readers get an {@link AttemptRecord}. */
export class AttemptEntry {
  state: AttemptState = 'assigned';
  startedAtMs: number | undefined = undefined;
  finishedAtMs: number | undefined = undefined;
  end: AttemptEnd | undefined = undefined;
  /** Its worker was drained and is to end it. */
  evicting = false;
  /** Hash of `end`, taken once: output tails are long. */
  endHashA = 0;
  endHashB = 0;
  endTextUnits = 0;

  constructor(
    readonly attempt: number,
    readonly fencingToken: FencingToken,
    readonly workerId: string,
    public workerIncarnation: number,
    readonly assignedAtMs: number,
  ) {}

  get isActive(): boolean {
    return this.end === undefined;
  }

  close(end: AttemptEnd, finishedAtMs: number): void {
    this.state = end.outcome;
    this.end = end;
    this.finishedAtMs = finishedAtMs;
    const lanes = mixEnd(new HashLanes(), end).finish();
    this.endHashA = lanes.a;
    this.endHashB = lanes.b;
    this.endTextUnits = lanes.textUnits;
  }

  toRecord(): AttemptRecord {
    return {
      attempt: this.attempt,
      fencingToken: this.fencingToken,
      workerId: this.workerId,
      workerIncarnation: this.workerIncarnation,
      state: this.state,
      assignedAtMs: this.assignedAtMs,
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.finishedAtMs,
      end: this.end,
      ...(this.evicting ? { evicting: true } : {}),
    };
  }

  /** The outcome is the state. */
  imageValue(): unknown {
    const { fencingToken, end } = this;
    const value = [
      this.attempt,
      fencingToken.generation,
      fencingToken.counter,
      this.workerId,
      this.workerIncarnation,
      this.state,
      this.assignedAtMs,
      this.startedAtMs ?? null,
      this.finishedAtMs ?? null,
      end === undefined ? null : endToImage(end),
    ];
    // Only where it is so: what feature level 1 wrote stays as it was.
    return this.evicting ? [...value, true] : value;
  }

  mixInto(lanes: HashLanes): void {
    lanes.integer(this.attempt).integer(this.fencingToken.generation).integer(this.fencingToken.counter);
    const state = ATTEMPT_STATE_CODES[this.state] | (this.evicting ? EVICTING_BIT : 0);
    lanes.text(this.workerId).integer(this.workerIncarnation).word(state);
    lanes.integer(this.assignedAtMs).integer(this.startedAtMs).integer(this.finishedAtMs);
    lanes.word(this.endHashA).word(this.endHashB);
  }
}

const NO_ATTEMPTS: readonly AttemptEntry[] = Object.freeze([]);

/** What a job has behind it. Most of those that wait have nothing, and a million of them are what memory is made for. */
interface JobPast {
  finishedAtMs: number | undefined;
  finishedOrder: number;
  cancelReason: string;
  lostAttempts: number;
  drainedAttempts: number;
  failedAttempts: number;
  retriedAtMs: number;
}

const NO_PAST: JobPast = Object.freeze({
  finishedAtMs: undefined,
  finishedOrder: 0,
  cancelReason: '',
  ...{ lostAttempts: 0, drainedAttempts: 0, failedAttempts: 0, retriedAtMs: 0 },
});

const CANCEL_REQUESTED = FIRST_FREE_FLAG;
const TERMINATED = 2 * FIRST_FREE_FLAG;
const PARKED = 4 * FIRST_FREE_FLAG;

/** A job as the state machine changes it; readers get a {@link JobRecord}, which never changes after. */
export class JobEntry extends HashedRecord implements Timed {
  state: JobState = 'waiting';
  revision = 0;
  /** Set while the job waits, with the time until when. */
  waitReason: WaitReason | undefined = undefined;
  waitsUntilMs = 0;
  dueMs = 0;
  timerPlace = -1;
  /** Shared by all jobs that have no past. */
  private past: JobPast = NO_PAST;
  /** Oldest first; shared while empty. */
  attempts: readonly AttemptEntry[] = NO_ATTEMPTS;

  constructor(
    private readonly groupId: number,
    readonly slot: number,
    readonly index: number,
    public interned: InternedSpec,
    readonly submittedAtMs: number,
    readonly principal: string,
    /** Of the schedule that submitted it. */
    readonly firing?: Firing,
  ) {
    super();
  }

  /** Made when it is asked for: of a million jobs that wait, their ids would take 40 MB. */
  get jobId(): JobId {
    return mintJobId(this.groupId, this.slot, this.index);
  }

  get cancelRequested(): boolean {
    return this.hasFlag(CANCEL_REQUESTED);
  }

  set cancelRequested(value: boolean) {
    this.setFlag(CANCEL_REQUESTED, value);
  }

  /** It was told to end without grace. */
  get terminated(): boolean {
    return this.hasFlag(TERMINATED);
  }

  set terminated(value: boolean) {
    this.setFlag(TERMINATED, value);
  }

  /** Ready, but not to be assigned while others of its key are; follows from those. */
  get parked(): boolean {
    return this.hasFlag(PARKED);
  }

  set parked(value: boolean) {
    this.setFlag(PARKED, value);
  }

  get finishedAtMs(): number | undefined {
    return this.past.finishedAtMs;
  }

  set finishedAtMs(value: number | undefined) {
    this.setPast('finishedAtMs', value);
  }

  /** Place in the order of finishing, which decides who retires first; 0 before. */
  get finishedOrder(): number {
    return this.past.finishedOrder;
  }

  set finishedOrder(value: number) {
    this.setPast('finishedOrder', value);
  }

  get cancelReason(): string {
    return this.past.cancelReason;
  }

  set cancelReason(value: string) {
    this.setPast('cancelReason', value);
  }

  get lostAttempts(): number {
    return this.past.lostAttempts;
  }

  set lostAttempts(value: number) {
    this.setPast('lostAttempts', value);
  }

  get drainedAttempts(): number {
    return this.past.drainedAttempts;
  }

  set drainedAttempts(value: number) {
    this.setPast('drainedAttempts', value);
  }

  get failedAttempts(): number {
    return this.past.failedAttempts;
  }

  set failedAttempts(value: number) {
    this.setPast('failedAttempts', value);
  }

  /** When it was last retried by hand; 0: never. */
  get retriedAtMs(): number {
    return this.past.retriedAtMs;
  }

  set retriedAtMs(value: number) {
    this.setPast('retriedAtMs', value);
  }

  private setPast<Field extends keyof JobPast>(field: Field, value: JobPast[Field]): void {
    if (this.past[field] === value) return;
    if (this.past === NO_PAST) this.past = { ...NO_PAST };
    this.past[field] = value;
  }

  /** Of the spec and all kept ends. */
  get textUnits(): number {
    let units = this.interned.textUnits;
    for (const attempt of this.attempts) units += attempt.endTextUnits;
    return units;
  }

  /** The last attempt while it has not ended. */
  get activeAttempt(): AttemptEntry | undefined {
    const last = this.attempts.at(-1);
    return last !== undefined && last.isActive ? last : undefined;
  }

  get lastAttemptNumber(): number {
    return this.attempts.at(-1)?.attempt ?? 0;
  }

  get timerKind(): 'job' {
    return 'job';
  }

  firesBefore(other: JobEntry): boolean {
    return this.slot < other.slot || (this.slot === other.slot && this.index < other.index);
  }

  get priority(): number {
    return this.interned.spec.priority ?? 0;
  }

  /** When it expires unless a worker has started it; undefined: never, or no more. */
  get expiryMs(): number | undefined {
    const { spec } = this.interned;
    if (spec.expiresAtMs === undefined && spec.scheduleToStartTimeoutMs === undefined) return undefined;
    if (this.retriedAtMs > 0) return undefined;
    for (const attempt of this.attempts) if (attempt.startedAtMs !== undefined) return undefined;
    return expiryMs(spec, this.submittedAtMs);
  }

  /** When something happens to it unless something else does before; undefined: it waits for no time. */
  get nextDueMs(): number | undefined {
    if (this.state !== 'waiting' && this.state !== 'ready') return undefined;
    const expiry = this.expiryMs;
    if (this.waitReason === undefined || this.waitReason === 'overlap') return expiry;
    return expiry === undefined ? this.waitsUntilMs : Math.min(expiry, this.waitsUntilMs);
  }

  addAttempt(attempt: AttemptEntry, maxKept: number): void {
    this.attempts = [...this.attempts.slice(-(maxKept - 1)), attempt];
  }

  toRecord(): JobRecord {
    return {
      jobId: this.jobId,
      spec: this.interned.spec,
      state: this.state,
      revision: this.revision,
      submittedAtMs: this.submittedAtMs,
      finishedAtMs: this.finishedAtMs,
      cancelRequested: this.cancelRequested,
      cancelReason: this.cancelReason,
      lostAttempts: this.lostAttempts,
      drainedAttempts: this.drainedAttempts,
      ...(this.failedAttempts > 0 ? { failedAttempts: this.failedAttempts } : {}),
      ...(this.waitReason === undefined ? {} : { waitReason: this.waitReason, waitsUntilMs: this.waitsUntilMs }),
      ...(this.retriedAtMs > 0 ? { retriedAtMs: this.retriedAtMs } : {}),
      principal: this.principal,
      ...(this.firing === undefined ? {} : { firing: this.firing }),
      ...(this.terminated ? { terminated: true } : {}),
      attempts: this.attempts.map((attempt) => attempt.toRecord()),
    };
  }

  override imageKey(): string {
    return JOB_PREFIX + this.jobId;
  }

  override imageValue(): unknown {
    const value = [
      this.state,
      this.revision,
      this.submittedAtMs,
      this.finishedAtMs ?? null,
      this.finishedOrder,
      this.cancelRequested,
      this.cancelReason,
      this.lostAttempts,
      this.principal,
      specToImage(this.interned.spec),
      this.attempts.map((attempt) => attempt.imageValue()),
    ];
    // What lower levels wrote stays as it was.
    if (this.hasLevel3) {
      const { failedAttempts, waitReason, waitsUntilMs, retriedAtMs } = this;
      const level3 = [this.drainedAttempts, failedAttempts, waitReason ?? null, waitsUntilMs, retriedAtMs];
      return [...value, ...level3, ...this.firingImage()];
    }
    return this.drainedAttempts > 0 ? [...value, this.drainedAttempts] : value;
  }

  /** Whether it is in any way as only feature level 3 makes it. */
  private get hasLevel3(): boolean {
    if (this.firing !== undefined) return true;
    return this.failedAttempts > 0 || this.waitReason !== undefined || this.retriedAtMs > 0;
  }

  /** One more field in the image of a job that a schedule submitted. */
  private firingImage(): readonly unknown[] {
    if (this.firing === undefined) return [];
    const { scheduleId, nominalMs, origin } = this.firing;
    return [[scheduleId, nominalMs, origin, this.terminated]];
  }

  override mixInto(lanes: HashLanes): void {
    lanes.begin(RECORD_KINDS.job).integer(this.slot).word(this.index);
    lanes.word(this.interned.hashA).word(this.interned.hashB);
    lanes.word(JOB_STATE_CODES[this.state]).integer(this.revision);
    lanes.integer(this.submittedAtMs).integer(this.finishedAtMs).integer(this.finishedOrder);
    lanes.flag(this.cancelRequested).text(this.cancelReason).integer(this.lostAttempts).text(this.principal);
    lanes.word(this.attempts.length);
    for (const attempt of this.attempts) attempt.mixInto(lanes);
    // Behind all else and only where there are any: hashes of jobs without are as feature level 1 had them.
    if (this.drainedAttempts > 0) lanes.integer(this.drainedAttempts);
    if (!this.hasLevel3) return;
    lanes.word(LEVEL_3_TAG).integer(this.failedAttempts).integer(this.waitsUntilMs).integer(this.retriedAtMs);
    lanes.word(this.waitReason === undefined ? 0 : WAIT_REASON_CODES[this.waitReason]);
    if (this.firing === undefined) return;
    const { scheduleId, nominalMs, origin } = this.firing;
    lanes.word(FIRING_TAG).text(scheduleId).integer(nominalMs).text(origin).flag(this.terminated);
  }

  /** Whether the hashes kept of spec and ends are those of their contents. For tests: it reads everything. */
  hasTrueHashes(): boolean {
    const lanes = new HashLanes();
    mixSpec(lanes, this.interned.spec);
    lanes.finish();
    if (lanes.a !== this.interned.hashA || lanes.b !== this.interned.hashB) return false;
    return this.attempts.every((attempt) => {
      if (attempt.end === undefined) return attempt.endHashA === 0 && attempt.endHashB === 0;
      mixEnd(lanes, attempt.end).finish();
      return lanes.a === attempt.endHashA && lanes.b === attempt.endHashB;
    });
  }
}

function mixEnd(lanes: HashLanes, end: AttemptEnd): HashLanes {
  lanes.begin(RECORD_KINDS.attemptEnd).word(ATTEMPT_STATE_CODES[end.outcome]).integer(end.exitCode);
  lanes.text(end.signal).text(end.message).text(end.result).text(end.stdoutTail).text(end.stderrTail);
  return end.errorType === undefined ? lanes : lanes.word(LEVEL_3_TAG).text(end.errorType);
}

function endToImage(end: AttemptEnd): unknown {
  const value = [end.exitCode ?? null, end.signal, end.message, end.result, end.stdoutTail, end.stderrTail];
  return end.errorType === undefined ? value : [...value, end.errorType];
}
