import type { LogChunk, LogStreamName } from '@synod/client';
import { localTimeMs } from './times.js';

const NEWLINE = 10;

/** Puts before each line of output when its first byte arrived; lines may come in pieces, and of two streams at a time. */
export class LogStamper {
  private readonly inLine: Record<LogStreamName, boolean> = { stdout: false, stderr: false };
  private attempt = 0;

  stamp(chunk: LogChunk): Buffer {
    if (chunk.attempt !== this.attempt) {
      this.attempt = chunk.attempt;
      this.inLine.stdout = this.inLine.stderr = false;
    }
    const data = Buffer.from(chunk.data);
    const parts: Buffer[] = [];
    let at = 0;
    let time = 0;
    while (at < data.length) {
      if (!this.inLine[chunk.stream]) {
        while ((chunk.times[time + 1]?.position ?? Infinity) <= chunk.position + at) time += 1;
        parts.push(Buffer.from(`${localTimeMs(timeOf(chunk, time, at))} `));
      }
      const newline = data.indexOf(NEWLINE, at);
      const end = newline === -1 ? data.length : newline + 1;
      parts.push(data.subarray(at, end));
      this.inLine[chunk.stream] = newline === -1;
      at = end;
    }
    return Buffer.concat(parts);
  }
}

function timeOf({ times, position }: LogChunk, time: number, at: number): number | undefined {
  const found = times[time];
  return found !== undefined && found.position <= position + at ? found.timeMs : undefined;
}
