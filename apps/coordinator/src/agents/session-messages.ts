import { assignmentToWire, specBytesBound } from '@synod/contracts';
import type { ActiveAttempt, AttemptReport } from '@synod/jobs';
import type { WireSessionResponseInput } from '@synod/wire';

/** Assignments of one message, in bytes at most: a quarter of what the transport carries. */
const MAX_ASSIGNMENT_BYTES = 2 * 1024 * 1024;
/** Reports of one command, in bytes of the log at most: half of what an entry holds. */
const MAX_REPORT_BYTES = 2 * 1024 * 1024;
/** Names and numbers of one report in the log. */
const REPORT_FRAME_BYTES = 400;
/** The most that JSON makes of one UTF-16 unit. */
const ESCAPED_BYTES = 6;

/** These assignments in as few messages as the transport allows, in order. */
export function assignmentMessages(attempts: readonly ActiveAttempt[]): WireSessionResponseInput[] {
  return inParts(attempts, MAX_ASSIGNMENT_BYTES, ({ spec }) => specBytesBound(spec)).map((part) => ({
    assignments: { assignments: part.map((attempt) => assignmentToWire(attempt)) },
  }));
}

/** These reports in parts of which each fits a command, in order. */
export function reportParts(reports: readonly AttemptReport[]): (readonly AttemptReport[])[] {
  return inParts(reports, MAX_REPORT_BYTES, reportBytesBound);
}

function reportBytesBound({ end }: AttemptReport): number {
  if (end === undefined) return REPORT_FRAME_BYTES;
  const base64 = end.result.length + end.stdoutTail.length + end.stderrTail.length;
  return REPORT_FRAME_BYTES + base64 + ESCAPED_BYTES * end.message.length;
}

/** Parts of at most `maxBytes`, or of one item that is larger by itself. */
function inParts<T>(items: readonly T[], maxBytes: number, bytesOf: (item: T) => number): (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  let from = 0;
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const size = bytesOf(item);
    if (index > from && bytes + size > maxBytes) {
      parts.push(items.slice(from, index));
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < items.length) parts.push(from === 0 ? items : items.slice(from));
  return parts;
}
