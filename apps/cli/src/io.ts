/** A place to write to: process.stdout and process.stderr, or a test's. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(data: string | Uint8Array, done?: () => void): boolean;
}

/** All that the command line has of the process around it. */
export interface CliIo {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back at each Ctrl-C and SIGTERM until the result is called. Without a listener these signals end the process. */
  onInterrupt(listener: () => void): () => void;
  /** Calls back when the reader of stdout has gone; without a listener the process ends quietly. */
  onBrokenPipe(listener: () => void): () => void;
}

/** Writes and waits until it is out, so that a slow reader slows the sender down. */
export function writeOut(sink: Sink, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => sink.write(data, () => resolve()));
}

/** All of the standard input. @throws RangeError above `maxBytes` */
export async function readAll(input: CliIo['stdin'], maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of input) {
    const buffer = Buffer.from(part as Uint8Array);
    bytes += buffer.length;
    if (bytes > maxBytes) throw new RangeError(`more than ${maxBytes} bytes`);
    parts.push(buffer);
  }
  return Buffer.concat(parts);
}
