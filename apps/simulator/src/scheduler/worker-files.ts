import { attemptDirectory, dataDirectory } from '@synod/worker-agent';
import type { AttemptEnding, AttemptFiles, AttemptProcess } from '@synod/worker-agent';
import type { Spool, SpoolEntry } from '@synod/storage';
import type { SeededRandom, VirtualClock } from '@synod/testkit';
import type { SimulatedProcess } from './process.js';

/** The disk of one worker's machine: files of attempts, the agent's spool and its restart number. */
export class WorkerFiles {
  readonly directory: ReturnType<typeof dataDirectory>;
  incarnation = 0;
  readonly spooled = new Map<string, Uint8Array>();
  private readonly files = new Map<string, string>();

  constructor(readonly workerId: string) {
    this.directory = dataDirectory(`/simulated/${workerId}`);
  }

  write(path: string, value: unknown): void {
    this.files.set(path, JSON.stringify(value));
  }

  read(path: string): unknown {
    const text = this.files.get(path);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** As the agent reads what its guards wrote. */
  attemptFiles(): AttemptFiles {
    const { directory } = this;
    const paths = (key: string) => attemptDirectory(directory, key);
    const process = (key: string) => (this.read(paths(key).startedFile) as AttemptProcess | undefined) ?? null;
    const ending = (key: string) => this.read(paths(key).endedFile) as AttemptEnding | undefined;
    return {
      directory,
      process,
      ending,
      tails: (key) => ({ stdoutTail: Buffer.from(`output of ${key}`).toString('base64'), stderrTail: '' }),
      keepEnding: (key, value) => {
        if (process(key) !== null) this.write(paths(key).endedFile, value);
      },
      keys: () => this.keys(),
      unfinished: () =>
        this.keys().flatMap((key) => {
          const started = process(key);
          return started === null || ending(key) !== undefined ? [] : [started];
        }),
    };
  }

  private keys(): string[] {
    const prefix = `${this.directory.attempts}/`;
    const names = [...this.files.keys()].filter((path) => path.startsWith(prefix));
    return [...new Set(names.map((path) => decodeURIComponent(path.slice(prefix.length).split('/')[0] ?? '')))];
  }
}

/** A spool whose flushes take a moment; one that was not flushed when its process died is lost. */
export class SimulatedSpool implements Spool {
  constructor(
    private readonly durable: Map<string, Uint8Array>,
    private readonly process: SimulatedProcess,
    private readonly time: VirtualClock,
    private readonly random: SeededRandom,
  ) {}

  put(key: string, value: Uint8Array): Promise<void> {
    return this.putMany([[key, value]]);
  }

  putMany(entries: readonly (readonly [key: string, value: Uint8Array])[]): Promise<void> {
    return this.flushed(() => {
      for (const [key, value] of entries) this.durable.set(key, value);
    });
  }

  delete(key: string): Promise<void> {
    return this.deleteMany([key]);
  }

  deleteMany(keys: readonly string[]): Promise<void> {
    return this.flushed(() => {
      for (const key of keys) this.durable.delete(key);
    });
  }

  entries(): readonly SpoolEntry[] {
    const keys = [...this.durable.keys()].sort();
    return keys.map((key) => ({ key, value: this.durable.get(key) }));
  }

  stats(): { readonly count: number; readonly bytes: number; readonly oldestOutstandingFlushMs: number } {
    return { count: this.durable.size, bytes: 0, oldestOutstandingFlushMs: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** In the order of the calls: a flush takes as long for each. */
  private lastFlushAtMs = 0;

  private flushed(write: () => void): Promise<void> {
    const { time, process } = this;
    this.lastFlushAtMs = Math.max(this.lastFlushAtMs, time.nowMs + this.random.between(0.2, 4));
    return new Promise((resolve) => {
      time.after(this.lastFlushAtMs - time.nowMs, () => {
        if (!process.alive) return;
        write();
        process.enter(resolve);
      });
    });
  }
}
