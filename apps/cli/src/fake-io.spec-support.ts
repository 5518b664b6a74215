import type { CliIo, Sink } from './io.js';

class FakeSink implements Sink {
  private parts: Buffer[] = [];
  private watchers: { readonly reached: () => boolean; readonly resolve: () => void }[] = [];
  isTTY: boolean | undefined;
  columns: number | undefined;

  write(data: string | Uint8Array, done?: () => void): boolean {
    this.parts.push(Buffer.from(data as Uint8Array));
    this.watchers = this.watchers.filter(({ reached, resolve }) => !reached() || void resolve());
    if (done !== undefined) setImmediate(done);
    return true;
  }

  get text(): string {
    return Buffer.concat(this.parts).toString('latin1');
  }

  /** Resolves when this text was written. */
  until(text: string): Promise<void> {
    return this.when(() => this.text.includes(text));
  }

  /** Resolves when so many lines were written. */
  untilLines(count: number): Promise<void> {
    return this.when(() => this.text.split('\n').length > count);
  }

  private when(reached: () => boolean): Promise<void> {
    if (reached()) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push({ reached, resolve }));
  }
}

/** A process around the command line. */
export class FakeIo implements CliIo {
  readonly stdout = new FakeSink();
  readonly stderr = new FakeSink();
  input: readonly Uint8Array[] = [];
  private readonly interruptListeners = new Set<() => void>();
  private readonly pipeListeners = new Set<() => void>();

  constructor(readonly env: Record<string, string> = {}) {}

  get stdin(): CliIo['stdin'] {
    const { input } = this;
    return (async function* () {
      yield* input;
    })();
  }

  onInterrupt(listener: () => void): () => void {
    this.interruptListeners.add(listener);
    return () => this.interruptListeners.delete(listener);
  }

  onBrokenPipe(listener: () => void): () => void {
    this.pipeListeners.add(listener);
    return () => this.pipeListeners.delete(listener);
  }

  pressCtrlC(): void {
    for (const listener of [...this.interruptListeners]) listener();
  }

  breakPipe(): void {
    for (const listener of [...this.pipeListeners]) listener();
  }
}
