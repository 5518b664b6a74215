import { unreachable } from '@synod/base';
import type { CommandRefusal } from '../commands.js';
import type { CompactReply } from './reply-hash.js';
import { FIRE_REFUSAL_CODES, OUTCOME_CODES, REFUSAL_CODES } from './reply-hash.js';

/**
 * A stored reply as an image holds it: its type, then its fields by position. Outcomes of reports and assignments are one digit
 * (of 36) each: there may be 10,000 of them in one reply.
 */
export function replyToImage(reply: CompactReply): readonly unknown[] {
  const { type } = reply;
  switch (type) {
    case 'submittedRange':
      return [type, reply.slot, reply.firstIndex, reply.count, reply.replayed];
    case 'jobCancelled':
      return [type, reply.jobId, reply.alreadyFinal];
    case 'attemptsLost':
      return [type, reply.lost];
    case 'jobsAssigned':
      return [type, reply.refusals.map((it) => (it === undefined ? '0' : REFUSAL_CODES[it].toString(36))).join('')];
    case 'attemptsReported':
      return [type, reply.outcomes.map((it) => OUTCOME_CODES[it]).join('')];
    case 'featureLevelSet':
      return [type, reply.level];
    case 'agentSessionOpened':
    case 'workerClosed':
    case 'nodeRegistered':
    case 'nodeDeregistered':
    case 'workerSchedulingSet':
      return [type];
    case 'workerEvicted':
      return [type, reply.evicting];
    case 'timeAdvanced':
      return [type, reply.fired, reply.moreDue];
    case 'jobChanged':
      return [type, reply.jobId, reply.revision];
    case 'queueChanged':
      return [type, reply.revision];
    case 'queueRedriven':
      return [type, reply.redriven, reply.more];
    case 'scheduleChanged':
      return [type, reply.revision, reply.change];
    case 'scheduleTriggered':
      return [type, reply.outcome, reply.reason, reply.jobId ?? null];
    case 'scheduleBackfilled':
      return [type, reply.fired, reply.skipped];
    case 'schedulesFired':
      return [type, reply.refusals.map((it) => (it === undefined ? 0 : FIRE_REFUSAL_CODES[it])).join('')];
    case 'refused':
      return [type, ...refusalToImage(reply.refusal)];
    default:
      return unreachable(reply);
  }
}

function refusalToImage(refusal: CommandRefusal): readonly unknown[] {
  const { code } = refusal;
  switch (code) {
    case 'jobUnknown':
      return [code, refusal.jobId];
    case 'incarnationOutdated':
      return [code, refusal.newest];
    case 'workerUnknown':
      return [code, refusal.workerId];
    case 'sessionEvicted':
      return [code];
    case 'scheduleUnknown':
      return [code, refusal.scheduleId];
    case 'tooManySchedules':
      return [code, refusal.limit];
    case 'tooManyJobs':
      return [code, refusal.limit];
    case 'idempotencyKeyReused':
      return [code, refusal.idempotencyKey];
    case 'featureLevelTooLow':
      return [code, refusal.needed, refusal.level];
    case 'revisionMismatch':
      return [code, refusal.revision];
    case 'jobStateUnfit':
      return [code, refusal.jobId, refusal.state];
    case 'tooManyQueues':
      return [code, refusal.limit];
    default:
      return unreachable(refusal);
  }
}
