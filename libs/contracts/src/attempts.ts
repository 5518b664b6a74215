import { withFiring } from '@synod/jobs';
import type { AttemptEnd, AttemptRecord, AttemptRef, AttemptReport, Firing, JobSpec } from '@synod/jobs';
import type {
  WireAssignment,
  WireAssignmentInput,
  WireAttemptEnd,
  WireAttemptEndInput,
  WireAttemptInput,
  WireAttemptRef,
  WireAttemptRefInput,
  WireAttemptReport,
  WireAttemptReportInput,
  WireWorkerHeard,
  WireWorkerHeardInput,
  WireWorkerLoad,
} from '@synod/wire';
import { base64FromBytes, bytesFromBase64 } from './base64.js';
import { attemptOutcomes, attemptStates } from './enums.js';
import { fencingTokenFromString, fencingTokenToWire, integerFromWire, unsignedFromWire } from './integers.js';
import { jobSpecToWire, readJobSpec } from './job-spec.js';
import {
  ERROR_TYPE_MAX_CHARACTERS,
  MESSAGE_MAX_CHARACTERS,
  OUTPUT_TAIL_MAX_BYTES,
  REPORTS_MAX,
  RESULT_MAX_BYTES,
} from './limits.js';
import { JOB_ID_RULE } from './rules.js';
import { Violations } from './violations.js';

const ATTEMPT_RULE = { min: 1, max: 0xffff_ffff };
const SIGNAL_RULE = { maxCharacters: 32 };

function readRef(
  wire: WireAttemptRef | WireAttemptReport | WireAssignment,
  prefix: string,
  violations: Violations,
): AttemptRef {
  return {
    jobId: violations.text(prefix, 'job_id', wire.jobId, JOB_ID_RULE),
    attempt: violations.integer(prefix, 'attempt', wire.attempt, ATTEMPT_RULE),
    fencingToken: fencingTokenFromString(wire.fencingToken),
  };
}

/** Throws `invalidRequest` or `fencingTokenInvalid`, as all functions of this file that read from the wire. */
export function attemptRefFromWire(wire: WireAttemptRef, field = 'attempt_ref'): AttemptRef {
  const violations = new Violations();
  const ref = readRef(wire, field, violations);
  violations.throwIfAny();
  return ref;
}

export function attemptRefToWire(ref: AttemptRef): WireAttemptRefInput {
  return { jobId: ref.jobId, attempt: ref.attempt, fencingToken: fencingTokenToWire(ref.fencingToken) };
}

/**
 * Texts for people and output tails are cut to their limits; a result beyond its limit is a violation, as half a result would
 * be a wrong one.
 */
export function attemptReportFromWire(wire: WireAttemptReport, field = 'report'): AttemptReport {
  const violations = new Violations();
  const report = readReport(wire, field, violations);
  violations.throwIfAny();
  return report;
}

/** The reports of one message, at most {@link REPORTS_MAX}. */
export function attemptReportsFromWire(
  wires: readonly WireAttemptReport[],
  field = 'reports.reports',
): AttemptReport[] {
  const violations = new Violations();
  if (wires.length > REPORTS_MAX)
    violations.add('', field, `has ${wires.length} reports; send ${REPORTS_MAX} at a time`);
  violations.throwIfAny();
  const reports = wires.map((wire, index) => readReport(wire, `${field}[${index}]`, violations));
  violations.throwIfAny();
  return reports;
}

function readReport(wire: WireAttemptReport, prefix: string, violations: Violations): AttemptReport {
  const { jobId, attempt, fencingToken } = readRef(wire, prefix, violations);
  return {
    jobId,
    attempt,
    fencingToken,
    startedAtMs: optionalTime(wire.startedAtMs, prefix, 'started_at_ms', violations),
    finishedAtMs: optionalTime(wire.finishedAtMs, prefix, 'finished_at_ms', violations),
    end: wire.end ? readEnd(wire.end, prefix, violations) : undefined,
  };
}

function optionalTime(
  value: string | undefined,
  prefix: string,
  field: string,
  violations: Violations,
): number | undefined {
  return value === undefined ? undefined : violations.unsigned(prefix, field, value);
}

function readEnd(wire: WireAttemptEnd, prefix: string, violations: Violations): AttemptEnd {
  const outcome = attemptOutcomes.fromWire(wire.outcome);
  if (outcome === undefined) violations.add(prefix, 'end.outcome', `is not how an attempt can end: ${wire.outcome}`);
  return {
    ...(wire.errorType === '' ? {} : { errorType: wire.errorType.slice(0, ERROR_TYPE_MAX_CHARACTERS) }),
    outcome: outcome ?? 'failed',
    exitCode: wire.exitCode,
    signal: violations.text(prefix, 'end.signal', wire.signal, SIGNAL_RULE),
    message: wire.message.slice(0, MESSAGE_MAX_CHARACTERS),
    result: base64FromBytes(violations.bytes(prefix, 'end.result', wire.result, RESULT_MAX_BYTES)),
    stdoutTail: base64FromBytes(lastPart(wire.stdoutTail)),
    stderrTail: base64FromBytes(lastPart(wire.stderrTail)),
  };
}

function lastPart(tail: Buffer): Buffer {
  return tail.length <= OUTPUT_TAIL_MAX_BYTES ? tail : tail.subarray(tail.length - OUTPUT_TAIL_MAX_BYTES);
}

export function attemptReportToWire(report: AttemptReport): WireAttemptReportInput {
  const wire: WireAttemptReportInput = {
    jobId: report.jobId,
    attempt: report.attempt,
    fencingToken: fencingTokenToWire(report.fencingToken),
  };
  if (report.startedAtMs !== undefined) wire.startedAtMs = report.startedAtMs;
  if (report.finishedAtMs !== undefined) wire.finishedAtMs = report.finishedAtMs;
  if (report.end !== undefined) wire.end = attemptEndToWire(report.end);
  return wire;
}

function attemptEndToWire(end: AttemptEnd): WireAttemptEndInput {
  const wire: WireAttemptEndInput = {
    outcome: attemptOutcomes.toWire[end.outcome],
    signal: end.signal,
    message: end.message,
    result: bytesFromBase64(end.result),
    stdoutTail: bytesFromBase64(end.stdoutTail),
    stderrTail: bytesFromBase64(end.stderrTail),
  };
  if (end.exitCode !== undefined) wire.exitCode = end.exitCode;
  if (end.errorType !== undefined) wire.errorType = end.errorType;
  return wire;
}

export function attemptToWire(record: AttemptRecord): WireAttemptInput {
  const wire: WireAttemptInput = {
    attempt: record.attempt,
    fencingToken: fencingTokenToWire(record.fencingToken),
    workerId: record.workerId,
    workerIncarnation: record.workerIncarnation,
    state: attemptStates.toWire[record.state],
    assignedAtMs: record.assignedAtMs,
  };
  if (record.startedAtMs !== undefined) wire.startedAtMs = record.startedAtMs;
  if (record.finishedAtMs !== undefined) wire.finishedAtMs = record.finishedAtMs;
  const { end } = record;
  if (end === undefined) return wire;
  wire.signal = end.signal;
  wire.message = end.message;
  wire.result = bytesFromBase64(end.result);
  wire.stdoutTail = bytesFromBase64(end.stdoutTail);
  wire.stderrTail = bytesFromBase64(end.stderrTail);
  if (end.exitCode !== undefined) wire.exitCode = end.exitCode;
  if (end.errorType !== undefined) wire.errorType = end.errorType;
  return wire;
}

/** What a worker is told to run. */
export interface AssignedAttempt extends AttemptRef {
  readonly spec: JobSpec;
  /** Of the schedule that submitted the job; told with the spec, and not read back. */
  readonly firing?: Firing;
}

export function assignmentToWire(assigned: AssignedAttempt): WireAssignmentInput {
  return {
    jobId: assigned.jobId,
    attempt: assigned.attempt,
    fencingToken: fencingTokenToWire(assigned.fencingToken),
    spec: jobSpecToWire(forWorker(withFiring(assigned.spec, assigned.firing))),
  };
}

const NOT_FOR_WORKERS = [
  'delayMs',
  'runAtMs',
  'expiresAtMs',
  'scheduleToStartTimeoutMs',
  'retry',
  'onFailure',
] as const;

/** What happens before and after an attempt is none of its worker's business. */
function forWorker(spec: JobSpec): JobSpec {
  if (NOT_FOR_WORKERS.every((name) => spec[name] === undefined)) return spec;
  const copy: { -readonly [Name in keyof JobSpec]: JobSpec[Name] } = { ...spec };
  for (const name of NOT_FOR_WORKERS) delete copy[name];
  return copy;
}

export function assignmentFromWire(wire: WireAssignment, field = 'assignment'): AssignedAttempt {
  const violations = new Violations();
  const { jobId, attempt, fencingToken } = readRef(wire, field, violations);
  if (wire.spec === null) violations.add(field, 'spec', 'is missing');
  violations.throwIfAny();
  const spec = readJobSpec(wire.spec as NonNullable<typeof wire.spec>, `${field}.spec`, violations);
  violations.throwIfAny();
  return { jobId, attempt, fencingToken, spec };
}

/** Sequence numbers and incarnations of heartbeats. A load that is no sensible one is left out: nothing depends on it. */
export function heartbeatFromWire(wire: {
  workerId: string;
  incarnation: string;
  sequence: string;
  load?: WireWorkerLoad | null;
}): Heartbeat {
  const load = loadFromWire(wire.load);
  return {
    ...(load === undefined ? {} : { load }),
    workerId: wire.workerId,
    incarnation: integerFromWire(wire.incarnation, 'incarnation'),
    sequence: integerFromWire(wire.sequence, 'sequence'),
  };
}

export interface Heartbeat {
  readonly workerId: string;
  readonly incarnation: number;
  /** Rising within an incarnation. */
  readonly sequence: number;
  readonly load?: WorkerLoad;
}

/** What a worker says of its host. */
export interface WorkerLoad {
  readonly running: number;
  readonly loadPerProcessor: number;
  readonly freeMemoryBytes: number;
}

/** What the leader knows of a worker that is not in the log. */
export interface WorkerHeard {
  readonly workerId: string;
  readonly heardAgoMs: number;
  /** It was heard lately, and may be given new attempts. */
  readonly eligible: boolean;
  readonly load: WorkerLoad | undefined;
}

export function workerHeardToWire({ workerId, heardAgoMs, eligible, load }: WorkerHeard): WireWorkerHeardInput {
  return { workerId, heardAgoMs: Math.round(heardAgoMs), eligible, ...(load === undefined ? {} : { load }) };
}

/** A load that is no sensible one is left out. */
export function workerHeardFromWire({ workerId, heardAgoMs, eligible, load }: WireWorkerHeard): WorkerHeard {
  const ago = unsignedFromWire(heardAgoMs, 'heard_ago_ms');
  return { workerId, heardAgoMs: ago, eligible, load: loadFromWire(load) };
}

function loadFromWire(wire: WireWorkerLoad | null | undefined): WorkerLoad | undefined {
  if (!wire) return undefined;
  const { running, loadPerProcessor } = wire;
  const freeMemoryBytes = Number(wire.freeMemoryBytes);
  const isSensible =
    Number.isFinite(loadPerProcessor) && loadPerProcessor >= 0 && Number.isSafeInteger(freeMemoryBytes);
  return isSensible ? { running, loadPerProcessor, freeMemoryBytes } : undefined;
}
