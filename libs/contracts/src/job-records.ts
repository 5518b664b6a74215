import type { JobRecord } from '@synod/jobs';
import type { WireJobInput } from '@synod/wire';
import { attemptToWire } from './attempts.js';
import { jobStates, waitReasons } from './enums.js';
import { jobSpecToWire } from './job-spec.js';

/** A job as it is shown to its users. */
export function jobToWire(record: JobRecord): WireJobInput {
  const wire: WireJobInput = {
    jobId: record.jobId,
    spec: jobSpecToWire(record.spec),
    state: jobStates.toWire[record.state],
    revision: record.revision,
    submittedAtMs: record.submittedAtMs,
    cancelRequested: record.cancelRequested,
    cancelReason: record.cancelReason,
    lostAttempts: record.lostAttempts,
    drainedAttempts: record.drainedAttempts,
    principal: record.principal,
    attempts: record.attempts.map(attemptToWire),
  };
  if (record.failedAttempts !== undefined) wire.failedAttempts = record.failedAttempts;
  if (record.waitReason !== undefined) wire.waitReason = waitReasons.toWire[record.waitReason];
  if (record.waitsUntilMs !== undefined) wire.waitsUntilMs = record.waitsUntilMs;
  if (record.retriedAtMs !== undefined) wire.retriedAtMs = record.retriedAtMs;
  if (record.finishedAtMs !== undefined) wire.finishedAtMs = record.finishedAtMs;
  return wire;
}
