import { constants } from 'node:os';
import type { Job } from '@synod/client';
import { EXIT } from './failure.js';

/** How a finished job shows: the status to exit with, and a line for stderr when the status alone doesn't tell. */
export interface JobOutcome {
  readonly status: number;
  readonly line: string | undefined;
}

/** The command's own exit status; 128 + N when signal N ended it; else 0 or 1 by the job's state. */
export function outcomeOf(job: Job): JobOutcome {
  const last = job.attempts.at(-1);
  if (job.state === 'succeeded') return { status: EXIT.ok, line: undefined };
  const why = last !== undefined && last.message !== '' ? `: ${last.message}` : '';
  if (last?.state === 'failed') {
    // A command that was not found, say, had no chance to speak for itself.
    const neverRan = last.startedAtMs === undefined && last.message !== '';
    const line = neverRan ? `job ${job.jobId}${why}` : undefined;
    if (last.exitCode !== undefined) return { status: last.exitCode || EXIT.failure, line };
    const signal = signalNumber(last.signal);
    if (signal !== undefined) return { status: 128 + signal, line: `job ${job.jobId} was ended by ${last.signal}` };
  }
  if (job.state === 'cancelled') {
    const reason = job.cancelReason === '' ? '' : `: ${job.cancelReason}`;
    return { status: EXIT.failure, line: `job ${job.jobId} was cancelled${reason}` };
  }
  const how =
    last?.state === 'timedOut' ? 'ran out of its time' : last?.state === 'lost' ? 'was lost' : `has ${job.state}`;
  return { status: EXIT.failure, line: `job ${job.jobId} ${how}${why}` };
}

function signalNumber(name: string): number | undefined {
  return (constants.signals as Readonly<Record<string, number>>)[name];
}
