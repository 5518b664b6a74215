import { unreachable } from '@synod/base';
import type { DueSchedule, FireRefusal, FireSchedules } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import { DecisionWriter, fire } from '../firing.js';
import { firingTimeMs } from '../schedule-times.js';
import type { FiringReason } from '../schedule.js';
import { ON_TIME_MS } from '../schedule.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import type { ScheduleEntry } from '../state/schedule-entry.js';

/**
 * The leader's proposal of what is due, schedule by schedule. Each names the time up to which the leader saw the schedule decided:
 * where that is no longer so, its times were computed from what was, and one could be decided twice, or passed over.
 */
export function fireSchedules(state: JobsState, entry: EntryContext, command: FireSchedules): CompactReply {
  return { type: 'schedulesFired', refusals: command.due.map((due) => decide(state, entry, due)) };
}

function decide(state: JobsState, entry: EntryContext, due: DueSchedule): FireRefusal | undefined {
  const schedule = state.schedules.get(due.scheduleId);
  if (schedule === undefined) return 'scheduleUnknown';
  const isCurrent = schedule.revision === due.revision && schedule.decidedThroughMs === due.afterMs;
  if (!isCurrent || schedule.paused) return 'scheduleChanged';
  if (!areDue(schedule, due, entry.timeMs)) return 'notDue';
  const writer = new DecisionWriter(state, entry, schedule);
  for (const [at, nominalMs] of due.nominalMs.entries()) {
    const isNewest = at === due.nominalMs.length - 1 && !due.more;
    schedule.decidedThroughMs = nominalMs;
    const verdict = judge(schedule, nominalMs, entry.timeMs, isNewest);
    if (verdict === 'fired' || verdict === 'caughtUp') {
      const { overlap } = schedule.rules;
      writer.add(fire(state, entry, schedule, { origin: 'timer', nominalMs, outcome: verdict, overlap }));
    } else {
      const span = { fromMs: nominalMs, throughMs: nominalMs, count: 1, jobId: undefined };
      writer.add({ origin: 'timer', outcome: 'missed', reason: verdict, ...span, decidedAtMs: entry.timeMs });
    }
  }
  writer.flush();
  return undefined;
}

/** Rising, above what is decided, within the schedule's bounds, and none of them ahead of applied time. */
function areDue(schedule: ScheduleEntry, { nominalMs }: DueSchedule, timeMs: number): boolean {
  const { startAtMs, endAtMs } = schedule.rules;
  let previous = Math.max(schedule.decidedThroughMs, (startAtMs ?? 0) - 1);
  for (const time of nominalMs) {
    if (!(time > previous)) return false;
    if (firingTimeMs(schedule.scheduleId, schedule.rules, time) > timeMs) return false;
    previous = time;
  }
  return nominalMs.length > 0 && previous <= (endAtMs ?? previous);
}

/** Whether the time fires, or why it is missed. */
function judge(
  schedule: ScheduleEntry,
  nominalMs: number,
  timeMs: number,
  isNewest: boolean,
): 'fired' | 'caughtUp' | FiringReason {
  const lateMs = timeMs - firingTimeMs(schedule.scheduleId, schedule.rules, nominalMs);
  if (lateMs <= ON_TIME_MS) return 'fired';
  const { catchUp, catchUpWindowMs } = schedule.rules;
  switch (catchUp) {
    case 'none':
      return 'late';
    case 'latest':
      return isNewest ? 'caughtUp' : 'superseded';
    case 'all':
      return 'caughtUp';
    case 'window':
      return lateMs <= catchUpWindowMs ? 'caughtUp' : 'outsideWindow';
    default:
      return unreachable(catchUp);
  }
}
