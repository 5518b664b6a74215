import type {
  BackfillSchedule,
  CatchUpPolicy,
  DeleteSchedule,
  FiringDecision,
  FiringOrigin,
  FiringOutcome,
  OverlapPolicy,
  PauseSchedule,
  ScheduleJobs,
  ScheduleRecord,
  ScheduleSpec,
  SetSchedule,
  TriggerSchedule,
} from '@synod/jobs';
import type {
  WireBackfillScheduleRequest,
  WireCatchUpPolicy,
  WireDstRule,
  WireFiringDecisionInput,
  WireFiringOrigin,
  WireFiringOutcome,
  WireJobSpec,
  WireOverlapPolicy,
  WirePreviewScheduleRequest,
  WireScheduleInput,
  WireScheduleSpec,
  WireSetScheduleRequest,
  WireTiming,
  WireTimingInput,
  WireTriggerScheduleRequest,
} from '@synod/wire';
import { enumCodec } from './enums.js';
import { jobSpecToWire, readJobSpec } from './job-spec.js';
import { PAGE_DEFAULT_JOBS, PAGE_MAX_JOBS } from './limits.js';
import { REASON_RULE, SCHEDULE_ID_RULE } from './rules.js';
import { Violations } from './violations.js';

// Requests of ScheduleService as commands and queries, validated; each throws `invalidRequest` with all violations. When a schedule
// is due is checked by whoever computes times: here it is only taken apart.

/** When a schedule is due, as a request says it. */
export type TimingFields =
  | {
      readonly kind: 'cron';
      readonly expression: string;
      readonly timeZone: string;
      readonly dst: 'cron' | 'skip' | 'once' | 'both';
    }
  | { readonly kind: 'every'; readonly everyMs: number; readonly offsetMs: number };

const dstRules = enumCodec<WireDstRule, 'cron' | 'skip' | 'once' | 'both'>({
  cron: 'DST_RULE_CRON',
  skip: 'DST_RULE_SKIP',
  once: 'DST_RULE_ONCE',
  both: 'DST_RULE_BOTH',
});

export const overlapPolicies = enumCodec<WireOverlapPolicy, OverlapPolicy>({
  skip: 'OVERLAP_POLICY_SKIP',
  bufferOne: 'OVERLAP_POLICY_BUFFER_ONE',
  bufferAll: 'OVERLAP_POLICY_BUFFER_ALL',
  cancelOther: 'OVERLAP_POLICY_CANCEL_OTHER',
  terminateOther: 'OVERLAP_POLICY_TERMINATE_OTHER',
  allowAll: 'OVERLAP_POLICY_ALLOW_ALL',
});

const catchUpPolicies = enumCodec<WireCatchUpPolicy, CatchUpPolicy>({
  none: 'CATCH_UP_POLICY_NONE',
  latest: 'CATCH_UP_POLICY_LATEST',
  all: 'CATCH_UP_POLICY_ALL',
  window: 'CATCH_UP_POLICY_WINDOW',
});

const firingOrigins = enumCodec<WireFiringOrigin, FiringOrigin>({
  timer: 'FIRING_ORIGIN_TIMER',
  trigger: 'FIRING_ORIGIN_TRIGGER',
  backfill: 'FIRING_ORIGIN_BACKFILL',
});

export const firingOutcomes = enumCodec<WireFiringOutcome, FiringOutcome>({
  fired: 'FIRING_OUTCOME_FIRED',
  caughtUp: 'FIRING_OUTCOME_CAUGHT_UP',
  skipped: 'FIRING_OUTCOME_SKIPPED',
  missed: 'FIRING_OUTCOME_MISSED',
  notTaken: 'FIRING_OUTCOME_NOT_TAKEN',
});

const MAX_WINDOW_MS = 366 * 24 * 3_600_000;
const MAX_JITTER_MS = 24 * 3_600_000;
const MAX_EXPRESSION_CHARACTERS = 1_000;
const MAX_ZONE_CHARACTERS = 100;
const PREVIEW_DEFAULT = 10;
const PREVIEW_MAX = 1_000;

/** A request to set a schedule, but for the text of its timing. */
export interface SetScheduleQuery {
  readonly timing: TimingFields;
  /** The command when the timing has this text. */
  command(timingText: string): SetSchedule;
}

export function setScheduleFromWire(request: WireSetScheduleRequest): SetScheduleQuery {
  const violations = new Violations();
  const scheduleId = readId(violations, request.scheduleId);
  const wire = request.spec;
  if (wire === null) violations.add('', 'spec', 'is missing: say when to run what');
  const spec = wire === null ? undefined : readSpec(wire, violations);
  const paused = violations.flag('', 'paused', request.paused);
  const condition = readRevision(violations, request.ifRevision);
  violations.throwIfAny();
  const { timing, rest } = spec as NonNullable<typeof spec>;
  return {
    timing,
    command: (timingText) => ({
      type: 'setSchedule',
      scheduleId,
      spec: { timing: timingText, ...rest },
      paused,
      ...condition,
    }),
  };
}

function readSpec(
  wire: WireScheduleSpec,
  violations: Violations,
): { readonly timing: TimingFields; readonly rest: Omit<ScheduleSpec, 'timing'> } {
  const timing = readTiming(wire.timing, 'spec.timing', violations);
  if (wire.job === null) violations.add('spec', 'job', 'is missing: say what to run');
  const job = readJobSpec(
    wire.job ?? ({} as WireJobSpec),
    'spec.job',
    wire.job === null ? new Violations() : violations,
  );
  if (job.runAtMs !== undefined) {
    violations.add('spec.job', 'run_at_ms', 'would be in the past at each firing but one: leave it out');
  }
  const catchUp = readWord(catchUpPolicies, wire.catchUp, 'latest', violations, 'catch_up');
  const rest = {
    job,
    overlap: readWord(overlapPolicies, wire.overlap, 'skip', violations, 'overlap'),
    catchUp,
    catchUpWindowMs: readWindow(wire, catchUp, violations),
    jitterMs: readUpTo(violations, 'jitter_ms', wire.jitterMs, MAX_JITTER_MS),
    ...readBounds(wire, violations),
  };
  return { timing, rest };
}

function readWindow(wire: WireScheduleSpec, catchUp: CatchUpPolicy, violations: Violations): number {
  const windowMs = readUpTo(violations, 'catch_up_window_ms', wire.catchUpWindowMs, MAX_WINDOW_MS);
  if (catchUp === 'window' && windowMs < 1_000) {
    violations.add(
      'spec',
      'catch_up_window_ms',
      `must be from 1000 to ${MAX_WINDOW_MS} ms with CATCH_UP_POLICY_WINDOW`,
    );
  }
  if (catchUp !== 'window' && windowMs > 0) {
    violations.add('spec', 'catch_up_window_ms', 'goes with CATCH_UP_POLICY_WINDOW only: leave it out');
  }
  return windowMs;
}

function readBounds(
  wire: WireScheduleSpec,
  violations: Violations,
): { readonly startAtMs?: number; readonly endAtMs?: number } {
  const read = (field: string, value: string | undefined): number | undefined =>
    value === undefined ? undefined : violations.unsigned('spec', field, value);
  const startAtMs = read('start_at_ms', wire.startAtMs);
  const endAtMs = read('end_at_ms', wire.endAtMs);
  if (startAtMs !== undefined && endAtMs !== undefined && startAtMs > endAtMs) {
    violations.add('spec', 'end_at_ms', 'is before start_at_ms: no time lies between them');
  }
  return { ...(startAtMs === undefined ? {} : { startAtMs }), ...(endAtMs === undefined ? {} : { endAtMs }) };
}

function readTiming(wire: WireTiming | null, field: string, violations: Violations): TimingFields {
  if (wire?.cron && wire.interval) violations.add('', field, 'has both cron and interval: give one');
  if (wire?.cron) {
    const dst = wire.cron.dst === 'DST_RULE_UNSPECIFIED' ? 'cron' : dstRules.fromWire(wire.cron.dst);
    if (dst === undefined) violations.add(field, 'cron.dst', 'must be CRON, SKIP, ONCE or BOTH');
    const expression = violations.text(field, 'cron.expression', wire.cron.expression, {
      maxCharacters: MAX_EXPRESSION_CHARACTERS,
      required: true,
    });
    const timeZone = violations.text(field, 'cron.time_zone', wire.cron.timeZone, {
      maxCharacters: MAX_ZONE_CHARACTERS,
    });
    return { kind: 'cron', expression, timeZone: timeZone === '' ? 'UTC' : timeZone, dst: dst ?? 'cron' };
  }
  if (wire?.interval) {
    const everyMs = violations.unsigned(field, 'interval.every_ms', wire.interval.everyMs);
    return {
      kind: 'every',
      everyMs,
      offsetMs: violations.unsigned(field, 'interval.offset_ms', wire.interval.offsetMs),
    };
  }
  violations.add('', field, 'is missing: give cron or interval');
  return { kind: 'every', everyMs: 0, offsetMs: 0 };
}

export function deleteScheduleFromWire(request: { scheduleId: string; ifRevision?: string }): DeleteSchedule {
  const violations = new Violations();
  const scheduleId = readId(violations, request.scheduleId);
  const condition = readRevision(violations, request.ifRevision);
  violations.throwIfAny();
  return { type: 'deleteSchedule', scheduleId, ...condition };
}

export function pauseScheduleFromWire(
  request: { scheduleId: string; reason?: string; ifRevision?: string },
  paused: boolean,
): PauseSchedule {
  const violations = new Violations();
  const scheduleId = readId(violations, request.scheduleId);
  const reason = violations.text('', 'reason', request.reason, REASON_RULE);
  const condition = readRevision(violations, request.ifRevision);
  violations.throwIfAny();
  return { type: 'pauseSchedule', scheduleId, paused, reason, ...condition };
}

export function triggerScheduleFromWire(request: WireTriggerScheduleRequest): TriggerSchedule {
  const violations = new Violations();
  const scheduleId = readId(violations, request.scheduleId);
  const overlap = readOverlap(violations, request.overlap);
  violations.throwIfAny();
  return { type: 'triggerSchedule', scheduleId, ...(overlap === undefined ? {} : { overlap }) };
}

export interface BackfillQuery extends Pick<BackfillSchedule, 'scheduleId' | 'overlap'> {
  /** Inclusive, both. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** `nowMs` is the wall clock: what is still to come is not for a backfill. */
export function backfillScheduleFromWire(request: WireBackfillScheduleRequest, nowMs: number): BackfillQuery {
  const violations = new Violations();
  const scheduleId = readId(violations, request.scheduleId);
  const fromMs = violations.unsigned('', 'from_ms', request.fromMs, 1);
  const toMs = violations.unsigned('', 'to_ms', request.toMs, 1);
  if (fromMs > toMs) violations.add('', 'to_ms', 'is before from_ms: no time lies between them');
  if (toMs > nowMs) violations.add('', 'to_ms', 'is in the future: a backfill is for times that have passed');
  const overlap = readOverlap(violations, request.overlap) ?? 'bufferAll';
  violations.throwIfAny();
  return { scheduleId, overlap, fromMs, toMs };
}

export interface PreviewQuery {
  readonly of: { readonly scheduleId: string } | { readonly timing: TimingFields };
  readonly count: number;
  /** Undefined: now. */
  readonly afterMs: number | undefined;
}

export function previewScheduleFromWire(request: WirePreviewScheduleRequest): PreviewQuery {
  const violations = new Violations();
  const rule = { min: 1, max: PREVIEW_MAX, fallback: PREVIEW_DEFAULT };
  const count = violations.integer('', 'count', request.count, rule);
  const afterMs = request.afterMs === undefined ? undefined : violations.unsigned('', 'after_ms', request.afterMs);
  const hasId = request.scheduleId !== '';
  if (hasId === (request.timing !== null)) {
    violations.add('', 'timing', 'or schedule_id has to be given, one of the two');
    violations.throwIfAny();
  }
  const of = hasId
    ? { scheduleId: readId(violations, request.scheduleId) }
    : { timing: readTiming(request.timing, 'timing', violations) };
  violations.throwIfAny();
  return { of, count, afterMs };
}

export function scheduleIdFromWire(request: { readonly scheduleId: string }): string {
  const violations = new Violations();
  const scheduleId = readId(violations, request.scheduleId);
  violations.throwIfAny();
  return scheduleId;
}

export function listSchedulesFromWire(request: { readonly pageSize: number; readonly pageToken: string }): {
  readonly limit: number;
  readonly afterScheduleId: string;
} {
  const violations = new Violations();
  const rule = { min: 1, max: PAGE_MAX_JOBS, fallback: PAGE_DEFAULT_JOBS };
  const limit = violations.integer('', 'page_size', request.pageSize, rule);
  const afterScheduleId = violations.text('', 'page_token', request.pageToken, {
    ...SCHEDULE_ID_RULE,
    required: false,
  });
  violations.throwIfAny();
  return { limit, afterScheduleId };
}

/** `timing` undefined: this program can't read it. `jobs` undefined: for a list, without them and without the ledger. */
export function scheduleToWire(
  record: ScheduleRecord,
  timing: TimingFields | undefined,
  nextNominalMs: number | undefined,
  jobs: ScheduleJobs | undefined,
): WireScheduleInput {
  const { spec, counts } = record;
  const wire: WireScheduleInput = {
    scheduleId: record.scheduleId,
    spec: {
      timing: timing === undefined ? null : timingToWire(timing),
      job: jobSpecToWire(spec.job),
      overlap: overlapPolicies.toWire[spec.overlap],
      catchUp: catchUpPolicies.toWire[spec.catchUp],
      catchUpWindowMs: spec.catchUpWindowMs,
      jitterMs: spec.jitterMs,
      ...(spec.startAtMs === undefined ? {} : { startAtMs: spec.startAtMs }),
      ...(spec.endAtMs === undefined ? {} : { endAtMs: spec.endAtMs }),
    },
    revision: record.revision,
    paused: record.paused,
    pauseReason: record.pauseReason,
    createdAtMs: record.createdAtMs,
    changedAtMs: record.changedAtMs,
    principal: record.principal,
    decidedThroughMs: record.decidedThroughMs,
    fired: counts.fired,
    caughtUp: counts.caughtUp,
    skipped: counts.skipped,
    missed: counts.missed,
  };
  if (nextNominalMs !== undefined) wire.nextNominalMs = nextNominalMs;
  if (jobs === undefined) return wire;
  wire.ledger = record.ledger.map(decisionToWire);
  wire.activeJobIds = [...jobs.active];
  wire.waitingJobIds = [...jobs.waiting];
  return wire;
}

export function timingToWire(timing: TimingFields): WireTimingInput {
  if (timing.kind === 'every') return { interval: { everyMs: timing.everyMs, offsetMs: timing.offsetMs } };
  const { expression, timeZone, dst } = timing;
  return { cron: { expression, timeZone, dst: dstRules.toWire[dst] } };
}

function decisionToWire(decision: FiringDecision): WireFiringDecisionInput {
  const { origin, outcome, reason, fromMs, throughMs, count, jobId = '', decidedAtMs } = decision;
  const words = { origin: firingOrigins.toWire[origin], outcome: firingOutcomes.toWire[outcome], reason };
  return { ...words, fromMs, throughMs, count, jobId, decidedAtMs };
}

function readId(violations: Violations, value: string): string {
  return violations.text('', 'schedule_id', value, SCHEDULE_ID_RULE);
}

function readRevision(violations: Violations, value: string | undefined): { readonly ifRevision?: number } {
  return value === undefined ? {} : { ifRevision: violations.unsigned('', 'if_revision', value) };
}

function readUpTo(violations: Violations, field: string, value: string, max: number): number {
  const number = violations.unsigned('spec', field, value);
  if (number > max) violations.add('spec', field, `is ${number}; at most ${max} ms are allowed`);
  return number;
}

function readOverlap(violations: Violations, value: WireOverlapPolicy): OverlapPolicy | undefined {
  if (value === 'OVERLAP_POLICY_UNSPECIFIED') return undefined;
  return readWord(overlapPolicies, value, 'skip', violations, 'overlap', '');
}

function readWord<Domain extends string>(
  codec: { fromWire(value: unknown): Domain | undefined; readonly toWire: Readonly<Record<Domain, string>> },
  value: string,
  fallback: Domain,
  violations: Violations,
  field: string,
  prefix = 'spec',
): Domain {
  if (value.endsWith('_UNSPECIFIED')) return fallback;
  const word = codec.fromWire(value);
  if (word === undefined) violations.add(prefix, field, `must be one of ${Object.values(codec.toWire).join(', ')}`);
  return word ?? fallback;
}
