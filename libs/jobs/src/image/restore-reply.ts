import { JOB_STATE_CODES } from '../state/job-entry.js';
import type { AssignmentRefusal, FireRefusal, CommandRefusal, ReportOutcome } from '../commands.js';
import type { CompactReply } from '../state/reply-hash.js';
import { FIRE_REFUSAL_CODES, OUTCOME_CODES, REFUSAL_CODES, SCHEDULE_CHANGE_CODES } from '../state/reply-hash.js';
import { OUTCOME_NUMBERS, REASON_CODES } from '../state/schedule-ledger.js';
import type { ImageReader } from './image-reader.js';

const REFUSALS_BY_DIGIT = byDigit(REFUSAL_CODES);
const FIRE_REFUSALS_BY_DIGIT = byDigit(FIRE_REFUSAL_CODES);
const OUTCOMES_BY_DIGIT = byDigit(OUTCOME_CODES);

/** What `replyToImage` wrote. */
export function replyFrom(read: ImageReader, value: readonly unknown[]): CompactReply {
  const [type] = value;
  const argument = () => read.fields(value, 2)[1];
  switch (type) {
    case 'submittedRange':
      return submittedRange(read, value);
    case 'jobCancelled': {
      const [, jobId, alreadyFinal] = read.fields(value, 3);
      return { type, jobId: read.text(jobId), alreadyFinal: read.flag(alreadyFinal) };
    }
    case 'attemptsLost':
      return { type, lost: read.index(argument()) };
    case 'jobsAssigned':
      return { type, refusals: Array.from(read.text(argument()), (digit) => refusalOf(read, digit)) };
    case 'attemptsReported':
      return { type, outcomes: Array.from(read.text(argument()), (digit) => outcomeOf(read, digit)) };
    case 'workerEvicted':
      return { type, evicting: read.index(argument()) };
    case 'featureLevelSet':
      return { type, level: read.count(argument()) };
    case 'agentSessionOpened':
    case 'workerClosed':
    case 'nodeRegistered':
    case 'nodeDeregistered':
    case 'workerSchedulingSet':
      read.fields(value, 1);
      return { type };
    case 'timeAdvanced': {
      const [, fired, moreDue] = read.fields(value, 3);
      return { type, fired: read.index(fired), moreDue: read.flag(moreDue) };
    }
    case 'jobChanged': {
      const [, jobId, revision] = read.fields(value, 3);
      return { type, jobId: read.text(jobId), revision: read.count(revision) };
    }
    case 'queueChanged':
      return { type, revision: read.count(argument()) };
    case 'queueRedriven': {
      const [, redriven, more] = read.fields(value, 3);
      return { type, redriven: read.index(redriven), more: read.flag(more) };
    }
    case 'scheduleChanged': {
      const [, revision, change] = read.fields(value, 3);
      return { type, revision: read.positive(revision), change: read.oneOf(change, SCHEDULE_CHANGE_CODES) };
    }
    case 'scheduleTriggered':
      return scheduleTriggered(read, value);
    case 'scheduleBackfilled': {
      const [, fired, skipped] = read.fields(value, 3);
      return { type, fired: read.index(fired), skipped: read.index(skipped) };
    }
    case 'schedulesFired':
      return { type, refusals: Array.from(read.text(argument()), (digit) => fireRefusalOf(read, digit)) };
    case 'refused':
      return { type, refusal: commandRefusal(read, value.slice(1)) };
    default:
      return read.fail('has a reply of an unknown type');
  }
}

function submittedRange(read: ImageReader, value: readonly unknown[]): CompactReply {
  const [, slot, firstIndex, count, replayed] = read.fields(value, 5);
  return {
    type: 'submittedRange',
    slot: read.count(slot),
    firstIndex: read.index(firstIndex),
    count: read.index(count),
    replayed: read.flag(replayed),
  };
}

function scheduleTriggered(read: ImageReader, value: readonly unknown[]): CompactReply {
  const [, outcome, reason, jobId] = read.fields(value, 4);
  return {
    type: 'scheduleTriggered',
    outcome: read.oneOf(outcome, OUTCOME_NUMBERS),
    reason: read.oneOf(reason, REASON_CODES),
    jobId: jobId === null ? undefined : read.text(jobId),
  };
}

function commandRefusal(read: ImageReader, value: readonly unknown[]): CommandRefusal {
  const [code] = value;
  const argument = () => read.fields(value, 2)[1];
  switch (code) {
    case 'jobUnknown':
      return { code, jobId: read.text(argument()) };
    case 'incarnationOutdated':
      return { code, newest: read.integer(argument()) };
    case 'workerUnknown':
      return { code, workerId: read.text(argument()) };
    case 'sessionEvicted':
      read.fields(value, 1);
      return { code };
    case 'scheduleUnknown':
      return { code, scheduleId: read.text(argument()) };
    case 'tooManyJobs':
    case 'tooManyQueues':
    case 'tooManySchedules':
      return { code, limit: read.integer(argument()) };
    case 'idempotencyKeyReused':
      return { code, idempotencyKey: read.text(argument()) };
    case 'featureLevelTooLow': {
      const [, needed, level] = read.fields(value, 3);
      return { code, needed: read.count(needed), level: read.count(level) };
    }
    case 'revisionMismatch':
      return { code, revision: read.count(argument()) };
    case 'jobStateUnfit': {
      const [, jobId, state] = read.fields(value, 3);
      return { code, jobId: read.text(jobId), state: read.oneOf(state, JOB_STATE_CODES) };
    }
    default:
      return read.fail('has a refusal of an unknown code');
  }
}

function refusalOf(read: ImageReader, digit: string): AssignmentRefusal | undefined {
  return digit === '0' ? undefined : (REFUSALS_BY_DIGIT.get(digit) ?? read.fail('has an unknown refusal'));
}

function fireRefusalOf(read: ImageReader, digit: string): FireRefusal | undefined {
  return digit === '0' ? undefined : (FIRE_REFUSALS_BY_DIGIT.get(digit) ?? read.fail('has an unknown refusal'));
}

function outcomeOf(read: ImageReader, digit: string): ReportOutcome {
  return OUTCOMES_BY_DIGIT.get(digit) ?? read.fail('has an unknown outcome');
}

function byDigit<Word extends string>(codes: Readonly<Record<Word, number>>): ReadonlyMap<string, Word> {
  return new Map(Object.entries<number>(codes).map(([word, code]) => [code.toString(36), word as Word]));
}
