import { unreachable } from '@synod/base';
import type { JobEvent, JobState } from '@synod/jobs';
import type { WireEventInput } from '@synod/wire';
import { attemptStates, jobStates } from './enums.js';
import { fencingTokenToWire } from './integers.js';

/**
 * An event as watchers get it, or undefined for one that is not told outside: of the node store. The state of a worker, and how
 * it is scheduled, stand in `message`.
 */
export function eventToWire(
  event: JobEvent,
  at: { readonly cursor: string; readonly timeMs: number },
): WireEventInput | undefined {
  const wire: WireEventInput = { cursor: at.cursor, timeMs: at.timeMs, type: event.type };
  switch (event.type) {
    case 'jobSubmitted':
      wire.jobId = event.jobId;
      return wire;
    case 'attemptAssigned':
      wire.fencingToken = fencingTokenToWire(event.fencingToken);
      return ofAttempt(wire, event);
    case 'attemptStarted':
    case 'reportRefused':
      return ofAttempt(wire, event);
    case 'attemptFinished':
      wire.fencingToken = fencingTokenToWire(event.fencingToken);
      wire.attemptState = attemptStates.toWire[event.end.outcome];
      wire.message = event.end.message;
      if (event.end.exitCode !== undefined) wire.exitCode = event.end.exitCode;
      return ofAttempt(wire, event);
    case 'jobRetried':
      wire.jobId = event.jobId;
      wire.message = `lost attempts: ${event.lostAttempts}, drained: ${event.drainedAttempts}, failed: ${event.failedAttempts}`;
      return wire;
    case 'jobWaits':
      wire.message = `${event.reason}, until ${event.untilMs}`;
      return inState(wire, event.jobId, 'waiting');
    case 'jobReopened':
    case 'jobReady':
      return inState(wire, event.jobId, 'ready');
    case 'jobWaitsForOthers':
      return inState(wire, event.jobId, 'waiting');
    case 'jobFinished':
      return inState(wire, event.jobId, event.state);
    case 'cancelRequested':
      wire.jobId = event.jobId;
      if (event.attempt !== undefined) wire.attempt = event.attempt;
      if (event.workerId !== undefined) wire.workerId = event.workerId;
      if (event.fencingToken !== undefined) wire.fencingToken = fencingTokenToWire(event.fencingToken);
      return wire;
    case 'jobChanged':
      wire.jobId = event.jobId;
      wire.message = `priority ${event.priority}, queue ${event.queue}`;
      return wire;
    case 'queueChanged':
      wire.message = `${event.queue}: revision ${event.revision}${event.paused ? ', paused' : ''}`;
      return wire;
    case 'workerChanged':
      wire.workerId = event.workerId;
      wire.message = event.state;
      return wire;
    case 'workerSchedulingChanged':
      wire.workerId = event.workerId;
      wire.message = event.reason === '' ? event.scheduling : `${event.scheduling}: ${event.reason}`;
      return wire;
    case 'evictionRequested':
      wire.fencingToken = fencingTokenToWire(event.fencingToken);
      return ofAttempt(wire, event);
    case 'scheduleChanged':
    case 'scheduleDecided':
      return ofSchedule(wire, event);
    case 'nodeChanged':
      return undefined;
    default:
      return unreachable(event);
  }
}

function inState(wire: WireEventInput, jobId: string, state: JobState): WireEventInput {
  wire.jobId = jobId;
  wire.jobState = jobStates.toWire[state];
  return wire;
}

function ofSchedule(
  wire: WireEventInput,
  event: Extract<JobEvent, { type: 'scheduleChanged' | 'scheduleDecided' }>,
): WireEventInput {
  if (event.type === 'scheduleChanged') {
    wire.message = `${event.scheduleId}: ${event.change}`;
    return wire;
  }
  const { outcome, reason, fromMs, count, jobId } = event.decision;
  if (jobId !== undefined) wire.jobId = jobId;
  wire.message = `${event.scheduleId}: ${outcome} (${reason}), ${count} from ${fromMs}`;
  return wire;
}

function ofAttempt(
  wire: WireEventInput,
  event: { readonly jobId: string; readonly attempt: number; readonly workerId: string },
): WireEventInput {
  wire.jobId = event.jobId;
  wire.attempt = event.attempt;
  wire.workerId = event.workerId;
  return wire;
}
