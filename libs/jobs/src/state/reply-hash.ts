import { unreachable } from '@synod/base';
import type { FireRefusal, ScheduleChange } from '../commands.js';
import type { AssignmentRefusal, CommandRefusal, CommandReply, ReportOutcome } from '../commands.js';
import type { HashLanes } from './hash-lanes.js';

/** A stored reply. Job ids are kept as a range and minted again when asked for: 10,000 of them are 400 KB as texts. */
export type CompactReply = Exclude<CommandReply, { readonly type: 'jobsSubmitted' }> | SubmittedRange;

/** The jobs of one submission: those of `slot` from `firstIndex` on. */
export interface SubmittedRange {
  readonly type: 'submittedRange';
  readonly slot: number;
  readonly firstIndex: number;
  readonly count: number;
  readonly replayed: boolean;
}

/** Numbers of refused assignments, from 1; 0 is one that was made. They never change. */
export const REFUSAL_CODES: Readonly<Record<AssignmentRefusal, number>> = {
  jobChanged: 1,
  jobUnknown: 2,
  workerGone: 3,
  workerFull: 4,
  workerUnfit: 5,
  workerNotActive: 6,
  jobExpired: 7,
  keyFull: 8,
  queuePaused: 9,
  queueFull: 10,
  rateLimited: 11,
};

/** They never change. */
export const OUTCOME_CODES: Readonly<Record<ReportOutcome, number>> = { applied: 1, duplicate: 2, stale: 3 };

/** They never change; 0 is what was decided. */
export const FIRE_REFUSAL_CODES: Readonly<Record<FireRefusal, number>> = {
  scheduleUnknown: 1,
  scheduleChanged: 2,
  notDue: 3,
};

/** They never change. */
export const SCHEDULE_CHANGE_CODES: Readonly<Record<ScheduleChange, number>> = {
  created: 1,
  updated: 2,
  unchanged: 3,
  paused: 4,
  resumed: 5,
  deleted: 6,
};

/** Mixes a reply in canonical order. The numbers of types never change. */
export function mixReply(lanes: HashLanes, reply: CompactReply): HashLanes {
  switch (reply.type) {
    case 'submittedRange':
      return lanes.word(1).integer(reply.slot).word(reply.firstIndex).word(reply.count).flag(reply.replayed);
    case 'jobCancelled':
      return lanes.word(2).text(reply.jobId).flag(reply.alreadyFinal);
    case 'agentSessionOpened':
      return lanes.word(3);
    case 'workerClosed':
      return lanes.word(4);
    case 'attemptsLost':
      return lanes.word(5).word(reply.lost);
    case 'jobsAssigned':
      lanes.word(6).word(reply.refusals.length);
      for (const refusal of reply.refusals) lanes.word(refusal === undefined ? 0 : REFUSAL_CODES[refusal]);
      return lanes;
    case 'attemptsReported':
      lanes.word(7).word(reply.outcomes.length);
      for (const outcome of reply.outcomes) lanes.word(OUTCOME_CODES[outcome]);
      return lanes;
    case 'nodeRegistered':
      return lanes.word(8);
    case 'nodeDeregistered':
      return lanes.word(9);
    case 'featureLevelSet':
      return lanes.word(11).integer(reply.level);
    case 'workerSchedulingSet':
      return lanes.word(12);
    case 'workerEvicted':
      return lanes.word(13).word(reply.evicting);
    case 'timeAdvanced':
      return lanes.word(14).word(reply.fired).flag(reply.moreDue);
    case 'jobChanged':
      return lanes.word(15).text(reply.jobId).integer(reply.revision);
    case 'queueChanged':
      return lanes.word(16).integer(reply.revision);
    case 'queueRedriven':
      return lanes.word(17).word(reply.redriven).flag(reply.more);
    case 'scheduleChanged':
      return lanes.word(40).integer(reply.revision).word(SCHEDULE_CHANGE_CODES[reply.change]);
    case 'scheduleTriggered':
      return lanes
        .word(41)
        .text(reply.outcome)
        .text(reply.reason)
        .text(reply.jobId ?? '');
    case 'scheduleBackfilled':
      return lanes.word(42).word(reply.fired).word(reply.skipped);
    case 'schedulesFired':
      lanes.word(43).word(reply.refusals.length);
      for (const refusal of reply.refusals) lanes.word(refusal === undefined ? 0 : FIRE_REFUSAL_CODES[refusal]);
      return lanes;
    case 'refused':
      return mixRefusal(lanes.word(10), reply.refusal);
    default:
      return unreachable(reply);
  }
}

function mixRefusal(lanes: HashLanes, refusal: CommandRefusal): HashLanes {
  switch (refusal.code) {
    case 'jobUnknown':
      return lanes.word(1).text(refusal.jobId);
    case 'incarnationOutdated':
      return lanes.word(2).integer(refusal.newest);
    case 'workerUnknown':
      return lanes.word(3).text(refusal.workerId);
    case 'sessionEvicted':
      return lanes.word(4);
    case 'scheduleUnknown':
      return lanes.word(40).text(refusal.scheduleId);
    case 'tooManySchedules':
      return lanes.word(41).integer(refusal.limit);
    case 'tooManyJobs':
      return lanes.word(5).integer(refusal.limit);
    case 'idempotencyKeyReused':
      return lanes.word(6).text(refusal.idempotencyKey);
    case 'featureLevelTooLow':
      return lanes.word(7).integer(refusal.needed).integer(refusal.level);
    case 'revisionMismatch':
      return lanes.word(8).integer(refusal.revision);
    case 'jobStateUnfit':
      return lanes.word(9).text(refusal.jobId).text(refusal.state);
    case 'tooManyQueues':
      return lanes.word(10).integer(refusal.limit);
    default:
      return unreachable(refusal);
  }
}
