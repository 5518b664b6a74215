/** What is kept of an attempt's log; what is older goes first. */
const MAX_KEPT_BYTES = 256 * 1024;
/** Of its end, in the record of the job. */
const TAIL_BYTES = 4_096;

const encoder = new TextEncoder();

export interface LogPiece {
  /** Of the first byte of `data`; above what was asked for where older bytes are gone. */
  readonly position: number;
  readonly data: Uint8Array;
  /** When its parts were written, by position. */
  readonly times: readonly { readonly position: number; readonly timeMs: number }[];
}

interface Line {
  readonly position: number;
  readonly data: Uint8Array;
  readonly timeMs: number;
}

/** The lines that a handler writes, bounded, for those who read the log while it runs and shortly after. */
export class AttemptLog {
  private lines: Line[] = [];
  private head = 0;
  private end = 0;
  private keptBytes = 0;
  private over = false;
  private readonly readers = new Set<() => void>();

  /** No more lines will come. */
  get isOver(): boolean {
    return this.over;
  }

  get bytes(): number {
    return this.keptBytes;
  }

  /** Adds a line; one that is larger than all that is kept is cut. */
  append(text: string, timeMs: number): void {
    if (this.over) return;
    const data = encoder.encode(`${text}\n`).subarray(0, MAX_KEPT_BYTES);
    this.lines.push({ position: this.end, data, timeMs });
    this.end += data.length;
    this.keptBytes += data.length;
    while (this.keptBytes > MAX_KEPT_BYTES) {
      this.keptBytes -= this.lines[this.head]?.data.length ?? 0;
      this.head += 1;
    }
    if (this.head * 2 > this.lines.length) {
      this.lines = this.lines.slice(this.head);
      this.head = 0;
    }
    this.wake();
  }

  close(): void {
    this.over = true;
    this.wake();
  }

  /** From this position on, up to `maxBytes` (one line at the least); undefined when there is nothing yet. */
  read(position: number, maxBytes: number): LogPiece | undefined {
    if (position >= this.end) return undefined;
    const wanted: Line[] = [];
    let bytes = 0;
    for (let index = this.head; index < this.lines.length; index += 1) {
      const line = this.lines[index] as Line;
      if (line.position + line.data.length <= position) continue;
      if (wanted.length > 0 && bytes + line.data.length > maxBytes) break;
      wanted.push(line);
      bytes += line.data.length;
    }
    const [first] = wanted;
    if (first === undefined) return undefined;
    const skipped = Math.max(0, position - first.position);
    const data = Buffer.concat(wanted.map((line) => line.data)).subarray(skipped);
    return {
      position: first.position + skipped,
      data,
      times: wanted.map((line) => ({ position: line.position, timeMs: line.timeMs })),
    };
  }

  /** The last bytes, as the record of the job keeps them. */
  tail(): Uint8Array {
    const kept = Buffer.concat(this.lines.slice(this.head).map((line) => line.data));
    return kept.subarray(Math.max(0, kept.length - TAIL_BYTES));
  }

  /** Calls back at the next change; the result takes the reader away. */
  onChange(wake: () => void): () => void {
    this.readers.add(wake);
    return () => this.readers.delete(wake);
  }

  private wake(): void {
    for (const reader of [...this.readers]) reader();
  }
}
