import { join } from 'node:path';
import type { AttemptEnd, AttemptRef, AttemptReport } from '@synod/jobs';
import type { AttemptEnding } from './guard-protocol.js';
import { readTail } from './segments.js';

/** Of each stream, with the end of an attempt. */
const TAIL_BYTES = 4_096;

/** Output tails as base64. */
export interface Tails {
  readonly stdoutTail: string;
  readonly stderrTail: string;
}

export const NO_TAILS: Tails = { stdoutTail: '', stderrTail: '' };

/** The last part of an attempt's output, from its directory. */
export function tailsIn(root: string): Tails {
  const tail = (stream: string): string => readTail(join(root, stream), TAIL_BYTES).toString('base64');
  return { stdoutTail: tail('stdout'), stderrTail: tail('stderr') };
}

export function startReport(ref: AttemptRef, startedAtMs: number): AttemptReport {
  return { ...ref, startedAtMs, finishedAtMs: undefined, end: undefined };
}

export function endReport(ref: AttemptRef, ending: AttemptEnding, tails: Tails): AttemptReport {
  const end: AttemptEnd = {
    outcome: ending.outcome,
    exitCode: ending.exitCode ?? undefined,
    signal: ending.signal,
    message: ending.message,
    result: ending.result ?? '',
    ...tails,
  };
  return { ...ref, startedAtMs: ending.startedAtMs ?? undefined, finishedAtMs: ending.finishedAtMs, end };
}
