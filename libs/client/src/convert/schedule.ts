import type {
  WireFiringDecision,
  WireSchedule,
  WireScheduleSpec,
  WireScheduleSpecInput,
  WireTiming,
  WireTimingInput,
} from '@synod/wire';
import type { FiringDecision, Schedule, ScheduleSpec, ScheduleTiming } from '../schedule-types.js';
import { int64, known, type Writable } from './checks.js';
import { specFromWire, specToWire } from './spec.js';

const DST_RULES = {
  cron: 'DST_RULE_CRON',
  skip: 'DST_RULE_SKIP',
  once: 'DST_RULE_ONCE',
  both: 'DST_RULE_BOTH',
} as const;

export const OVERLAPS = {
  skip: 'OVERLAP_POLICY_SKIP',
  bufferOne: 'OVERLAP_POLICY_BUFFER_ONE',
  bufferAll: 'OVERLAP_POLICY_BUFFER_ALL',
  cancelOther: 'OVERLAP_POLICY_CANCEL_OTHER',
  terminateOther: 'OVERLAP_POLICY_TERMINATE_OTHER',
  allowAll: 'OVERLAP_POLICY_ALLOW_ALL',
} as const;

const CATCH_UPS = {
  none: 'CATCH_UP_POLICY_NONE',
  latest: 'CATCH_UP_POLICY_LATEST',
  all: 'CATCH_UP_POLICY_ALL',
  window: 'CATCH_UP_POLICY_WINDOW',
} as const;

const ORIGINS = {
  timer: 'FIRING_ORIGIN_TIMER',
  trigger: 'FIRING_ORIGIN_TRIGGER',
  backfill: 'FIRING_ORIGIN_BACKFILL',
} as const;

export const OUTCOMES = {
  fired: 'FIRING_OUTCOME_FIRED',
  caughtUp: 'FIRING_OUTCOME_CAUGHT_UP',
  skipped: 'FIRING_OUTCOME_SKIPPED',
  missed: 'FIRING_OUTCOME_MISSED',
  notTaken: 'FIRING_OUTCOME_NOT_TAKEN',
} as const;

/** The name of a wire value; the fallback for one that a newer coordinator sent. */
export function wordOf<Word extends string>(table: Readonly<Record<Word, string>>, wire: string, fallback: Word): Word {
  return (Object.keys(table) as Word[]).find((word) => table[word] === wire) ?? fallback;
}

/** @throws SynodClientError `invalidArgument` */
export function scheduleSpecToWire(spec: ScheduleSpec): WireScheduleSpecInput {
  const wire: WireScheduleSpecInput = { timing: timingToWire(spec.timing), job: specToWire(spec.job) };
  if (spec.overlap !== undefined) wire.overlap = known(OVERLAPS, spec.overlap, 'overlap');
  if (spec.catchUp !== undefined) wire.catchUp = known(CATCH_UPS, spec.catchUp, 'catchUp');
  if (spec.catchUpWindowMs !== undefined) wire.catchUpWindowMs = int64(spec.catchUpWindowMs, 'catchUpWindowMs');
  if (spec.jitterMs !== undefined) wire.jitterMs = int64(spec.jitterMs, 'jitterMs');
  if (spec.startAtMs !== undefined) wire.startAtMs = int64(spec.startAtMs, 'startAtMs');
  if (spec.endAtMs !== undefined) wire.endAtMs = int64(spec.endAtMs, 'endAtMs');
  return wire;
}

export function timingToWire(timing: ScheduleTiming): WireTimingInput {
  if ('cron' in timing) {
    const { cron: expression, timeZone = 'UTC', dst = 'cron' } = timing;
    return { cron: { expression, timeZone, dst: known(DST_RULES, dst, 'dst') } };
  }
  const { everyMs, offsetMs = 0 } = timing;
  return { interval: { everyMs: int64(everyMs, 'everyMs'), offsetMs: int64(offsetMs, 'offsetMs') } };
}

function timingFromWire(wire: WireTiming | null): ScheduleTiming {
  if (wire?.cron) {
    const { expression, timeZone, dst } = wire.cron;
    return { cron: expression, timeZone, dst: wordOf(DST_RULES, dst, 'cron') };
  }
  return { everyMs: Number(wire?.interval?.everyMs ?? 0), offsetMs: Number(wire?.interval?.offsetMs ?? 0) };
}

function specOf(wire: WireScheduleSpec | null): ScheduleSpec {
  const spec: Writable<ScheduleSpec> = {
    timing: timingFromWire(wire?.timing ?? null),
    job: wire?.job ? specFromWire(wire.job) : { exec: { command: '' } },
    overlap: wordOf(OVERLAPS, wire?.overlap ?? '', 'skip'),
    catchUp: wordOf(CATCH_UPS, wire?.catchUp ?? '', 'latest'),
  };
  if (Number(wire?.catchUpWindowMs ?? 0) > 0) spec.catchUpWindowMs = Number(wire?.catchUpWindowMs);
  if (Number(wire?.jitterMs ?? 0) > 0) spec.jitterMs = Number(wire?.jitterMs);
  if (wire?.startAtMs !== undefined) spec.startAtMs = Number(wire.startAtMs);
  if (wire?.endAtMs !== undefined) spec.endAtMs = Number(wire.endAtMs);
  return spec;
}

export function scheduleFromWire(wire: WireSchedule): Schedule {
  return {
    scheduleId: wire.scheduleId,
    spec: specOf(wire.spec),
    revision: Number(wire.revision),
    paused: wire.paused,
    pauseReason: wire.pauseReason,
    createdAtMs: Number(wire.createdAtMs),
    changedAtMs: Number(wire.changedAtMs),
    principal: wire.principal,
    decidedThroughMs: Number(wire.decidedThroughMs),
    nextNominalMs: wire.nextNominalMs === undefined ? undefined : Number(wire.nextNominalMs),
    counts: {
      fired: Number(wire.fired),
      caughtUp: Number(wire.caughtUp),
      skipped: Number(wire.skipped),
      missed: Number(wire.missed),
    },
    ledger: wire.ledger.map(decisionFromWire),
    activeJobIds: wire.activeJobIds,
    waitingJobIds: wire.waitingJobIds,
  };
}

function decisionFromWire(wire: WireFiringDecision): FiringDecision {
  return {
    origin: wordOf(ORIGINS, wire.origin, 'timer'),
    outcome: wordOf(OUTCOMES, wire.outcome, 'skipped'),
    reason: wire.reason,
    fromMs: Number(wire.fromMs),
    throughMs: Number(wire.throughMs),
    count: Number(wire.count),
    jobId: wire.jobId === '' ? undefined : wire.jobId,
    decidedAtMs: Number(wire.decidedAtMs),
  };
}
