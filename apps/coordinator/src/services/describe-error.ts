import type { StatusDescription, StatusName } from '@synod/wire';
import { GatewayError } from '../commands/command-gateway.js';
import { EventLogError } from '../events/event-log.js';
import { ReadTimeout } from '../leader/read-gate.js';

/** Statuses of the errors that only a coordinator has; undefined for others. */
export function describeOwnError(error: unknown): StatusDescription | undefined {
  if (error instanceof ReadTimeout) return status('UNAVAILABLE', 'NO_LEADER', error);
  if (error instanceof EventLogError) {
    if (error.facts.code === 'cursorMalformed') return status('INVALID_ARGUMENT', 'CURSOR_MALFORMED', error);
    return { ...status('OUT_OF_RANGE', 'CURSOR_TOO_OLD', error), metadata: { oldestCursor: error.facts.oldestCursor } };
  }
  if (!(error instanceof GatewayError)) return undefined;
  switch (error.facts.code) {
    case 'overloaded':
      return { ...status('RESOURCE_EXHAUSTED', 'OVERLOADED', error), retryAfterMs: error.facts.retryAfterMs };
    case 'noLeader':
      return status('UNAVAILABLE', 'NO_LEADER', error);
    case 'stopping':
      return status('UNAVAILABLE', 'STOPPING', error);
  }
}

function status(name: StatusName, reason: string, error: Error): StatusDescription {
  return { status: name, reason, message: error.message, metadata: {}, violations: [], retryAfterMs: undefined };
}
