import { parseJobId } from '../job-id.js';
import type { AttemptEnd, AttemptOutcome, ExecutionMode, JobSpec } from '../job.js';
import { FINAL_JOB_STATES } from '../job.js';
import { additionsFrom } from './restore-additions.js';
import { MAX_KEPT_ATTEMPTS } from '../options.js';
import { PLACEMENT_POLICIES } from '../placement.js';
import type { PlacementWish } from '../placement.js';
import type { Firing } from '../schedule.js';
import { JOB_PREFIX } from '../state/image-keys.js';
import type { SpecInterner } from '../state/interned-spec.js';
import { ATTEMPT_STATE_CODES, AttemptEntry, JOB_STATE_CODES, JobEntry, WAIT_REASON_CODES } from '../state/job-entry.js';
import { ORIGIN_CODES } from '../state/schedule-ledger.js';
import type { ImageReader } from './image-reader.js';
import { taskFrom } from './restore-task.js';

/** Those of a job in which something of feature level 3 is. */
const LEVEL_3_FIELDS = 16;
/** And one more of a job that a schedule submitted. */
const FIRING_FIELDS = 17;
const MODES: Readonly<Record<ExecutionMode, true>> = { oneLiveHolder: true, atLeastOnce: true, atMostOnce: true };
const OUTCOMES: Readonly<Record<AttemptOutcome, true>> = {
  succeeded: true,
  failed: true,
  timedOut: true,
  cancelled: true,
  lost: true,
};

/** What `JobEntry.imageValue` wrote. That the job's worker is there too is for the caller to see. */
export function restoreJob(read: ImageReader, value: unknown, groupId: number, interner: SpecInterner): JobEntry {
  const id = parseJobId(read.keyAfter(JOB_PREFIX));
  if (id?.groupId !== groupId) return read.fail('has no job id of this group');
  const list = read.list(value);
  const hasLevel3 = list.length === LEVEL_3_FIELDS || list.length === FIRING_FIELDS;
  const fields = hasLevel3 ? list : read.fieldsUpTo(value, 11, 12);
  const { firing, terminated } = firingFrom(read, fields[LEVEL_3_FIELDS]);
  const interned = interner.intern(specFrom(read, fields[9]));
  const principal = interner.text(read.text(fields[8]));
  const job = new JobEntry(groupId, id.slot, id.index, interned, read.integer(fields[2]), principal, firing);
  job.terminated = terminated;
  job.state = read.oneOf(fields[0], JOB_STATE_CODES);
  job.revision = read.count(fields[1]);
  job.finishedAtMs = read.optionalInteger(fields[3]);
  job.finishedOrder = read.count(fields[4]);
  job.cancelRequested = read.flag(fields[5]);
  job.cancelReason = read.text(fields[6]);
  job.lostAttempts = read.count(fields[7]);
  if (fields.length === 12) job.drainedAttempts = read.positive(fields[11]);
  if (hasLevel3) restoreLevel3(read, job, fields.slice(11));
  const attempts = read.list(fields[10]);
  if (attempts.length > 0) job.attempts = attempts.map((attempt) => attemptFrom(read, attempt, interner));
  checkJob(read, job);
  return job;
}

function restoreLevel3(
  read: ImageReader,
  job: JobEntry,
  [drained, failed, reason, untilMs, retriedAtMs]: readonly unknown[],
): void {
  job.drainedAttempts = read.count(drained);
  job.failedAttempts = read.count(failed);
  job.waitReason = reason === null ? undefined : read.oneOf(reason, WAIT_REASON_CODES);
  job.waitsUntilMs = read.count(untilMs);
  job.retriedAtMs = read.count(retriedAtMs);
  const isPlain = job.failedAttempts === 0 && job.waitReason === undefined && job.retriedAtMs === 0;
  read.check(!isPlain || job.firing !== undefined, 'says at length that nothing is unusual');
  const isTimed = job.waitReason !== undefined && job.waitReason !== 'overlap';
  read.check(job.waitReason !== 'overlap' || job.firing !== undefined, 'waits for others that it has none of');
  read.check(isTimed === job.waitsUntilMs > 0, 'has a wait without its end');
}

function firingFrom(
  read: ImageReader,
  value: unknown,
): { readonly firing: Firing | undefined; readonly terminated: boolean } {
  if (value === undefined) return { firing: undefined, terminated: false };
  const [scheduleId, nominalMs, origin, terminated] = read.fields(value, 4);
  const firing = {
    scheduleId: read.text(scheduleId),
    nominalMs: read.integer(nominalMs),
    origin: read.oneOf(origin, ORIGIN_CODES),
  };
  return { firing, terminated: read.flag(terminated) };
}

/** What the rest of the state relies on when it files the job under its state. */
function checkJob(read: ImageReader, job: JobEntry): void {
  const { attempts, state } = job;
  read.check(attempts.length <= MAX_KEPT_ATTEMPTS, 'has too many attempts');
  for (let at = 0; at < attempts.length - 1; at += 1) {
    read.check(attempts[at]?.isActive === false, 'has an active attempt before the last');
  }
  const isActive = state === 'assigned' || state === 'running';
  read.check((job.activeAttempt !== undefined) === isActive, 'has a state that its attempts deny');
  read.check((job.waitReason !== undefined) === (state === 'waiting'), 'has a state that its wait denies');
  read.check(job.finishedOrder > 0 === FINAL_JOB_STATES.has(state), 'has a state that its end denies');
}

function attemptFrom(read: ImageReader, value: unknown, interner: SpecInterner): AttemptEntry {
  const fields = read.fieldsUpTo(value, 10, 11);
  const fencingToken = { generation: read.count(fields[1]), counter: read.count(fields[2]) };
  const workerId = interner.text(read.text(fields[3]));
  const attempt = new AttemptEntry(
    read.count(fields[0]),
    fencingToken,
    workerId,
    read.integer(fields[4]),
    read.integer(fields[6]),
  );
  attempt.startedAtMs = read.optionalInteger(fields[7]);
  if (fields.length > 10) {
    read.check(fields[10] === true, 'has an eviction that is none');
    attempt.evicting = true;
  }
  if (fields[9] === null) {
    attempt.state = read.oneOf(fields[5], ATTEMPT_STATE_CODES);
    read.check(!Object.hasOwn(OUTCOMES, attempt.state), 'has an attempt without its end');
    attempt.finishedAtMs = read.optionalInteger(fields[8]);
  } else {
    attempt.close(endFrom(read, read.oneOf(fields[5], OUTCOMES), fields[9]), read.integer(fields[8]));
  }
  return attempt;
}

function endFrom(read: ImageReader, outcome: AttemptOutcome, value: unknown): AttemptEnd {
  const fields = read.fieldsUpTo(value, 6, 7);
  return {
    outcome,
    exitCode: read.optionalInteger(fields[0]),
    signal: read.text(fields[1]),
    message: read.text(fields[2]),
    result: read.text(fields[3]),
    stdoutTail: read.text(fields[4]),
    stderrTail: read.text(fields[5]),
    ...(fields.length > 6 ? { errorType: read.text(fields[6]) } : {}),
  };
}

export function specFrom(read: ImageReader, value: unknown): JobSpec {
  const fields = read.fieldsUpTo(value, 11, 12);
  return {
    task: taskFrom(read, fields[0]),
    queue: read.text(fields[1]),
    labels: read.labels(fields[2]),
    workerLabels: read.labels(fields[3]),
    ...placementFrom(read, fields[4]),
    placementKey: read.text(fields[5]),
    mode: read.oneOf(fields[6], MODES),
    lostAfterMs: read.integer(fields[7]),
    startToCloseTimeoutMs: read.integer(fields[8]),
    killGraceMs: read.integer(fields[9]),
    maxLostAttempts: read.integer(fields[10]),
    ...(fields.length > 11 ? additionsFrom(read, fields[11], specFrom) : {}),
  };
}

/** What `placementToImage` wrote: the policy; or with the job's own word; or with that and the options. */
function placementFrom(read: ImageReader, value: unknown): PlacementWish {
  if (!Array.isArray(value)) return { placement: read.oneOf(value, PLACEMENT_POLICIES) };
  const fields = read.fieldsUpTo(value, 2, 5);
  const placement = read.oneOf(fields[0], PLACEMENT_POLICIES);
  const own: Pick<PlacementWish, 'ownPlacement'> = read.flag(fields[1]) ? { ownPlacement: true } : {};
  if (fields.length === 2) {
    read.check(own.ownPlacement === true, 'has an own placement that is none');
    return { placement, ...own };
  }
  const [, , choices, loadFactorPercent, spreadLabel] = fields;
  const placementOptions = {
    ...(choices === null ? {} : { choices: read.positive(choices) }),
    ...(loadFactorPercent === null ? {} : { loadFactorPercent: read.positive(loadFactorPercent) }),
    ...(spreadLabel === null ? {} : { spreadLabel: read.text(spreadLabel) }),
  };
  return { placement, placementOptions, ...own };
}
