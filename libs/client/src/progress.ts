import type { Calls } from './calls.js';
import { readLogs } from './logs.js';
import { readProgressLine, type ProgressMark } from './progress-line.js';
import type { LogChunk } from './types.js';

/** How far an attempt of a job was at a time. */
export interface JobProgress extends ProgressMark {
  readonly attempt: number;
  /** When it was said; undefined when that isn't known any more. */
  readonly timeMs: number | undefined;
}

/** Lines above this are no progress, and are not held. */
const MAX_LINE_CHARACTERS = 4_096;

/** What a job says of its progress on stdout, through all attempts, until it ends. */
export async function* readProgress(
  calls: Calls,
  jobId: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<JobProgress, void, undefined> {
  let rest = '';
  let attempt = 0;
  const options = { follow: true, ...(signal === undefined ? {} : { signal }) };
  for await (const chunk of readLogs(calls, jobId, options)) {
    if (chunk.stream !== 'stdout') continue;
    if (chunk.attempt !== attempt || chunk.truncated) rest = '';
    attempt = chunk.attempt;
    const begins = chunk.position - Buffer.byteLength(rest, 'latin1');
    const lines = `${rest}${Buffer.from(chunk.data).toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) rest = '';
    let position = begins;
    for (const line of lines) {
      const mark = readProgressLine(Buffer.from(line, 'latin1').toString('utf8'));
      if (mark !== undefined) yield { attempt, ...mark, timeMs: timeAt(chunk, position) };
      position += line.length + 1;
    }
  }
}

/** When the byte at `position` was written, as far as the chunk tells. */
function timeAt({ times }: LogChunk, position: number): number | undefined {
  return (times.findLast((it) => it.position <= position) ?? times[0])?.timeMs;
}
