import { parseJobId } from '../job-id.js';
import type { FiringDecision } from '../schedule.js';
import { MAX_KEPT_DECISIONS } from '../schedule.js';
import { SCHEDULE_PREFIX } from '../state/image-keys.js';
import type { SpecInterner } from '../state/interned-spec.js';
import { CATCH_UP_CODES, OVERLAP_CODES, ScheduleEntry } from '../state/schedule-entry.js';
import type { ScheduleRules } from '../state/schedule-entry.js';
import { ORIGIN_CODES, OUTCOME_NUMBERS, REASON_CODES, ScheduleLedger } from '../state/schedule-ledger.js';
import type { ImageReader } from './image-reader.js';
import { specFrom } from './restore-job.js';

/** What `ScheduleEntry.imageValue` wrote. */
export function scheduleFrom(read: ImageReader, value: unknown, interner: SpecInterner): ScheduleEntry {
  const fields = read.fields(value, 11);
  const [rules, job, revision, paused, pauseReason, createdAtMs, changedAtMs, principal, decidedThroughMs] = fields;
  const interned = interner.intern(specFrom(read, job));
  const scheduleId = read.keyAfter(SCHEDULE_PREFIX);
  const schedule = new ScheduleEntry(scheduleId, read.count(createdAtMs), rulesFrom(read, rules), interned);
  schedule.revision = read.positive(revision);
  schedule.paused = read.flag(paused);
  schedule.pauseReason = read.text(pauseReason);
  schedule.changedAtMs = read.count(changedAtMs);
  schedule.principal = interner.text(read.text(principal));
  schedule.decidedThroughMs = read.count(decidedThroughMs);
  const [fired, caughtUp, skipped, missed] = read.fields(fields[9], 4).map((count) => read.count(count));
  schedule.counts = {
    fired: fired as number,
    caughtUp: caughtUp as number,
    skipped: skipped as number,
    missed: missed as number,
  };
  const decisions = read.list(fields[10]);
  read.check(decisions.length <= MAX_KEPT_DECISIONS, 'has too many decisions');
  schedule.ledger = ScheduleLedger.of(decisions.map((decision) => decisionFrom(read, decision)));
  return schedule;
}

function rulesFrom(read: ImageReader, value: unknown): ScheduleRules {
  const [timing, overlap, catchUp, catchUpWindowMs, jitterMs, startAt, endAt] = read.fields(value, 7);
  const startAtMs = read.optionalInteger(startAt);
  const endAtMs = read.optionalInteger(endAt);
  return {
    timing: read.text(timing),
    overlap: read.oneOf(overlap, OVERLAP_CODES),
    catchUp: read.oneOf(catchUp, CATCH_UP_CODES),
    catchUpWindowMs: read.count(catchUpWindowMs),
    jitterMs: read.count(jitterMs),
    ...(startAtMs === undefined ? {} : { startAtMs }),
    ...(endAtMs === undefined ? {} : { endAtMs }),
  };
}

function decisionFrom(read: ImageReader, value: unknown): FiringDecision {
  const [origin, outcome, reason, fromMs, throughMs, count, jobId, decidedAtMs] = read.fields(value, 8);
  read.check(jobId === null || parseJobId(read.text(jobId)) !== undefined, 'has a decision about a job that is none');
  return {
    origin: read.oneOf(origin, ORIGIN_CODES),
    outcome: read.oneOf(outcome, OUTCOME_NUMBERS),
    reason: read.oneOf(reason, REASON_CODES),
    fromMs: read.integer(fromMs),
    throughMs: read.integer(throughMs),
    count: read.count(count),
    jobId: jobId === null ? undefined : read.text(jobId),
    decidedAtMs: read.count(decidedAtMs),
  };
}
