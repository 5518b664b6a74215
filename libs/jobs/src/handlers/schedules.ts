import type {
  BackfillSchedule,
  CommandEnvelope,
  DeleteSchedule,
  PauseSchedule,
  SetSchedule,
  TriggerSchedule,
} from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import { DecisionWriter, fire } from '../firing.js';
import type { FiringReason, ScheduleSpec } from '../schedule.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { ScheduleEntry } from '../state/schedule-entry.js';
import type { ScheduleRules } from '../state/schedule-entry.js';

/** Makes a schedule, or changes it. The same definition again changes nothing, its revision neither. */
export function setSchedule(
  state: JobsState,
  entry: EntryContext,
  { scheduleId, spec, ifRevision, paused }: SetSchedule,
  { principal }: CommandEnvelope,
): CompactReply {
  const { schedules, options, interner } = state;
  const known = schedules.get(scheduleId);
  if (ifRevision !== undefined && ifRevision !== (known?.revision ?? 0)) return revisionMismatch(known?.revision ?? 0);
  const job = interner.intern(spec.job);
  const rules = rulesOf(spec);
  if (known === undefined) {
    if (schedules.size >= options.maxSchedules) {
      return { type: 'refused', refusal: { code: 'tooManySchedules', limit: options.maxSchedules } };
    }
    const created = new ScheduleEntry(scheduleId, entry.timeMs, rules, job);
    created.principal = interner.text(principal);
    created.decidedThroughMs = entry.timeMs;
    created.paused = paused;
    schedules.add(created);
    return changed(state, entry, created, 'created');
  }
  const { hashA, hashB } = known.job;
  if (hashA === job.hashA && hashB === job.hashB && equalRules(known.rules, rules)) {
    return { type: 'scheduleChanged', revision: known.revision, change: 'unchanged' };
  }
  if (known.rules.timing !== rules.timing) passOver(state, entry, known, 'redefined');
  known.rules = rules;
  known.job = job;
  known.principal = interner.text(principal);
  return changed(state, entry, known, 'updated');
}

/** Its jobs go on, those that wait for others too. */
export function deleteSchedule(
  state: JobsState,
  entry: EntryContext,
  { scheduleId, ifRevision }: DeleteSchedule,
): CompactReply {
  const schedule = state.schedules.get(scheduleId);
  if (schedule === undefined) return scheduleUnknown(scheduleId);
  if (ifRevision !== undefined && ifRevision !== schedule.revision) return revisionMismatch(schedule.revision);
  state.schedules.remove(schedule);
  const { revision } = schedule;
  entry.events.push({ type: 'scheduleChanged', scheduleId, revision, change: 'deleted' });
  return { type: 'scheduleChanged', revision, change: 'deleted' };
}

/** Nothing is decided while it is paused; what falls into that time is passed over when it goes on. */
export function pauseSchedule(
  state: JobsState,
  entry: EntryContext,
  { scheduleId, paused, reason, ifRevision }: PauseSchedule,
): CompactReply {
  const schedule = state.schedules.get(scheduleId);
  if (schedule === undefined) return scheduleUnknown(scheduleId);
  if (ifRevision !== undefined && ifRevision !== schedule.revision) return revisionMismatch(schedule.revision);
  if (schedule.paused === paused) {
    return { type: 'scheduleChanged', revision: schedule.revision, change: 'unchanged' };
  }
  if (!paused) passOver(state, entry, schedule, 'paused');
  schedule.paused = paused;
  schedule.pauseReason = paused ? reason : '';
  return changed(state, entry, schedule, paused ? 'paused' : 'resumed');
}

/** Fires now, paused or not. The nominal time is now, and the schedule's own times stay what they are. */
export function triggerSchedule(
  state: JobsState,
  entry: EntryContext,
  { scheduleId, overlap }: TriggerSchedule,
): CompactReply {
  const schedule = state.schedules.get(scheduleId);
  if (schedule === undefined) return scheduleUnknown(scheduleId);
  const decision = fire(state, entry, schedule, {
    origin: 'trigger',
    nominalMs: entry.timeMs,
    outcome: 'fired',
    overlap: overlap ?? schedule.rules.overlap,
  });
  const writer = new DecisionWriter(state, entry, schedule);
  writer.add(decision);
  writer.flush();
  const { outcome, reason, jobId } = decision;
  return { type: 'scheduleTriggered', outcome, reason, jobId };
}

/** Fires for times that somebody names, whatever was decided about them before. */
export function backfillSchedule(
  state: JobsState,
  entry: EntryContext,
  { scheduleId, revision, nominalMs, overlap }: BackfillSchedule,
): CompactReply {
  const schedule = state.schedules.get(scheduleId);
  if (schedule === undefined) return scheduleUnknown(scheduleId);
  if (schedule.revision !== revision) return revisionMismatch(schedule.revision);
  const writer = new DecisionWriter(state, entry, schedule);
  let fired = 0;
  for (const time of nominalMs) {
    const decision = fire(state, entry, schedule, { origin: 'backfill', nominalMs: time, outcome: 'fired', overlap });
    if (decision.outcome === 'fired') fired += 1;
    writer.add(decision);
  }
  writer.flush();
  return { type: 'scheduleBackfilled', fired, skipped: nominalMs.length - fired };
}

function changed(
  state: JobsState,
  entry: EntryContext,
  schedule: ScheduleEntry,
  change: 'created' | 'updated' | 'paused' | 'resumed',
): CompactReply {
  // From the one counter of the state: no revision comes twice, not even when a schedule is deleted and made again.
  const revision = state.nextOrder();
  schedule.revision = revision;
  schedule.changedAtMs = entry.timeMs;
  state.schedules.touch(schedule);
  entry.events.push({ type: 'scheduleChanged', scheduleId: schedule.scheduleId, revision, change });
  return { type: 'scheduleChanged', revision, change };
}

/** Times up to now are not taken. */
function passOver(state: JobsState, entry: EntryContext, schedule: ScheduleEntry, reason: FiringReason): void {
  const fromMs = schedule.decidedThroughMs;
  if (fromMs >= entry.timeMs) return;
  schedule.decidedThroughMs = entry.timeMs;
  const span = { fromMs, throughMs: entry.timeMs, count: 0, jobId: undefined };
  const writer = new DecisionWriter(state, entry, schedule);
  writer.add({ origin: 'timer', outcome: 'notTaken', reason, ...span, decidedAtMs: entry.timeMs });
  writer.flush();
}

function rulesOf({
  timing,
  overlap,
  catchUp,
  catchUpWindowMs,
  jitterMs,
  startAtMs,
  endAtMs,
}: ScheduleSpec): ScheduleRules {
  return {
    timing,
    overlap,
    catchUp,
    catchUpWindowMs,
    jitterMs,
    ...(startAtMs === undefined ? {} : { startAtMs }),
    ...(endAtMs === undefined ? {} : { endAtMs }),
  };
}

function equalRules(left: ScheduleRules, right: ScheduleRules): boolean {
  return (
    left.timing === right.timing &&
    left.overlap === right.overlap &&
    left.catchUp === right.catchUp &&
    left.catchUpWindowMs === right.catchUpWindowMs &&
    left.jitterMs === right.jitterMs &&
    left.startAtMs === right.startAtMs &&
    left.endAtMs === right.endAtMs
  );
}

function scheduleUnknown(scheduleId: string): CompactReply {
  return { type: 'refused', refusal: { code: 'scheduleUnknown', scheduleId } };
}

function revisionMismatch(revision: number): CompactReply {
  return { type: 'refused', refusal: { code: 'revisionMismatch', revision } };
}
